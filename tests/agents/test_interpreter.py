"""The one place where calls are made, against a server that fails in every known way."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.messages.ai import UsageMetadata

from distillnet import load_roles
from distillnet.agents import interpreter as module
from distillnet.agents.interpreter import Interpreter
from distillnet.agents.planner import Cast, plan_cells
from distillnet.config import load_settings
from distillnet.errors import Interrupted, ModelAccessError, StorageError, UsageError
from distillnet.memory.ledger import Ledger
from distillnet.models.budget import Budget, Caps
from distillnet.models.chat import Teacher, open_teacher
from distillnet.models.spec import describe_teacher
from distillnet.models.spending import most
from distillnet.models.teachers import Price
from distillnet.records import Call, Gap
from distillnet.testing import TRANSPORT_FAULTS, Fault, ScriptedServer
from distillnet.testing.faults import FaultName, Faults
from distillnet.tools.lenses import load_forms, load_lenses
from distillnet.tools.seeds import parse_seed
from tests.conftest import PHRASE

ANSWER = "Freedom is what necessity looks like from inside."
PRICE = Price(input=1000.0, output=4000.0, as_of=date(2026, 11, 10), source="your settings")
LIMIT = 50
# Where our name for a fault is not the server's.
OURS = {
    "hang": "idle_timeout",
    "slow_drip": "timeout",
    "reset": "connection",
    "null_content": "empty_answer",
    "empty_choices": "empty_answer",
}


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
        name = names[(_number(prompt) + 5 * nth) % len(names)]
        wait = "0.05" if name in ("rate_limited", "overloaded") else None
        return Fault(name, wait, seconds=30) if nth < 2 else None

    return schedule


def _number(prompt: str) -> int:
    return int(prompt.split()[1].rstrip("?"))


BADLY = mixed(*(name for name in TRANSPORT_FAULTS if name not in ("hang", "slow_drip")))


def price_of(calls: list[Call | None]) -> float:
    return sum(PRICE.usd(call.input_tokens, call.output_tokens) for call in calls if call)


async def test_a_cell_is_asked_with_its_prompt_and_kept(ledger: Ledger) -> None:
    async with Bench(ledger) as bench:
        cast = bench.interpreter.cast
        (cell,) = plan_cells(cast, [Gap(lens="irony", reason="missing")], [], round=1)
        call = await bench.interpreter.interpret(cell)
        assert call is not None and (call.cell, call.raw, call.error) == (cell.id, ANSWER, None)
        assert call == ledger.call(cell.id)
        (sent,) = bench.server.bodies
        assert [(m["role"], m["content"]) for m in sent["messages"]] == cast.messages(cell)
        for _, text in cast.messages(cell):
            assert text in (ledger.prompt(cell.id) or "")
        (attempt,) = ledger.attempts(cell.id)
        assert attempt.outcome == "ok"
        assert (attempt.input_tokens, attempt.output_tokens) == (
            call.input_tokens,
            call.output_tokens,
        )
        assert attempt.usd == PRICE.usd(call.input_tokens, call.output_tokens)


async def test_what_was_answered_is_not_paid_for_again(ledger: Ledger) -> None:
    async with Bench(ledger) as bench:
        assert await bench.ask("0") == await bench.ask("0")
        assert bench.server.requests.total() == 1
    async with Bench(ledger, faults=always(Fault("server_error"))) as bench:
        call = await bench.ask("0")
        assert call is not None and call.raw == ANSWER
        assert bench.server.requests.total() == 0


async def test_through_every_fault_the_ledger_counts_what_the_server_counts(
    ledger: Ledger,
) -> None:
    faults, count = mixed(*TRANSPORT_FAULTS), len(TRANSPORT_FAULTS)
    async with Bench(ledger, faults=faults, idle_timeout=0.8, timeout=2.0) as bench:
        calls = await bench.ask_all(count)
        assert [call and call.raw for call in calls] == [ANSWER] * count
        assert bench.server.requests.total() == ledger.spent().calls == 3 * count
        expected = Counter({"ok": count})
        for name, met in bench.server.faults.items():
            expected[OURS.get(name, name)] += met
        assert ledger.outcomes() == expected
        assert set(bench.server.faults) == set(TRANSPORT_FAULTS)
        for prompt, asked in bench.server.requests.items():
            assert len(ledger.attempts(str(_number(prompt)))) == asked == 3


@pytest.mark.parametrize("name", ["server_error", "rate_limited", "reset", "cut_body"])
async def test_it_gives_up_after_so_many_requests_of_one_layer(ledger: Ledger, name: Any) -> None:
    async with Bench(ledger, faults=always(Fault(name)), attempts=3) as bench:
        call = await bench.ask("0")
        kind = OURS.get(name, name)
        assert call is not None and call.raw == "" and (call.error or "").startswith(f"{kind}: ")
        assert bench.server.requests.total() == 3
        assert ledger.outcomes() == {kind: 3}
        assert ledger.call("0") == call and not ledger.has_answer("0")
        free = name in ("server_error", "rate_limited")
        assert (ledger.spent().tokens == 0) == free == (ledger.spent().usd == 0)


async def test_a_call_that_failed_is_made_again_the_next_time(ledger: Ledger) -> None:
    async with Bench(ledger, faults=first(Fault("server_error")), attempts=1) as bench:
        call = await bench.ask("0")
        assert call is not None and call.error is not None
        call = await bench.ask("0")
        assert call is not None and call.raw == ANSWER
        assert ledger.outcomes() == {"ok": 1, "server_error": 1}


async def test_what_will_not_pass_is_not_tried_again(ledger: Ledger) -> None:
    async with Bench(ledger) as bench:
        bench.teacher.chat.base_url += "/nowhere"  # type: ignore[attr-defined]
        call = await bench.ask("0")
        assert call is not None and (call.error or "").startswith("rejected: HTTP 404")
        assert ledger.outcomes() == {"rejected": 1} and bench.interpreter.halted is None


async def test_everyone_waits_as_long_as_the_server_asks(ledger: Ledger) -> None:
    arrived: list[float] = []

    def limited(prompt: str, nth: int) -> Fault | None:
        arrived.append(time.monotonic())
        return Fault("rate_limited", retry_after="0.3") if len(arrived) == 1 else None

    async with Bench(ledger, faults=limited, concurrency=1) as bench:
        await bench.ask_all(3)
    assert len(arrived) == 4
    assert arrived[1] - arrived[0] >= 0.3


async def test_a_burst_of_objections_halves_the_requests_in_flight(ledger: Ledger) -> None:
    faults = first(Fault("rate_limited", retry_after="0"))
    async with Bench(ledger, faults=faults, concurrency=8, delay=0.1) as bench:
        asked = asyncio.gather(*(bench.ask(str(n)) for n in range(8)))
        await bench.until(lambda: ledger.outcomes().get("rate_limited") == 8)
        assert bench.interpreter.limiter.limit == 4
        assert all(call and call.raw for call in await asked)


@pytest.mark.parametrize("name", ["quota", "unauthorized"])
async def test_without_access_it_stops_at_once(
    ledger: Ledger, name: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-0123456789")
    async with Bench(ledger, faults=always(Fault(name)), concurrency=4) as bench:
        calls = await bench.ask_all(40)
        assert 1 <= bench.server.requests.total() <= 4
        assert calls == [None] * 40 and ledger.calls() == []
        assert ledger.outcomes() == {"access": bench.server.requests.total()}
        assert ledger.spent().tokens == 0
        halted = bench.interpreter.halted
        assert isinstance(halted, ModelAccessError) and "canary" not in str(halted)
        assert "openai:scripted refused: HTTP 4" in str(halted)


async def test_those_who_wait_for_room_in_the_budget_stop_too(ledger: Ledger) -> None:
    """Room for one request at a time, so the others wait with a slot each."""
    room = most([("user", "Question 0?")], LIMIT, PRICE).tokens
    parts = {"faults": always(Fault("quota")), "concurrency": 4, "delay": 0.05}
    async with Bench(ledger, caps={"tokens": room}, **parts) as bench:
        assert await bench.ask_all(4) == [None] * 4
        assert bench.server.requests.total() == ledger.spent().calls == 1


@pytest.mark.parametrize("faults", [None, BADLY], ids=["well", "badly"])
async def test_the_cap_on_requests_counts_those_that_fail(
    ledger: Ledger, faults: Faults | None
) -> None:
    async with Bench(ledger, faults=faults, caps={"calls": 7}) as bench:
        calls = await bench.ask_all(20)
        assert bench.server.requests.total() == ledger.spent().calls == 7
        assert bench.budget.over == "calls"
        assert sum(call is not None and call.error is None for call in calls) == (
            bench.server.calls.total()
        )


@pytest.mark.parametrize("faults", [None, BADLY], ids=["well", "badly"])
async def test_the_cap_on_tokens_holds_by_the_server_s_count(
    ledger: Ledger, faults: Faults | None
) -> None:
    async with Bench(ledger, faults=faults, caps={"tokens": 400}, concurrency=8) as bench:
        calls = await bench.ask_all(60)
        assert bench.used() <= ledger.spent().tokens <= 400
        assert bench.budget.over == "tokens"
        # What is reserved is given back: more are answered than fit at their most.
        fit = 400 // most([("user", "Question 0?")], LIMIT, None).tokens
        assert faults or sum(call is not None for call in calls) > 2 * fit


@pytest.mark.parametrize("faults", [None, BADLY], ids=["well", "badly"])
async def test_the_cap_on_dollars_holds_by_the_server_s_count(
    ledger: Ledger, faults: Faults | None
) -> None:
    async with Bench(ledger, faults=faults, caps={"usd": 0.9}) as bench:
        calls = await bench.ask_all(60)
        assert price_of(calls) <= ledger.spent().usd <= 0.9
        assert bench.budget.over == "usd"
        assert faults or price_of(calls) > 0.5


async def test_the_next_session_goes_on_from_what_was_spent(ledger: Ledger) -> None:
    for cap, total in ((5, 5), (5, 5), (8, 8)):
        async with Bench(ledger, caps={"calls": cap}) as bench:
            await bench.ask_all(20)
            assert bench.budget.over == "calls"
            assert ledger.spent().calls == len(ledger.calls()) == total


@pytest.mark.parametrize(
    "usage",
    [
        None,
        UsageMetadata(input_tokens=10**30, output_tokens=1, total_tokens=1),
        UsageMetadata(input_tokens=-5, output_tokens=1, total_tokens=1),
    ],
)
async def test_what_a_server_does_not_say_counts_as_the_most(
    ledger: Ledger, usage: UsageMetadata | None
) -> None:
    answer = AIMessage(ANSWER, usage_metadata=usage, response_metadata={"finish_reason": ["?"]})
    chat = GenericFakeChatModel(messages=iter([answer]))
    spec = describe_teacher(load_settings(model="openai:scripted"))
    async with Bench(ledger, teacher=Teacher(chat, spec)) as bench:
        call = await bench.ask("0")
    assert call is not None and (call.raw, call.error) == (ANSWER, None)
    worst = most([("user", "Question 0?")], LIMIT, PRICE)
    spent = ledger.spent()
    assert (spent.input_tokens, spent.output_tokens) == (worst.input_tokens, LIMIT)
    assert spent.usd == worst.usd


async def test_the_cap_on_minutes_cuts_off_what_hangs_and_counts_it(ledger: Ledger) -> None:
    faults = always(Fault("hang", seconds=60))
    async with Bench(ledger, caps={"minutes": 0.4 / 60}, concurrency=2, faults=faults) as bench:
        assert await bench.ask_all(5) == [None] * 5
        assert bench.budget.over == "minutes" and ledger.outcomes() == {"out_of_time": 2}
        worst = most([("user", "Question 0?")], LIMIT, PRICE)
        assert ledger.spent().tokens == 2 * worst.tokens
        assert bench.server.requests.total() == 2


async def test_the_cap_on_minutes_ends_a_long_wait(ledger: Ledger) -> None:
    parts = {"faults": always(Fault("rate_limited", retry_after="3600")), "concurrency": 1}
    async with Bench(ledger, caps={"minutes": 0.4 / 60}, **parts) as bench:
        assert await bench.ask_all(3) == [None] * 3
        assert bench.budget.over == "minutes" and ledger.outcomes() == {"rate_limited": 1}


async def test_halted_it_keeps_what_is_in_flight_and_starts_nothing(ledger: Ledger) -> None:
    async with Bench(ledger, concurrency=2, delay=0.2) as bench:
        asked = asyncio.create_task(bench.ask_all(9))
        await bench.until(lambda: bench.server.requests.total() == 2)
        halt, why = bench.interpreter.halt, Interrupted("stopped")
        # As by Ctrl-C, which the main thread gets.
        assert await asyncio.to_thread(halt, why) == 2
        calls = await asked
        assert [call and call.raw for call in calls] == [ANSWER] * 2 + [None] * 7
        assert bench.server.requests.total() == 2 and ledger.outcomes() == {"ok": 2}
        halt(UsageError("later"))
        assert bench.interpreter.halted is why


async def test_halted_it_waits_for_no_further_attempt(ledger: Ledger) -> None:
    faults = first(Fault("rate_limited", retry_after="3600"))
    async with Bench(ledger, faults=faults, concurrency=2) as bench:
        asked = asyncio.create_task(bench.ask_all(9))
        await bench.until(lambda: bool(ledger.outcomes().get("rate_limited")))
        bench.interpreter.halt(Interrupted("stopped"))
        assert await asked == [None] * 9


async def test_a_request_cut_off_in_flight_counts_in_full(ledger: Ledger, tmp_path: Path) -> None:
    async with Bench(ledger, delay=30.0) as bench:
        asked = asyncio.create_task(bench.ask("0"))
        await bench.until(lambda: bench.server.requests.total() == 1)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
    ledger.close()
    again = Ledger(tmp_path / "ledger.sqlite")
    assert again.outcomes() == {"unknown": 1} and again.call("0") is None
    worst = most([("user", "Question 0?")], LIMIT, PRICE)
    assert (again.spent().calls, again.spent().tokens) == (1, worst.tokens)
    async with Bench(again, caps={"tokens": worst.tokens + 1}) as bench:
        assert await bench.ask("1") is None and bench.budget.over == "tokens"
    again.close()


async def test_on_a_full_disk_nothing_starts_and_what_is_in_flight_is_kept(
    ledger: Ledger,
) -> None:
    async with Bench(ledger, concurrency=4, delay=0.2) as bench:
        asked = asyncio.gather(*(bench.ask(str(n)) for n in range(2)))
        await bench.until(lambda: bench.server.requests.total() == 2)
        ledger._db.execute("PRAGMA max_page_count=1")  # it is never set below what is in use
        more = await asyncio.gather(*(bench.ask(f"more {n} {'x' * 9000}") for n in range(2)))
        assert more == [None, None] and bench.server.requests.total() == 2
        halted = bench.interpreter.halted
        assert halted is not None and "full" in str(halted)
        # Some room is made, as the ballast would; without it even these would be lost.
        ledger._db.execute("PRAGMA max_page_count=100")
        assert [call and call.raw for call in await asked] == [ANSWER] * 2


async def test_answers_that_took_the_last_room_halt_the_run(ledger: Ledger) -> None:
    async with Bench(ledger) as bench:
        ledger.is_full = True
        call = await bench.ask("0")
        assert call is not None and call.raw == ANSWER
        assert isinstance(bench.interpreter.halted, StorageError)
        assert await bench.ask("1") is None


async def test_a_model_on_this_machine_that_cannot_be_opened_halts_the_run(
    ledger: Ledger,
) -> None:
    why = UsageError("no model at '/nowhere'")

    def missing() -> Iterator[AIMessage]:
        raise why
        yield

    chat = GenericFakeChatModel(messages=missing())
    spec = describe_teacher(load_settings())
    async with Bench(ledger, teacher=Teacher(chat, spec)) as bench:
        assert await bench.ask("0") is None
        assert bench.interpreter.halted is why
        assert ledger.outcomes() == {"failed": 1} and ledger.spent().tokens == 0
