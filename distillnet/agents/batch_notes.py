"""What the ledger knows of a batch that is with the provider, and the budget holds for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from distillnet.agents.outcomes import NOTHING, ended
from distillnet.memory.ledger import Ledger
from distillnet.models.budget import Budget, Reservation
from distillnet.models.faults import FREE
from distillnet.models.spending import Cost
from distillnet.records import Attempt, Call, Record

_FACT = "batch"


class Line(Record):
    """One request of a batch.

    ``before`` is how many attempts at this cell the ledger had: the batch's is the next.
    ``last`` says that an earlier batch has left the cell over, and another failure is final.
    """

    cell: str
    prompt: str
    before: int
    last: bool


class Sent(Record):
    """A batch made of ``file`` at ``url``, with answers of at most ``limit`` tokens.

    ``id`` is None until the batch is known to have been created.
    """

    url: str | None
    file: str
    limit: int
    lines: tuple[Line, ...]
    id: str | None = None


@dataclass(frozen=True)
class BatchNotes:
    """One batch at a time is noted; each of its requests is an attempt in the ledger."""

    ledger: Ledger
    budget: Budget

    def read(self) -> Sent | None:
        noted = self.ledger.fact(_FACT)
        return None if noted is None else Sent.model_validate(noted)

    def write(self, sent: Sent) -> Sent:
        self.ledger.write_fact(_FACT, sent.model_dump(mode="json"))
        return sent

    def clear(self) -> None:
        self.ledger.write_fact(_FACT, None)

    def reserve(self, worst: Mapping[str, Cost]) -> int:
        """How many requests, from the first, the budget has room for; it is held for those."""
        return self.budget.reserve_first([_reserved(cost) for cost in worst.values()])

    def begin(self, cell: str, worst: Cost) -> None:
        self.ledger.begin_attempt(
            cell,
            input_tokens=worst.input_tokens,
            output_tokens=worst.output_tokens,
            usd=worst.usd,
        )

    def adopt(self, sent: Sent) -> None:
        """The requests of an earlier process, which the budget counts at their worst."""
        for line in sent.lines:
            if self.attempt(line):
                self.budget.adopt()

    def attempt(self, line: Line) -> Attempt | None:
        """The attempt of ``line``, unless it was ended before, or never begun."""
        attempts = self.ledger.attempts(line.cell)[line.before :]
        return attempts[0] if attempts and attempts[0].outcome is None else None

    def answer(self, attempt: Attempt, call: Call, spent: Cost, *, prompt: str) -> None:
        """Keeps the call that ``attempt`` brought."""
        done = ended(attempt.number, attempt.cell, "ok", spent, call.seconds)
        self.ledger.record_call(call, prompt=prompt, attempt=done)
        self._settle(attempt, spent)

    def fail(self, attempt: Attempt, kind: str, *, seconds: float = 0.0) -> None:
        spent = NOTHING if kind in FREE else worst_of(attempt)
        self.ledger.end_attempt(ended(attempt.number, attempt.cell, kind, spent, seconds))
        self._settle(attempt, spent)

    def void(self, sent: Sent, kind: str) -> None:
        """No batch was made of the file, for a reason of this kind."""
        for line in sent.lines:
            if attempt := self.attempt(line):
                self.fail(attempt, kind)
        self.clear()

    def _settle(self, attempt: Attempt, spent: Cost) -> None:
        held = _reserved(worst_of(attempt))
        self.budget.settle(held, tokens=spent.tokens, usd=spent.usd or 0.0)


def worst_of(attempt: Attempt) -> Cost:
    """The most that an attempt can cost, as noted when it began."""
    return Cost(attempt.input_tokens, attempt.output_tokens, attempt.usd)


def _reserved(cost: Cost) -> Reservation:
    return Reservation(cost.tokens, cost.usd or 0.0)
