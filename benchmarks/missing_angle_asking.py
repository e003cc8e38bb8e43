"""Asks a chat model for what nobody has said about a claim; see ``benchmarks/missing_angle.py``."""

import asyncio
import hashlib
import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from distillnet.agents.lens_checks import Embed
from distillnet.agents.lens_proposer import ANSWER_TOKENS, briefing, propose
from distillnet.config import load_settings
from distillnet.memory.embed import Vectors, open_embedder
from distillnet.models.chat import Teacher, open_teacher
from distillnet.tools.lenses import load_forms, load_lenses, split_lenses
from distillnet.tools.seeds import parse_seed
from distillnet.tools.text import clean, sentences, words

_SHORT = 96  # tokens: a sentence, or a question, with what a small model says before it
_POINT = (
    "Which point about the text, for it or against it, is still missing? Write it in one sentence "
    "and nothing else."
)


class Answers(NamedTuple):
    """A sentence, and the text of a lens, or what was wrong with the lens."""

    point: str | None
    lens: str | None
    problem: str | None


async def ask_all(
    told: Sequence[tuple[str, Sequence[str]]], model: str, base_url: str | None
) -> list[Answers]:
    """Answers about each (claim, wordings told); the model is opened once.

    Raises what ``open_teacher`` and ``Teacher.ask`` raise.
    """
    limit = _SHORT if model == "embedded" else ANSWER_TOKENS
    teacher = open_teacher(load_settings(model=model, base_url=base_url, max_tokens=limit))
    turn, embed = asyncio.Semaphore(teacher.spec.concurrency), _remembering()
    try:
        return await asyncio.gather(
            *(_ask(claim, said, teacher, turn, embed) for claim, said in told)
        )
    finally:
        await teacher.aclose()


async def _ask(
    claim: str, told: Sequence[str], teacher: Teacher, turn: asyncio.Semaphore, embed: Embed
) -> Answers:
    seed = parse_seed("-", stdin=io.StringIO(claim), language="en")

    async def ask(prompt: str) -> str:
        digest = hashlib.sha256(prompt.encode("utf-8", "replace")).digest()
        async with turn:
            answer = await teacher.ask([("user", prompt)], seed=int.from_bytes(digest[:4]))
        return str(answer.text)

    catalogue = load_lenses()
    point = await ask(briefing(seed, "en", told) + _POINT)
    lens, problem, _ = await propose(
        seed,
        "en",
        told,
        catalogue,
        split_lenses(catalogue, 1)[1],
        load_forms(),
        ask,
        embed,
        capable=teacher.spec.capable,
        model=teacher.spec.name,
    )
    says = lens and (lens.reveals if teacher.spec.capable else lens.question.en)
    return Answers(_sentence(point), says, problem)


def _remembering() -> Embed:
    """The packaged encoder, which the catalogue's questions go through once."""
    encode, known = open_embedder("use"), dict[str, Vectors]()

    def embed(texts: Sequence[str]) -> Vectors:
        new = [text for text in texts if text not in known]
        known.update(zip(new, encode(new), strict=True))
        return np.stack([known[text] for text in texts])

    return embed


def _sentence(answer: str) -> str | None:
    found = (s.strip(' "*-') for line in clean(answer).splitlines() for s in sentences(line))
    return next((s for s in found if len(words(s)) > 2), None)
