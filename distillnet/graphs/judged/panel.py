"""Capable models that judge, each asked as a teacher is: through ledger, caps, limiter, retries."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from distillnet.agents.comparator import ANSWER_TOKENS
from distillnet.agents.fact_writer import Ask
from distillnet.agents.interpreter import Interpreter
from distillnet.agents.planner import Cast
from distillnet.agents.prompts import Messages
from distillnet.config import Settings
from distillnet.errors import BudgetReached, ModelAccessError, UsageError
from distillnet.memory.ledger import Ledger
from distillnet.models.budget import Budget, Caps
from distillnet.models.chat import Teacher, open_teacher
from distillnet.models.spec import TeacherSpec, describe_teacher
from distillnet.models.spending import Cost, most, price_for
from distillnet.models.teachers import Price
from distillnet.records import Seed

_EXAMPLE = "--judges openai:gpt-5-mini,anthropic:claude-sonnet-4-5"


@dataclass(frozen=True)
class Juror:
    """What is known of a judge before it is opened."""

    settings: Settings
    spec: TeacherSpec
    price: Price | None

    @property
    def name(self) -> str:
        return self.spec.name

    def call_id(self, prompt: str) -> str:
        """Of the judge with its parameters and address, and all that it reads."""
        shaped = json.dumps([self.name, self.spec.parameters, prompt], sort_keys=True)
        return f"judge-{hashlib.sha256(shaped.encode()).hexdigest()[:16]}"

    def most(self, prompt: str) -> Cost:
        """The most that asking it can cost."""
        return most(_messages(prompt), ANSWER_TOKENS, self.price)

    def open(self) -> Teacher:
        """Raises UsageError for an unknown provider, ModelAccessError without a key."""
        try:
            return open_teacher(self.settings)
        except ModelAccessError:
            raise ModelAccessError(
                f"no key for the judge {self.name!r}: put it into the environment or .env "
                f"({self.spec.key}=...)"
            ) from None


def describe_jury(names: Sequence[str], base_url: str | None, settings: Settings) -> list[Juror]:
    """The judges of these names, all at ``base_url`` if it is given; nothing is opened.

    Raises UsageError for fewer than two, for one named twice, for one that is not capable, and
    where a cap in dollars cannot be kept since a price is not known.
    """
    if len(names) < 2:
        raise UsageError(f"it takes two judges, since each favours something: {_EXAMPLE}")
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise UsageError(f"the judge {twice[0]!r} is named twice: name another capable model")
    jury = [_juror(name, base_url, settings) for name in names]
    if weak := [juror.name for juror in jury if not juror.spec.capable]:
        raise UsageError(f"{weak[0]!r} is not capable of judging: name others, as in {_EXAMPLE}")
    unpriced = [juror.name for juror in jury if juror.price is None]
    if unpriced and settings.budget_usd is not None:
        raise UsageError(
            f"the price of {unpriced[0]!r} is not known, so a budget in dollars cannot be kept: "
            "give --budget-calls, or its price as DISTILLNET_PRICE__INPUT and "
            "DISTILLNET_PRICE__OUTPUT (dollars for a million tokens)"
        )
    return jury


def _juror(name: str, base_url: str | None, settings: Settings) -> Juror:
    asked = settings.model_copy(update={"model": name, "base_url": base_url})
    # A price in the settings may be the teacher's, so the table's comes first.
    price = price_for(asked.model_copy(update={"price": None})) or price_for(asked)
    return Juror(asked, describe_teacher(asked), price)


@dataclass
class Panel:
    """The judges at work; used by one event loop."""

    interpreters: dict[str, Interpreter]
    """By the judge's name; all have one ledger and one budget."""
    told: Callable[[], None]
    """Called after each answer."""
    faults: Counter[str] = field(default_factory=Counter, init=False)
    """Calls that were given up, by their fault: the same command again makes them."""

    def asking(self, juror: Juror) -> Ask:
        """Asks this judge; an answer is "" where the call failed or was not made."""

        async def ask(prompt: str) -> str:
            interpreter = self.interpreters[juror.name]
            call = await interpreter.call(
                juror.call_id(prompt), _messages(prompt), limit=ANSWER_TOKENS
            )
            if interpreter.halted:
                # What the others said would be paid for and not be compared.
                self.halt(interpreter.halted)
            if call is not None and call.error is not None:
                self.faults[call.error.partition(":")[0]] += 1
            self.told()
            return "" if call is None else call.raw

        return ask

    def halt(self, error: Exception) -> int:
        """Starts no further call; returns how many are in flight and will still be kept."""
        return sum(interpreter.halt(error) for interpreter in self.interpreters.values())

    def require_unstopped(self) -> None:
        """Raises what ended the calls early: a refusal, a cap, the disk or the user."""
        for interpreter in self.interpreters.values():
            if interpreter.halted:
                raise interpreter.halted
            if cap := interpreter.budget.over:
                raise BudgetReached(
                    f"{interpreter.budget.sentence(cap)}; everything is kept: "
                    f"give a larger --budget-{cap}"
                )

    async def aclose(self) -> None:
        for interpreter in self.interpreters.values():
            await interpreter.teacher.aclose()


def open_panel(
    jury: Sequence[Juror],
    seed: Seed,
    ledger: Ledger,
    settings: Settings,
    told: Callable[[], None],
) -> Panel:
    """Raises what ``Juror.open`` raises. The caps are those of ``settings``, over all judges."""
    caps = Caps(settings.budget_calls, settings.budget_tokens, settings.budget_usd)
    budget = Budget(caps, ledger.spent())
    interpreters = {}
    for juror in jury:
        cast = Cast(seed, seed.language, {}, {}, {}, juror.name, juror.spec.parameters)
        interpreters[juror.name] = Interpreter(
            cast, juror.open(), ledger, budget, juror.price, settings.attempts
        )
    return Panel(interpreters, told)


def _messages(prompt: str) -> Messages:
    return [("user", prompt)]
