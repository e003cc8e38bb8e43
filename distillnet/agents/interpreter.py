"""The role agent at work: one cell, one call, one row in the ledger."""

import asyncio
import hashlib
import sqlite3
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from distillnet.agents.outcomes import (
    NOTHING,
    access_refused,
    answered,
    disk_full,
    ended,
    failed,
)
from distillnet.agents.planner import Cast
from distillnet.agents.prompts import Messages, as_text
from distillnet.errors import DistillNetError
from distillnet.failpoints import reach
from distillnet.memory.ledger import Ledger
from distillnet.models.budget import Budget
from distillnet.models.chat import Teacher
from distillnet.models.faults import FREE, TOO_MANY, ModelFault
from distillnet.models.limiter import Limiter
from distillnet.models.spending import Cost, most
from distillnet.models.teachers import Price
from distillnet.records import Call, Cell

if TYPE_CHECKING:
    from tenacity import AsyncRetrying

_FIRST_WAIT, _LONGEST_WAIT = 0.5, 20.0


class _NoMoreCalls(Exception):
    """The run was halted, or a cap has no room for another request."""


@dataclass
class Interpreter:
    """Makes calls, and decides alone how many at once, how often again and when no more.

    This is the one layer of retries: the models' own libraries are told not to retry.
    """

    cast: Cast
    teacher: Teacher
    ledger: Ledger
    budget: Budget
    price: Price | None
    attempts: int
    earlier: Ledger | None = None
    """That of another run, whose answers to the same calls are taken over."""
    halted: Exception | None = field(default=None, init=False)
    """Why no further request starts; to be raised once those in flight have been kept."""
    limiter: Limiter = field(init=False)
    _halting: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _loop: asyncio.AbstractEventLoop | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.limiter = Limiter(self.teacher.spec.concurrency)

    def halt(self, error: Exception) -> int:
        """Starts no further request; returns how many are in flight and will still be kept.

        Calls that wait for another attempt end at once. May be asked from another thread.
        """
        self.halted = self.halted or error
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._end_waits)
        return self.limiter.in_flight

    def _end_waits(self) -> None:
        self._halting.set()
        self.limiter.open()

    async def interpret(self, cell: Cell) -> Call | None:
        """The call for ``cell``; see ``call``."""
        return await self.call(cell.id, self.cast.messages(cell))

    async def call(self, id: str, messages: Messages, *, limit: int | None = None) -> Call | None:
        """The call known as ``id``; from the ledger when it was answered before.

        None when the budget is used up or the run was halted. Never raises for what a provider
        or the disk does: the one's error is in the call, the other's halts the run. The row is
        committed before this returns, in this coroutine, so that a killed process loses no answer
        it has paid for. ``limit`` replaces the run's token limit.
        """
        self._loop = asyncio.get_running_loop()
        try:
            if self.is_answered(id):
                return self.ledger.call(id)
            return await self._attempt(id, messages, limit)
        except _NoMoreCalls:
            return None
        except sqlite3.Error as error:
            # Raised from here, it would cancel the requests in flight.
            self.halt(error)
            return None

    def is_answered(self, id: str) -> bool:
        """Whether the ledger has the answer, or has it now from that of the earlier run."""
        if self.ledger.has_answer(id):
            return True
        return self.earlier is not None and self.ledger.take_over(id, self.earlier)

    def retrying(self) -> "AsyncRetrying":
        """The rounds of one request, as long as another may help."""
        from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt

        return AsyncRetrying(
            retry=retry_if_exception(lambda e: isinstance(e, ModelFault) and e.may_pass),
            stop=stop_after_attempt(self.attempts),
            wait=_wait,
            sleep=self._sleep,
            reraise=True,
        )

    async def _attempt(self, id: str, messages: Messages, limit: int | None) -> Call:
        """Requests until one is answered or no further one may help."""
        start = time.monotonic()
        try:
            async for attempt in self.retrying():
                with attempt:
                    return await self._request(id, messages, limit)
        except ModelFault as fault:
            if fault.kind == "access":
                # The run has been halted; the call is made when it goes on.
                raise _NoMoreCalls from None
            token_limit = limit or self.cast.parameters["max_tokens"]
            call = failed(id, fault, limit=token_limit, seconds=time.monotonic() - start)
            self.ledger.record_call(call, prompt=as_text(messages))
            return call
        raise AssertionError("tenacity returns or raises")

    async def _request(self, id: str, messages: Messages, limit: int | None) -> Call:
        """One request, noted before it starts and when it ends. Raises ModelFault."""
        token_limit = limit or self.cast.parameters["max_tokens"]
        worst = most(messages, token_limit, self.price)
        async with self.limiter.slot() as started:
            if self.halted:
                raise _NoMoreCalls
            reserved = await self.budget.reserve(tokens=worst.tokens, usd=worst.usd or 0.0)
            if reserved is None:
                raise _NoMoreCalls
            spent = NOTHING
            try:
                if self.halted:  # while this waited for room
                    raise _NoMoreCalls
                number = self.ledger.begin_attempt(
                    id,
                    input_tokens=worst.input_tokens,
                    output_tokens=worst.output_tokens,
                    usd=worst.usd,
                )
                spent = worst
                reach("after_reserve_before_call")
                async with asyncio.timeout(self.budget.seconds_left()):
                    answer = await self.teacher.ask(messages, seed=_number(id), limit=limit)
                reach("after_call_before_ledger")
                seconds = time.monotonic() - started
                call, spent = answered(
                    id, answer, limit=token_limit, seconds=seconds, worst=worst, price=self.price
                )
                self.ledger.record_call(
                    call,
                    prompt=as_text(messages),
                    attempt=ended(number, id, "ok", spent, seconds),
                )
                reach("after_ledger_before_checkpoint")
                self.limiter.succeeded()
                return call
            except ModelFault as fault:
                if fault.kind in FREE:
                    spent = NOTHING
                self._ended_in(fault, number, id, spent, started)
                raise
            except DistillNetError as error:
                # A model on this machine cannot be opened.
                spent = NOTHING
                self._ended_in(ModelFault("failed", str(error)), number, id, spent, started)
                self.halt(error)
                raise _NoMoreCalls from None
            except TimeoutError:
                # The cap in minutes cut it off; it may have been paid for.
                self.budget.over = "minutes"
                cut = ModelFault("out_of_time", "")
                self._ended_in(cut, number, id, spent, started)
                raise _NoMoreCalls from None
            finally:
                self.budget.settle(reserved, tokens=spent.tokens, usd=spent.usd or 0.0)
                if self.ledger.is_full:
                    self.halt(disk_full())

    def _ended_in(
        self, fault: ModelFault, number: int, id: str, spent: Cost, started: float
    ) -> None:
        self.ledger.end_attempt(ended(number, id, fault.kind, spent, time.monotonic() - started))
        if fault.kind in TOO_MANY and not self.halted:
            self.limiter.objected(started, self._until_cap(fault.retry_after or 0.0))
        elif fault.kind == "access":
            self.halt(access_refused(self.teacher.spec.name, fault))

    async def _sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._until_cap(seconds)):
                await self._halting.wait()

    def _until_cap(self, seconds: float) -> float:
        left = self.budget.seconds_left()
        return seconds if left is None else min(seconds, left)


def _wait(state: Any) -> float:
    """Seconds before the next attempt: what the server asked for, else longer each time."""
    from tenacity import wait_exponential_jitter

    fault = state.outcome.exception()
    if fault.retry_after is not None:
        return float(fault.retry_after)
    return float(wait_exponential_jitter(multiplier=_FIRST_WAIT, max=_LONGEST_WAIT)(state))


def _number(id: str) -> int:
    return int(hashlib.sha256(id.encode()).hexdigest()[:8], 16)
