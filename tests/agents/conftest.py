"""An interpreter at work, and the server that it asks."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from distillnet import load_roles
from distillnet.agents import interpreter as module
from distillnet.agents.interpreter import Interpreter
from distillnet.agents.planner import Cast
from distillnet.config import load_settings
from distillnet.memory.ledger import Ledger
from distillnet.models.budget import Budget, Caps
from distillnet.models.chat import Teacher, open_teacher
from distillnet.models.teachers import Price
from distillnet.records import Call
from distillnet.testing import TRANSPORT_FAULTS, Fault, ScriptedServer
from distillnet.testing.faults import FaultName, Faults
from distillnet.tools.lenses import load_forms, load_lenses
from distillnet.tools.seeds import parse_seed
from tests.conftest import PHRASE

ANSWER = "Freedom is what necessity looks like from inside."
PRICE = Price(input=1000.0, output=4000.0, as_of=date(2026, 11, 10), source="your settings")
LIMIT = 50


class Bench:
    """An interpreter at work on a ledger, and the server that it asks."""

    def __init__(self, ledger: Ledger, **parts: Any) -> None:
        settings = {"model": "openai:scripted", "max_tokens": LIMIT}
        faults: Faults | None = parts.pop("faults", None)
        delay, caps = parts.pop("delay", 0.0), Caps(**parts.pop("caps", {}))
        price, attempts = parts.pop("price", PRICE), parts.pop("attempts", 6)
        teacher: Teacher | None = parts.pop("teacher", None)
        self.ledger = ledger
        self.server = ScriptedServer(lambda prompt: ANSWER, faults=faults, delay=delay)
        chosen = load_settings(**(settings | {"base_url": self.server.base_url} | parts))
        self.teacher = teacher or open_teacher(chosen)
        self.budget = Budget(caps, ledger.spent())
        cast = Cast(
            seed=parse_seed(PHRASE),
            language="en",
            lenses=load_lenses(),
            roles=load_roles(),
            forms=load_forms(),
            model=self.teacher.spec.name,
            parameters={"max_tokens": LIMIT},
        )
        self.interpreter = Interpreter(cast, self.teacher, ledger, self.budget, price, attempts)

    async def __aenter__(self) -> "Bench":
        self.server.__enter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self.teacher.aclose()
        self.server.__exit__(None, None, None)

    async def ask(self, id: str) -> Call | None:
        """A call whose prompt the server can tell from others."""
        return await self.interpreter.call(id, [("user", f"Question {id}?")])

    async def ask_all(self, count: int) -> list[Call | None]:
        async with asyncio.timeout(30):
            return await asyncio.gather(*(self.ask(str(n)) for n in range(count)))

    async def until(self, happened: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not happened():
                await asyncio.sleep(0.005)

    def used(self) -> int:
        """Tokens by the usage in the server's good answers."""
        return sum(
            count * (len(prompt.split()) + len(ANSWER.split()))
            for prompt, count in self.server.calls.items()
        )


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.sqlite")
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LONGEST_WAIT", 0.01)


def always(fault: Fault) -> Faults:
    return lambda prompt, nth: fault


def first(fault: Fault) -> Faults:
    """Fails the first request of every prompt."""
    return lambda prompt, nth: fault if nth == 0 else None


def mixed(*names: FaultName) -> Faults:
    """Each prompt meets two faults, as many prompts as there are names every one."""

    def schedule(prompt: str, nth: int) -> Fault | None:
        name = names[(number_of(prompt) + 5 * nth) % len(names)]
        wait = "0.05" if name in ("rate_limited", "overloaded") else None
        return Fault(name, wait, seconds=30) if nth < 2 else None

    return schedule


def number_of(prompt: str) -> int:
    return int(prompt.split()[1].rstrip("?"))


BADLY = mixed(*(name for name in TRANSPORT_FAULTS if name not in ("hang", "slow_drip")))
