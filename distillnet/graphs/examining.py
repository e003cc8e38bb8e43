"""The exam, written before the first scene."""

import hashlib
import time

from distillnet.agents.examiner import write_items
from distillnet.graphs.context import Context
from distillnet.records import Call, Item


async def write_exam(context: Context) -> list[Item]:
    """Items from the seed; a capable teacher writes them, else rules do.

    The teacher's answers go through the ledger, so that a repeated exam is not paid for again.
    """
    teacher, ledger = context.teacher, context.ledger

    async def ask(prompt: str) -> str:
        id = "exam-" + hashlib.sha256(f"{teacher.name}\n{prompt}".encode()).hexdigest()[:16]
        if ledger.has_answer(id):
            known = ledger.call(id)
            assert known is not None
            return known.raw
        start = time.monotonic()
        answer = await teacher.ask([("user", prompt)], seed=int(id[-8:], 16))
        usage = answer.usage_metadata
        call = Call(
            cell=id,
            raw=str(answer.text),
            finish_reason=answer.response_metadata.get("finish_reason"),
            input_tokens=usage["input_tokens"] if usage else 0,
            output_tokens=usage["output_tokens"] if usage else 0,
            token_limit=context.settings.max_tokens,
            seconds=time.monotonic() - start,
        )
        ledger.record_call(call, prompt=prompt)
        return call.raw

    return await write_items(
        context.work().cast.seed,
        context.held_out,
        context.settings.exam,
        ask=ask if teacher.capable else None,
        random_seed=context.settings.random_seed,
    )
