"""Answers by batch: what fails, what fits into the budget, and what a kill leaves behind."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from distillnet.agents import batching
from distillnet.agents.batching import Batching
from distillnet.agents.planner import first_gaps, plan_cells
from distillnet.config import load_settings
from distillnet.errors import ConfigError, ModelAccessError, TooManyFailures, UsageError
from distillnet.failpoints import BATCH_NAMES
from distillnet.graphs.checks import check_settings
from distillnet.graphs.context import Context, open_context
from distillnet.models.faults import ModelFault
from distillnet.models.openai_chat import OpenAIChat
from distillnet.models.teachers import price_of
from distillnet.records import Cell
from distillnet.testing import Fault, ScriptedServer, paid_prompts, varied_prose
from distillnet.testing.faults import Faults
from distillnet.tools.seeds import parse_seed
from tests.conftest import PHRASE, SUBJECT

_LENSES = 5


class Killed(BaseException):
    """Stands for a kill: nothing in the package catches it."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "_FIRST_WAIT", 0.01)


@contextmanager
def session(directory: Path, url: str, **more: Any) -> Iterator[tuple[Context, list[Cell]]]:
    """One process's work in a run directory, and the cells it is to have answered."""
    settings = load_settings(
        model="openai:gpt-4o",
        base_url=url,
        lenses=_LENSES,
        train=False,
        batch=True,
        attempts=2,
        **more,
    )
    with open_context(directory, settings) as context:
        context.ledger.write_fact("seed", parse_seed(PHRASE).model_dump(mode="json"))
        cells = plan_cells(context.work().cast, first_gaps(context.planned), {}, round=1)
        context.ledger.add_cells(cells)
        yield context, cells


async def ask(
    directory: Path, url: str, note: Callable[[str], None] = lambda text: None, **more: Any
) -> dict[str, int]:
    """One session's batches; returns how all requests so far have ended."""
    with session(directory, url, **more) as (context, cells):
        try:
            await Batching(context.work().interpreter, note).answer(cells)
        finally:
            await context.teacher.aclose()
        return context.ledger.outcomes()


def batches(server: ScriptedServer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(f"{server.base_url}/batches").json()["data"]
    return found


def serving(faults: Faults | None = None) -> ScriptedServer:
    return ScriptedServer(lambda prompt: varied_prose(prompt, subject=SUBJECT), faults=faults)


async def test_all_cells_are_answered_by_one_batch(server: ScriptedServer, tmp_path: Path) -> None:
    notes: list[str] = []
    assert await ask(tmp_path, server.base_url, notes.append) == {"ok": _LENSES}
    assert len(batches(server)) == 1
    assert set(server.requests.values()) == {1}
    assert paid_prompts(tmp_path) == set(server.calls)
    assert notes[0] == f"{_LENSES} requests sent as batch_0"
    assert notes[-1] == f"batch_0 in progress: 0 of {_LENSES}"
    await ask(tmp_path, server.base_url)
    assert len(batches(server)) == 1, "what was answered is not asked again"


@pytest.mark.parametrize("moment", BATCH_NAMES)
async def test_killed_at_any_moment_it_pays_once(
    moment: str, server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reach(name: str) -> None:
        if name == moment:
            raise Killed

    with monkeypatch.context() as killing, pytest.raises(Killed):
        killing.setattr(batching, "reach", reach)
        await ask(tmp_path, server.base_url)
    outcomes = await ask(tmp_path, server.base_url)
    assert len(batches(server)) == 1
    assert set(server.requests.values()) == {1}
    assert paid_prompts(tmp_path) == set(server.calls)
    # What was begun and surely never sent is known to have cost nothing.
    unsent = {"unfinished": _LENSES} if moment == "after_note_before_batch" else {}
    assert outcomes == {"ok": _LENSES} | unsent
    with session(tmp_path, server.base_url) as (context, _):
        assert context.ledger.spent().output_tokens == 64 * _LENSES
        assert context.ledger.fact("batch") is None


@pytest.mark.parametrize("kept", [0, 2])
async def test_killed_between_two_answers_it_keeps_the_rest(
    kept: int, server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distillnet.memory.ledger import Ledger

    record, count = Ledger.record_call, 0

    def dying(self: Ledger, *arguments: Any, **more: Any) -> None:
        nonlocal count
        if count == kept:
            raise Killed
        count += 1
        record(self, *arguments, **more)

    with monkeypatch.context() as killing, pytest.raises(Killed):
        killing.setattr(Ledger, "record_call", dying)
        await ask(tmp_path, server.base_url)
    assert len(paid_prompts(tmp_path)) == kept
    assert await ask(tmp_path, server.base_url) == {"ok": _LENSES}
    assert set(server.requests.values()) == {1}


class LosesAnswers(OpenAIChat):
    """Its requests arrive, but the answer to the first batch's creation is lost on the way."""

    lost: bool = False

    async def fetch(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        answer = await super().fetch(method, path, **options)
        if (method, path) == ("POST", "/batches") and not self.lost:
            self.lost = True
            raise ModelFault("connection", "reset by peer")
        return answer


class IsRefused(OpenAIChat):
    """Files are taken, batches are not."""

    async def fetch(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        if (method, path) == ("POST", "/batches"):
            raise ModelFault("rejected", "too many tokens enqueued")
        return await super().fetch(method, path, **options)


class AsksWrongly(OpenAIChat):
    """Rows that failed have failed by the fault of whoever wrote them."""

    async def download(self, method: str, path: str, **options: Any) -> tuple[str, str]:
        text, content_type = await super().download(method, path, **options)
        return text.replace('"status_code": 500', '"status_code": 400'), content_type


async def ask_with(chat: OpenAIChat, context: Context, cells: list[Cell]) -> None:
    interpreter = context.work().interpreter
    interpreter.teacher = replace(interpreter.teacher, chat=chat)
    try:
        await Batching(interpreter, lambda text: None).answer(cells)
    finally:
        await chat.aclose()


async def test_a_batch_whose_creation_was_cut_off_is_found_not_repeated(
    server: ScriptedServer, tmp_path: Path
) -> None:
    chat = LosesAnswers(model="gpt-4o", base_url=server.base_url)
    with session(tmp_path, server.base_url) as (context, cells):
        await ask_with(chat, context, cells)
        assert context.ledger.outcomes() == {"ok": _LENSES}
    assert len(batches(server)) == 1


async def test_a_batch_that_is_refused_has_cost_nothing(
    server: ScriptedServer, tmp_path: Path
) -> None:
    chat = IsRefused(model="gpt-4o", base_url=server.base_url)
    with session(tmp_path, server.base_url) as (context, cells):
        with pytest.raises(UsageError, match=r"too many tokens enqueued.*--no-batch"):
            await ask_with(chat, context, cells)
        assert context.ledger.outcomes() == {"rejected": _LENSES}
        assert context.ledger.spent().tokens == 0
    assert (await ask(tmp_path, server.base_url))["ok"] == _LENSES


async def test_a_request_that_cannot_succeed_is_not_made_again(tmp_path: Path) -> None:
    with serving(lambda prompt, nth: Fault("server_error")) as server:
        chat = AsksWrongly(model="gpt-4o", base_url=server.base_url)
        with session(tmp_path, server.base_url) as (context, cells):
            await ask_with(chat, context, cells)
            assert context.ledger.outcomes() == {"rejected": _LENSES}
            assert len(context.ledger.calls()) == _LENSES
        assert len(batches(server)) == 1


async def test_direct_calls_after_a_kill_keep_their_attempts(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before it began an attempt, then run without batches, then with them again."""
    from distillnet.memory.ledger import Ledger

    def dying(*arguments: Any, **more: Any) -> None:
        raise Killed

    with monkeypatch.context() as killing, pytest.raises(Killed):
        killing.setattr(Ledger, "begin_attempt", dying)
        await ask(tmp_path, server.base_url)
    with session(tmp_path, server.base_url) as (context, cells):
        await context.work().interpreter.interpret(cells[0])
        await context.teacher.aclose()
    assert await ask(tmp_path, server.base_url) == {"ok": _LENSES}
    assert set(server.requests.values()) == {1}
    with session(tmp_path, server.base_url) as (context, _):
        assert context.ledger.spent().output_tokens == 64 * _LENSES


async def test_a_key_that_an_answer_repeats_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-0123456789")
    with ScriptedServer(lambda prompt: f"{prompt[:50]} sk-canary-0123456789") as server:
        assert await ask(tmp_path, server.base_url) == {"ok": _LENSES}
        assert {headers.get("authorization") for headers in server.headers} == {
            "Bearer sk-canary-0123456789"
        }
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"sk-canary" not in file.read_bytes(), file.name


async def test_what_a_batch_leaves_over_goes_into_one_more(tmp_path: Path) -> None:
    """The first prompt is late once, the second for ever; the third is never taken."""
    known: dict[str, Fault | None] = {}
    script = [[Fault("expired")], [Fault("expired")] * 9, [Fault("server_error")] * 9, [], []]

    def faults(prompt: str, nth: int) -> Fault | None:
        known.setdefault(prompt, None)
        mine = script[list(known).index(prompt)]
        return mine[nth] if nth < len(mine) else None

    with serving(faults) as server:
        outcomes = await ask(tmp_path, server.base_url)
        assert [batch["status"] for batch in batches(server)] == ["expired", "expired"]
        assert sorted(server.requests.values()) == [1, 1, 2, 2, 2]
    assert outcomes == {"ok": 3, "unfinished": 3, "server_error": 2}
    with session(tmp_path, server.base_url) as (context, _):
        errors = sorted(call.error for call in context.ledger.calls() if call.error)
        assert [error.split(":")[0] for error in errors] == ["server_error", "unfinished"]
        assert context.ledger.spent().output_tokens == 64 * 3, "only answers were paid for"


async def test_a_failed_call_is_asked_again_by_a_later_run(tmp_path: Path) -> None:
    healthy = False

    def faults(prompt: str, nth: int) -> Fault | None:
        return None if healthy else Fault("server_error")

    with serving(faults) as server:
        assert await ask(tmp_path, server.base_url) == {"server_error": 2 * _LENSES}
        healthy = True
        assert (await ask(tmp_path, server.base_url))["ok"] == _LENSES
        assert len(batches(server)) == 3
    assert len(paid_prompts(tmp_path)) == _LENSES


async def test_a_batch_that_the_user_cancels_is_made_anew(
    server: ScriptedServer, tmp_path: Path
) -> None:
    def cancelling(text: str) -> None:
        if text.endswith("sent as batch_0"):
            httpx.post(f"{server.base_url}/batches/batch_0/cancel").raise_for_status()

    outcomes = await ask(tmp_path, server.base_url, cancelling)
    assert outcomes == {"ok": _LENSES, "unfinished": _LENSES}
    assert [batch["status"] for batch in batches(server)] == ["completed", "cancelled"]
    assert set(server.requests.values()) == {1}


async def test_no_quota_ends_the_run_and_costs_nothing(tmp_path: Path) -> None:
    empty = True
    with serving(lambda prompt, nth: Fault("quota") if empty else None) as server:
        with pytest.raises(ModelAccessError, match=r"insufficient_quota.*then resume"):
            await ask(tmp_path, server.base_url)
        with session(tmp_path, server.base_url) as (context, _):
            assert context.ledger.outcomes() == {"access": _LENSES}
            assert context.ledger.spent().tokens == 0
            assert context.ledger.calls() == []
        empty = False
        assert (await ask(tmp_path, server.base_url))["ok"] == _LENSES


async def test_only_what_fits_is_batched_the_first_cells_first(
    server: ScriptedServer, tmp_path: Path
) -> None:
    with session(tmp_path, server.base_url, budget_calls=2) as (context, cells):
        await Batching(context.work().interpreter, lambda text: None).answer(cells)
        await context.teacher.aclose()
        assert context.budget.over == "calls"
        assert [context.ledger.has_answer(cell.id) for cell in cells] == [True] * 2 + [False] * 3
    assert server.requests.total() == 2


async def test_what_answers_leave_of_the_budget_goes_into_further_batches(
    server: ScriptedServer, tmp_path: Path
) -> None:
    """Room for two answers at their worst; each takes 64 tokens of 1024, and the prompt."""
    cap = 4_000
    noted: list[str] = []
    outcomes = await ask(tmp_path, server.base_url, noted.append, budget_tokens=cap)
    assert outcomes == {"ok": _LENSES}
    assert [note for note in noted if "sent as" in note] == [
        "2 requests sent as batch_0",
        "2 requests sent as batch_1",
        "1 requests sent as batch_2",
    ]
    with session(tmp_path, server.base_url) as (context, _):
        assert context.ledger.spent().tokens < cap


async def test_a_resumed_batch_gives_back_what_it_did_not_use(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch holds the cap to its last token; once it is fetched, the rest has room again."""

    def reach(name: str) -> None:
        if name == "after_download_before_ledger":
            raise Killed

    with monkeypatch.context() as killing, pytest.raises(Killed):
        killing.setattr(batching, "reach", reach)
        await ask(tmp_path, server.base_url, budget_tokens=4_000)
    with session(tmp_path, server.base_url, budget_tokens=4_000) as (context, cells):
        await Batching(context.work().interpreter, lambda text: None).answer(cells)
        await context.teacher.aclose()
        assert context.ledger.outcomes() == {"ok": _LENSES}
        async with asyncio.timeout(60):  # nothing is in flight that this could wait for
            assert await context.budget.reserve(tokens=4_000, usd=0.0) is None
    assert set(server.requests.values()) == {1}


async def test_the_cap_in_minutes_leaves_the_batch_to_be_fetched(
    server: ScriptedServer, tmp_path: Path
) -> None:
    with session(tmp_path, server.base_url, budget_minutes=10.0) as (context, cells):

        def late(text: str) -> None:
            if "in progress" in text:
                context.budget.minutes += 10.0

        await Batching(context.work().interpreter, late).answer(cells)
        await context.teacher.aclose()
        assert context.budget.over == "minutes"
        assert context.ledger.outcomes() == {"unknown": _LENSES}
    assert await ask(tmp_path, server.base_url) == {"ok": _LENSES}
    assert len(batches(server)) == 1


async def test_a_batch_costs_what_the_table_says_of_batches(
    server: ScriptedServer, tmp_path: Path
) -> None:
    full = price_of("openai:gpt-4o", base_url=None)
    assert full is not None and full.batch_factor == 0.5
    with session(tmp_path, server.base_url) as (context, cells):
        interpreter = context.work().interpreter
        interpreter.price = full
        await Batching(interpreter, lambda text: None).answer(cells)
        await context.teacher.aclose()
        spent = context.ledger.spent()
    assert spent.usd == pytest.approx(full.usd(spent.input_tokens, spent.output_tokens) / 2)


async def test_an_open_batch_is_not_asked_for_elsewhere(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reach(name: str) -> None:
        if name == "after_batch_before_note":
            raise Killed

    with monkeypatch.context() as killing, pytest.raises(Killed):
        killing.setattr(batching, "reach", reach)
        await ask(tmp_path, server.base_url)
    with serving() as other, pytest.raises(ConfigError, match=server.base_url):
        await ask(tmp_path, other.base_url)
    assert other.requests.total() == 0


async def test_a_server_without_batches_is_said_with_the_cure(
    server: ScriptedServer, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=r"takes no batch \(rejected: HTTP 404.*--no-batch"):
        await ask(tmp_path, f"{server.base_url}/elsewhere")


async def test_a_server_that_is_down_is_said_and_nothing_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distillnet.agents import interpreter

    monkeypatch.setattr(interpreter, "_FIRST_WAIT", 0.01)
    monkeypatch.setattr(interpreter, "_LONGEST_WAIT", 0.01)
    with serving() as server:
        url = server.base_url
    with pytest.raises(TooManyFailures, match="resume later"):
        await ask(tmp_path, url)
    with session(tmp_path, url) as (context, _):
        assert context.ledger.outcomes() == {}


async def test_a_halted_run_sends_nothing(server: ScriptedServer, tmp_path: Path) -> None:
    with session(tmp_path, server.base_url) as (context, cells):
        interpreter = context.work().interpreter
        interpreter.halt(ModelAccessError("no"))
        await Batching(interpreter, lambda text: None).answer(cells)
    assert batches(server) == []


@pytest.mark.parametrize("model", ["embedded", "anthropic:claude-sonnet-4-5"])
def test_a_model_without_a_batch_api_is_refused(model: str) -> None:
    with pytest.raises(UsageError, match=r"--model openai:NAME, or --no-batch"):
        check_settings(load_settings(model=model, batch=True, train=False))
