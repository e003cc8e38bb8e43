"""Asks a chat model about the pairs that the fitted judge is least sure of, as a run does."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.angle_fitting import Claim
from distillnet.agents.angle_asker import (
    ANSWER_TOKENS,
    Trust,
    log_odds,
    question,
    says_yes,
    weighed,
)
from distillnet.agents.known_pairs import examined
from distillnet.config import Settings
from distillnet.models.chat import open_teacher
from distillnet.records import Language


@dataclass(frozen=True)
class Asked:
    """``p`` of all pairs, with the model's word added to ``count`` of them.

    ``right`` is the share of right answers among these; None where nothing was asked.
    """

    p: NDArray[np.float64]
    trust: Trust
    count: int
    right: float | None

    def sentence(self, model: str) -> str:
        exam = f"{model} judged {self.trust.right} of {self.trust.known} known pairs rightly"
        if not self.trust.is_useful:
            return f"{exam}: its word is not asked for"
        right = "" if self.right is None else f", {self.right:.0%} of its words right"
        return f"{exam} and was asked about {self.count}{right}"


async def ask_about(
    claims: Sequence[Claim],
    p: NDArray[np.float64],
    threshold: float | None,
    settings: Settings,
    most: int,
    language: Language = "en",
) -> Asked:
    """The teacher of ``settings`` is examined, and asked about pairs that its word could move.

    At most ``most`` are asked about: those with log odds nearest to those of ``threshold`` (None =
    even). Raises what ``open_teacher`` and ``Teacher.ask`` raise.
    """
    pairs = [
        (claim.text, claim.wordings[i], claim.wordings[j])
        for claim in claims
        for i, j in zip(*np.triu_indices(len(claim.wordings), 1), strict=True)
    ]
    same = np.concatenate([claim.same() for claim in claims])
    teacher = open_teacher(settings)
    turn = asyncio.Semaphore(teacher.spec.concurrency)

    async def answer(statement: str, one: str, other: str) -> str:
        messages = question(statement, one, other)
        async with turn:
            return str((await teacher.ask(messages, seed=0, limit=ANSWER_TOKENS)).text)

    try:
        trust = await examined(language, answer)
        odds, middle = [log_odds(float(each)) for each in p], log_odds(threshold or 0.5)
        doubtful = trust.worth_asking(odds, middle, most)
        said = await asyncio.gather(*(answer(*pairs[k]) for k in doubtful))
    finally:
        await teacher.aclose()
    result = p.copy()
    for k, word in zip(doubtful, said, strict=True):
        result[k] = weighed(float(p[k]), word, trust)
    read = [says_yes(word) is bool(same[k]) for k, word in zip(doubtful, said, strict=True)]
    return Asked(result, trust, len(doubtful), float(np.mean(read)) if read else None)
