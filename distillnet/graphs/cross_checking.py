"""The angles of which the judge was least sure, cross-checked by a capable chat model."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial

from distillnet.agents.angle_asker import (
    ANSWER_TOKENS,
    Trust,
    log_odds,
    question,
    says_yes,
    weighed,
)
from distillnet.agents.known_pairs import examined
from distillnet.graphs.asking import NoAnswer, ask_teacher
from distillnet.graphs.context import Context
from distillnet.tools.angles import Angles, Placed


async def cross_check(
    context: Context, placed: Sequence[Placed], note: Callable[[str], None]
) -> list[Placed]:
    """``placed`` with the labels corrected of as many as the settings allow to ask about.

    The teacher is examined on known pairs first; only pairs that its word could move are asked
    about. The calls go through the ledger, so that a repeated check is not paid for again.
    """
    work, most = context.work(), context.settings.coverage.cross_checks
    compared = [entry for entry in placed if entry.nearest]
    if not (most and compared and context.teacher.spec.capable):
        return list(placed)
    trust = await _trust(context, note)
    middle = log_odds(work.angles.threshold)
    odds = [_odds(entry, middle) for entry in compared]
    # As they came, for a scene is compared with earlier ones: these get their own angles first.
    doubtful = [compared[k] for k in sorted(trust.worth_asking(odds, middle, most))]
    answers = await asyncio.gather(*(_answer(context, entry) for entry in doubtful))
    words = {entry.id: answer for entry, answer in zip(doubtful, answers, strict=True)}
    found = corrected(work.angles, placed, words, trust)
    if doubtful:
        changed = sum(one.is_new != was.is_new for one, was in zip(found, placed, strict=True))
        pairs = "pair" if len(doubtful) == 1 else "pairs"
        note(f"the teacher was asked about {len(doubtful)} doubtful {pairs}: {changed} changed")
    return found


def corrected(
    angles: Angles, placed: Sequence[Placed], words: Mapping[str, str], trust: Trust
) -> list[Placed]:
    """``placed``, in its order, with the labels that the model's ``words`` (by scene) give.

    Where a scene that opened an angle turns out to repeat another, those that joined it go along.
    """
    found = {entry.id: entry for entry in placed}
    for id, answer in words.items():
        was = found[id]
        found[id] = _corrected(angles, was, answer, trust)
        if was.is_new and not found[id].is_new:
            for other in [entry for entry in found.values() if entry.angle == was.angle]:
                found[other.id] = replace(other, angle=angles.correct(other.id, id))
    return list(found.values())


def _odds(entry: Placed, middle: float) -> float:
    """On the side of ``middle`` where the label is.

    The mean over the scenes of an angle may keep a scene out of it that is near to one of them.
    """
    found = log_odds(entry.probability)
    return min(found, middle - 1e-9) if entry.is_new else max(found, middle)


def _corrected(angles: Angles, entry: Placed, answer: str, trust: Trust) -> Placed:
    said = says_yes(answer)
    probability = weighed(entry.probability, answer, trust)
    # It agrees, or says nothing that could be read.
    if said is None or said is not entry.is_new:
        return replace(entry, probability=probability)
    angle = angles.correct(entry.id, entry.nearest if said else None)
    return replace(entry, angle=angle, is_new=not said, probability=probability)


async def _trust(context: Context, note: Callable[[str], None]) -> Trust:
    trust = await examined(context.work().cast.language, partial(_asked, context))
    found = {"model": context.teacher.spec.name, **asdict(trust)}
    if trust.known and context.ledger.fact("cross_checks") != found:
        context.ledger.write_fact("cross_checks", found)
        unasked = "" if trust.is_useful else "; it is not asked about doubtful ones"
        note(f"of {trust.known} known pairs the teacher judged {trust.right} rightly{unasked}")
    return trust


async def _asked(context: Context, statement: str, one: str, other: str) -> str | None:
    messages = question(statement, one, other)
    try:
        return await ask_teacher(context, "angle", messages, limit=ANSWER_TOKENS)
    except NoAnswer:
        return None


async def _answer(context: Context, entry: Placed) -> str:
    assert entry.nearest is not None
    seed, text = context.work().cast.seed, context.ledger.text
    return await _asked(context, seed.statement, text(entry.id), text(entry.nearest)) or ""
