"""Questions to the teacher that are no cells: through the ledger, so that none is paid twice."""

import hashlib

from distillnet.agents.fact_writer import Ask
from distillnet.agents.prompts import Messages
from distillnet.graphs.context import Context


class NoAnswer(Exception):
    """The teacher did not answer: the call failed, a cap left no room, or the run was halted."""


async def ask_teacher(context: Context, purpose: str, messages: Messages, *, limit: int) -> str:
    """The answer, of at most ``limit`` tokens. Raises NoAnswer.

    The call is known as ``purpose`` with a hash of the teacher's name and the texts.
    """
    named = "\n".join([context.teacher.spec.name, *(text for _, text in messages)])
    id = f"{purpose}-{hashlib.sha256(named.encode('utf-8', 'replace')).hexdigest()[:16]}"
    call = await context.work().interpreter.call(id, messages, limit=limit)
    if call is None or call.error:
        raise NoAnswer
    return call.raw


def asking(context: Context, purpose: str, *, limit: int) -> Ask:
    """``ask_teacher`` for agents that put their question as one text."""

    async def ask(prompt: str) -> str:
        return await ask_teacher(context, purpose, [("user", prompt)], limit=limit)

    return ask
