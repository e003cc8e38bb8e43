"""The one place where calls are made, against a server that fails in every known way."""

import asyncio
import time
from collections import Counter
from typing import Any

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.messages.ai import UsageMetadata

from distillnet.agents.planner import plan_cells
from distillnet.config import load_settings
from distillnet.memory.ledger import Ledger
from distillnet.models.chat import Teacher
from distillnet.models.spec import describe_teacher
from distillnet.models.spending import most
from distillnet.records import Gap
from distillnet.testing import TRANSPORT_FAULTS, Fault
from tests.agents.conftest import (
    ANSWER,
    LIMIT,
    PRICE,
    Bench,
    always,
    first,
    mixed,
    number_of,
)

# Where our name for a fault is not the server's.
OURS = {
    "hang": "idle_timeout",
    "slow_drip": "timeout",
    "reset": "connection",
    "null_content": "empty_answer",
    "empty_choices": "empty_answer",
}


async def test_a_cell_is_asked_with_its_prompt_and_kept(ledger: Ledger) -> None:
    async with Bench(ledger) as bench:
        cast = bench.interpreter.cast
        (cell,) = plan_cells(cast, [Gap(kind="lens", lens="irony", reason="missing")], {}, round=1)
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
            assert len(ledger.attempts(str(number_of(prompt)))) == asked == 3


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
        # The type of `chat` is that of all providers; this one has an address.
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


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault("rate_limited", retry_after="0"), "rate_limited"),
        # One that computes here works on what was given up, too: the more are sent, the later.
        (Fault("hang", seconds=30), "idle_timeout"),
    ],
)
async def test_a_burst_of_objections_halves_the_requests_in_flight(
    ledger: Ledger, fault: Fault, outcome: str
) -> None:
    parts = {"faults": first(fault), "concurrency": 8, "delay": 0.1, "idle_timeout": 0.5}
    async with Bench(ledger, **parts) as bench:
        asked = asyncio.gather(*(bench.ask(str(n)) for n in range(8)))
        await bench.until(lambda: ledger.outcomes().get(outcome) == 8)
        assert bench.interpreter.limiter.limit == 4
        assert all(call and call.raw for call in await asked)


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
