"""When no further request starts, and that what is in flight is kept and counted."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from distillnet.config import load_settings
from distillnet.errors import Interrupted, ModelAccessError, StorageError, UsageError
from distillnet.memory.ledger import Ledger
from distillnet.models.chat import Teacher
from distillnet.models.spec import describe_teacher
from distillnet.models.spending import most
from distillnet.records import Call
from distillnet.testing import Fault
from distillnet.testing.faults import Faults
from tests.agents.conftest import (
    ANSWER,
    BADLY,
    LIMIT,
    PRICE,
    Bench,
    always,
    first,
)


def price_of(calls: list[Call | None]) -> float:
    return sum(PRICE.usd(call.input_tokens, call.output_tokens) for call in calls if call)


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
        ledger._db.is_full = True
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
