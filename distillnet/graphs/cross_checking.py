"""The angles of which the judge was least sure, cross-checked by a capable chat model."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from distillnet.agents.angle_asker import ANSWER_TOKENS, log_odds, question, weighed
from distillnet.graphs.asking import NoAnswer, ask_teacher
from distillnet.graphs.context import Context
from distillnet.tools.angles import Placed


async def cross_check(context: Context, placed: Sequence[Placed]) -> list[Placed]:
    """``placed`` with the labels corrected of as many as the settings allow to ask about.

    The calls go through the ledger, so that a repeated check is not paid for again.
    """
    work, most = context.work(), context.settings.coverage.cross_checks
    if not (most and context.teacher.spec.capable):
        return list(placed)
    middle = log_odds(work.angles.threshold)
    doubtful = sorted(
        (entry for entry in placed if entry.nearest),
        key=lambda entry: abs(log_odds(entry.probability) - middle),
    )[:most]
    answers = await asyncio.gather(*(_answer(context, entry) for entry in doubtful))
    corrected = {entry.id: entry for entry in placed}
    for entry, answer in zip(doubtful, answers, strict=True):
        sure = weighed(entry.probability, answer or "")
        is_new = sure < work.angles.threshold
        angle = entry.angle
        if is_new != entry.is_new:
            angle = work.angles.correct(entry.id, None if is_new else entry.nearest)
        corrected[entry.id] = replace(entry, angle=angle, is_new=is_new, probability=sure)
    return list(corrected.values())


async def _answer(context: Context, entry: Placed) -> str | None:
    assert entry.nearest is not None
    seed, ledger = context.work().cast.seed, context.ledger
    messages = question(seed.statement, ledger.text(entry.id), ledger.text(entry.nearest))
    try:
        return await ask_teacher(context, "angle", messages, limit=ANSWER_TOKENS)
    except NoAnswer:
        return None
