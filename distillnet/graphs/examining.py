"""The exam, written before the first scene."""

import hashlib

from distillnet.agents.examiner import write_items
from distillnet.agents.fact_writer import ANSWER_TOKENS
from distillnet.graphs.context import Context
from distillnet.records import Item


class _NoAnswer(Exception):
    """The teacher did not answer the examiner."""


async def write_exam(context: Context) -> list[Item]:
    """Items from the seed: a capable teacher that also has a student to examine writes them.

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
    for way in (asked, None):
        try:
            return await write_items(
                interpreter.cast.seed,
                context.held_out,
                context.settings.exam,
                ask=way,
                random_seed=context.settings.random_seed,
            )
        except _NoAnswer:
            continue
    raise AssertionError("rules ask nobody")
