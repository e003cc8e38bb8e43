"""The angles of which the judge was least sure, cross-checked by a capable chat model."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import replace

from distillnet.agents.angle_asker import ANSWER_TOKENS, log_odds, question, weighed
from distillnet.graphs.context import Context
from distillnet.tools.angles import Placed


async def cross_check(context: Context, placed: Sequence[Placed]) -> None:
    """Asks about as many of ``placed`` as the settings allow, and corrects their labels.

    The calls go through the ledger; a label once corrected is kept and not asked about again.
    """
    work, most = context.work(), context.settings.coverage.cross_checks
    if not (most and context.teacher.spec.capable):
        return
    middle = log_odds(work.angles.threshold)
    doubtful = sorted(
        (entry for entry in placed if entry.nearest),
        key=lambda entry: abs(log_odds(entry.probability) - middle),
    )[:most]
    answers = await asyncio.gather(*(_ask(context, entry) for entry in doubtful))
    corrected = []
    for entry, answer in zip(doubtful, answers, strict=True):
        sure = weighed(entry.probability, answer or "")
        is_new = sure < work.angles.threshold
        angle = entry.angle
        if is_new != entry.is_new:
            angle = work.angles.correct(entry.id, None if is_new else entry.nearest)
        corrected.append(replace(entry, angle=angle, is_new=is_new, probability=sure))
    context.ledger.record_angles([(p.id, p.angle, p.nearest, p.probability) for p in corrected])


async def _ask(context: Context, entry: Placed) -> str | None:
    assert entry.nearest is not None
    seed, ledger = context.work().cast.seed, context.ledger
    messages = question(seed.statement, ledger.text(entry.id), ledger.text(entry.nearest))
    named = f"{context.teacher.spec.name}\n{messages}"
    id = "angle-" + hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:16]
    call = await context.work().interpreter.call(id, messages, limit=ANSWER_TOKENS)
    return None if call is None or call.error else call.raw
