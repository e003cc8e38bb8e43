"""A round's answers by one batch, at the lower price of the provider's batch API.

What is known of the batch is noted in the ledger, so that a process killed at any moment neither
loses it nor pays for a second one:

    upload - note the file - begin the attempts - create - note the batch - wait - download -
    keep each answer with the end of its attempt - clear the note

A file that was uploaded and not noted is left over, and costs nothing. A batch that was created
and not noted is found again by the name of its file, which no other batch has.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from langchain_core.messages import AIMessage

from distillnet.agents.batch_notes import BatchNotes, Line, Sent, worst_of
from distillnet.agents.interpreter import Interpreter
from distillnet.agents.outcomes import access_refused, answered, disk_full, failed
from distillnet.agents.prompts import Messages, as_text
from distillnet.errors import ConfigError, DistillNetError, TooManyFailures, UsageError
from distillnet.failpoints import reach
from distillnet.models.faults import ModelFault
from distillnet.models.openai_batch import Batch, BatchApi
from distillnet.models.openai_chat import OpenAIChat
from distillnet.models.spending import batch_price, most
from distillnet.records import Cell

_FIRST_WAIT, _LONGEST_WAIT, _SLOWER = 1.0, 60.0, 1.5
T = TypeVar("T")


@dataclass
class Batching:
    """``answer(cells)`` brings the answers into the ledger; ``note`` is told how it goes.

    Only batches answer. A request that failed in one, or that it ended without, goes into a
    second, never to the dearer direct call, as the lower price was asked for; what fails there,
    too, is a failed call, which a later run tries again.
    """

    interpreter: Interpreter
    note: Callable[[str], None]
    _tried: set[str] = field(default_factory=set, init=False)
    _given_up: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        chat = self.interpreter.teacher.chat
        assert isinstance(chat, OpenAIChat), "check_settings lets no other through"
        self._api = BatchApi(chat)
        self._ledger = self.interpreter.ledger
        self._notes = BatchNotes(self._ledger, self.interpreter.budget)
        self._price = batch_price(self.interpreter.price)

    async def answer(self, cells: Sequence[Cell]) -> None:
        """Returns when each of ``cells`` has its call, or a cap of the budget is reached.

        What does not fit into the budget at its worst waits for a further batch. Raises
        ModelAccessError, UsageError (the provider takes no batch), TooManyFailures (it does not
        answer), ConfigError (an earlier batch is elsewhere) and StorageError.
        """
        if self.interpreter.halted:
            return
        try:
            sent = self._notes.read()
            if sent and not await self._take_up(sent):
                return
            while waiting := [cell for cell in cells if self._is_open(cell.id)]:
                sent = await self._send(waiting)
                if sent is None or not await self._finish(sent):
                    return
        except ModelFault as fault:
            raise self._error(fault) from None

    def _is_open(self, id: str) -> bool:
        return id not in self._given_up and not self.interpreter.is_answered(id)

    async def _send(self, cells: Sequence[Cell]) -> Sent | None:
        """A batch of the first cells that the budget has room for; None where it has none."""
        cast = self.interpreter.cast
        limit: int = cast.parameters["max_tokens"]
        prompts = {cell.id: cast.messages(cell) for cell in cells}
        worst = {id: most(prompt, limit, self._price) for id, prompt in prompts.items()}
        room = self._notes.reserve(worst)
        if not room:
            return None
        prompts = dict(list(prompts.items())[:room])
        file = await self._ask(lambda: self._api.upload(prompts))
        reach("after_upload_before_note")
        lines = tuple(self._line(id, prompt) for id, prompt in prompts.items())
        url = self.interpreter.teacher.spec.url
        sent = self._notes.write(Sent(url=url, file=file, limit=limit, lines=lines))
        for id in prompts:
            self._notes.begin(id, worst[id])
        reach("after_note_before_batch")
        try:
            batch = await self._create(file)
        except ModelFault as fault:
            if not fault.may_pass:  # refused, so that there is no batch
                self._notes.void(sent, fault.kind)
            raise
        reach("after_batch_before_note")
        self.note(f"{room} requests sent as {batch.id}")
        self.note("Ctrl-C leaves them there to be answered; resume fetches them")
        return self._created(sent, batch)

    def _line(self, id: str, prompt: Messages) -> Line:
        before = len(self._ledger.attempts(id))
        return Line(cell=id, prompt=as_text(prompt), before=before, last=id in self._tried)

    async def _create(self, file: str) -> Batch:
        asked = False

        async def create() -> Batch:
            nonlocal asked
            # One that was cut off may have made the batch all the same.
            if asked and (found := await self._api.find(file)):
                return found
            asked = True
            return await self._api.create(file)

        return await self._ask(create)

    def _created(self, sent: Sent, batch: Batch) -> Sent:
        return self._notes.write(sent.model_copy(update={"id": batch.id}))

    async def _take_up(self, sent: Sent) -> bool:
        """Finishes the batch of an earlier process; see ``_finish``."""
        if sent.url != self.interpreter.teacher.spec.url:
            raise ConfigError(
                f"a batch of this run is open at {sent.url}: give that --base-url, "
                "or --no-batch to leave it there"
            )
        self._notes.adopt(sent)
        if sent.id is None:
            batch = await self._ask(lambda: self._api.find(sent.file))
            if batch is None:
                self._notes.void(sent, "unfinished")
                return True
            sent = self._created(sent, batch)
        return await self._finish(sent)

    async def _finish(self, sent: Sent) -> bool:
        """Waits for a batch and keeps what it brought; False when the cap in minutes came first."""
        start = time.monotonic()
        batch = await self._end_of(str(sent.id))
        if batch is None:
            return False
        results = await self._ask(lambda: self._api.results(batch))
        reach("after_download_before_ledger")
        seconds = time.monotonic() - start
        refused = None
        for line in sent.lines:
            # Whatever came of it, so that no cell is in more than two batches.
            (self._given_up if line.last else self._tried).add(line.cell)
            result = results.get(line.cell, batch.fault)
            if not isinstance(result, ModelFault):
                self._keep(line, result, sent.limit, seconds)
                continue
            self._fail(line, result, sent.limit, seconds)
            refused = result if result.kind == "access" else refused
        if self._ledger.is_full:
            raise disk_full()
        reach("after_ledger_before_clear")
        self._notes.clear()
        if refused:
            raise refused
        return True

    def _keep(self, line: Line, answer: AIMessage, limit: int, seconds: float) -> None:
        if attempt := self._notes.attempt(line):
            call, spent = answered(
                line.cell,
                self.interpreter.teacher.cleaned(answer),
                limit=limit,
                seconds=seconds,
                worst=worst_of(attempt),
                price=self._price,
            )
            self._notes.answer(attempt, call, spent, prompt=line.prompt)

    def _fail(self, line: Line, fault: ModelFault, limit: int, seconds: float) -> None:
        if attempt := self._notes.attempt(line):
            self._notes.fail(attempt, fault.kind, seconds=seconds)
        if fault.kind != "access" and (line.last or not fault.may_pass):
            call = failed(line.cell, fault, limit=limit, seconds=seconds)
            self._ledger.record_call(call, prompt=line.prompt)
            self._given_up.add(line.cell)

    async def _end_of(self, id: str) -> Batch | None:
        """The batch once it has ended; None when the cap in minutes comes first."""
        budget, wait, said = self.interpreter.budget, _FIRST_WAIT, ""
        while not (batch := await self._ask(lambda: self._api.batch(id))).has_ended:
            if (now := f"{id} {batch.status.replace('_', ' ')}: {batch.progress}") != said:
                self.note(now)
            said, left = now, budget.seconds_left()
            if left == 0:
                budget.over = "minutes"
                return None
            await asyncio.sleep(wait if left is None else min(wait, left))
            wait = min(wait * _SLOWER, _LONGEST_WAIT)
        return batch

    async def _ask(self, request: Callable[[], Awaitable[T]]) -> T:
        """What ``request`` brings, made again as long as that may help. Raises ModelFault."""
        async for attempt in self.interpreter.retrying():
            with attempt:
                return await request()
        raise AssertionError("tenacity returns or raises")

    def _error(self, fault: ModelFault) -> DistillNetError:
        name = self.interpreter.teacher.spec.name
        if fault.kind == "access":
            return access_refused(name, fault)
        if fault.may_pass:
            return TooManyFailures(
                f"{name} does not answer about its batch ({fault}): resume later; "
                "what was sent is fetched then"
            )
        return UsageError(f"{name} takes no batch ({fault}): go on with --no-batch")
