"""The role agent at work: one cell, one call, one row in the ledger."""

import asyncio
import hashlib
import time
from dataclasses import dataclass, field

from langchain_core.messages import AIMessage

from distillnet.agents.planner import Cast
from distillnet.agents.prompts import Messages
from distillnet.memory.ledger import Ledger
from distillnet.models.chat import Teacher, is_access_error
from distillnet.records import Call, Cell


@dataclass
class Interpreter:
    """Makes calls: at most ``teacher.concurrency`` at once, at most ``budget`` in all.

    A call is counted before it starts, so that no number of calls in flight exceeds the budget.
    """

    cast: Cast
    teacher: Teacher
    ledger: Ledger
    budget: int | None
    _slots: asyncio.Semaphore = field(init=False)
    _started: int = field(init=False)

    def __post_init__(self) -> None:
        self._slots = asyncio.Semaphore(self.teacher.concurrency)
        self._started = self.ledger.count_calls()

    @property
    def budget_left(self) -> int | None:
        return None if self.budget is None else max(0, self.budget - self._started)

    async def interpret(self, cell: Cell) -> Call | None:
        """The call for ``cell``; see ``call``."""
        return await self.call(cell.id, self.cast.messages(cell))

    async def call(self, id: str, messages: Messages, *, limit: int | None = None) -> Call | None:
        """The call known as ``id``; from the ledger when it was answered before.

        None when the budget is used up. Never raises for what a provider does: the error is in
        the call. The row is committed before this returns, in this coroutine, so that a killed
        process loses no answer it has paid for. ``limit`` replaces the run's token limit.
        """
        if self.ledger.has_answer(id):
            return self.ledger.call(id)
        async with self._slots:
            if self.budget_left == 0:
                return None
            self._started += 1
            token_limit = limit or self.cast.parameters["max_tokens"]
            start = time.monotonic()
            try:
                answer = await self.teacher.ask(messages, seed=_number(id), limit=limit)
            except Exception as error:
                call = _failed(id, error, token_limit, time.monotonic() - start)
            else:
                call = _answered(id, answer, token_limit, time.monotonic() - start)
            prompt = "\n\n".join(f"[{role}]\n{text}" for role, text in messages)
            self.ledger.record_call(call, prompt=prompt)
            return call


def _number(id: str) -> int:
    return int(hashlib.sha256(id.encode()).hexdigest()[:8], 16)


def _answered(id: str, answer: AIMessage, token_limit: int, seconds: float) -> Call:
    usage = answer.usage_metadata
    metadata = answer.response_metadata
    return Call(
        cell=id,
        raw=str(answer.text),
        finish_reason=metadata.get("finish_reason") or metadata.get("stop_reason"),
        input_tokens=usage["input_tokens"] if usage else 0,
        output_tokens=usage["output_tokens"] if usage else 0,
        token_limit=token_limit,
        seconds=seconds,
    )


def _failed(id: str, error: Exception, token_limit: int, seconds: float) -> Call:
    kind = "access" if is_access_error(error) else type(error).__name__
    return Call(
        cell=id,
        raw="",
        finish_reason=None,
        input_tokens=0,
        output_tokens=0,
        token_limit=token_limit,
        seconds=seconds,
        error=f"{kind}: {error}"[:500],
    )
