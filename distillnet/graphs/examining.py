"""The facts of the seed and the exam on them, written before the first scene."""

import hashlib
from collections.abc import Sequence

from distillnet.agents.examiner import find_facts, write_items
from distillnet.agents.fact_writer import ANSWER_TOKENS
from distillnet.graphs.context import Context
from distillnet.records import Fact, Item


class _NoAnswer(Exception):
    """The teacher did not answer the examiner."""


async def find(context: Context) -> list[Fact]:
    """Facts of the seed: a capable teacher that also has a student to examine states them.

    Otherwise, and where the teacher does not answer, rules do. The teacher's answers go through
    the ledger, so that a repeated exam is not paid for again.
    """
    interpreter = context.work().interpreter

    async def ask(prompt: str) -> str:
        named = f"{context.teacher.spec.name}\n{prompt}"
        id = "exam-" + hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:16]
        call = await interpreter.call(id, [("user", prompt)], limit=ANSWER_TOKENS)
        if call is None or call.error:
            raise _NoAnswer
        return call.raw

    asked = ask if context.teacher.spec.capable and context.settings.train else None
    seed, number = interpreter.cast.seed, context.settings.random_seed
    try:
        return await find_facts(seed, ask=asked, random_seed=number)
    except _NoAnswer:
        return await find_facts(seed, random_seed=number)


def write_exam(context: Context, facts: Sequence[Fact]) -> list[Item]:
    settings = context.settings
    return write_items(
        context.work().cast.seed,
        facts,
        context.held_out,
        settings.exam,
        random_seed=settings.random_seed,
    )
