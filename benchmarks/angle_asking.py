"""Asks a chat model about the pairs that the fitted judge is least sure of."""

import asyncio
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.angle_fitting import Claim
from distillnet.agents.angle_asker import ANSWER_TOKENS, log_odds, question, weighed
from distillnet.config import load_settings
from distillnet.models.chat import open_teacher

_AT_ONCE = 8


async def ask_about(
    claims: Sequence[Claim],
    p: NDArray[np.float64],
    threshold: float | None,
    model: str,
    most: int,
) -> NDArray[np.float64]:
    """``p`` of all pairs, with the model's word added where it is nearest to the threshold.

    The ``most`` pairs with log odds nearest to those of ``threshold`` (None = even) are asked
    about; an answer that is neither yes nor no adds nothing. Raises what ``open_teacher`` and
    ``Teacher.ask`` raise.
    """
    pairs = [
        (claim.text, claim.wordings[i], claim.wordings[j])
        for claim in claims
        for i, j in zip(*np.triu_indices(len(claim.wordings), 1), strict=True)
    ]
    middle = log_odds(threshold or 0.5)
    doubt = np.asarray([abs(log_odds(float(each)) - middle) for each in p])
    doubtful = np.argsort(doubt, kind="stable")[:most]
    teacher, turn = open_teacher(load_settings(model=model)), asyncio.Semaphore(_AT_ONCE)

    async def checked(k: int) -> float:
        async with turn:
            answer = await teacher.ask(question(*pairs[k]), seed=0, limit=ANSWER_TOKENS)
        return weighed(float(p[k]), str(answer.text))

    result = p.copy()
    try:
        result[doubtful] = await asyncio.gather(*(checked(int(k)) for k in doubtful))
    finally:
        await teacher.aclose()
    return result
