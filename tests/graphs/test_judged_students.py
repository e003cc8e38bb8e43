"""Students compared by judges: real students, real HTTP, and nothing paid for twice."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from distillnet import judge
from distillnet.api import evaluate, prepare_judging, train
from distillnet.cli.judge_text import result_lines
from distillnet.errors import (
    BudgetReached,
    ConfigError,
    DistillNetError,
    Interrupted,
    ModelAccessError,
    TooManyFailures,
    UsageError,
)
from distillnet.graphs.judged import answers as judged_answers
from distillnet.graphs.judged.answers import Side
from distillnet.graphs.judged.result import JudgedResult
from distillnet.graphs.judged.sides import read_sides
from distillnet.graphs.judged.students import Judging
from distillnet.memory.ledger import Ledger
from distillnet.testing import Fault, ScriptedServer
from distillnet.tools.export import load_yaml, write_yaml
from distillnet.training import scoring
from tests.graphs.judged_run import JUDGES, copied, is_comparison, judging, made_run
from tests.training.conftest import tiny as tiny

LIMIT = 8
Event = dict[str, Any]


@pytest.fixture
def run(tmp_path_factory: pytest.TempPathFactory, tiny: Path, tmp_path: Path) -> Path:
    return copied(made_run(tmp_path_factory, tiny), tmp_path / "run")


@pytest.fixture(autouse=True)
def short_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(judged_answers._SAMPLING, "max_tokens", 16)


def prepared(run: Path, server: ScriptedServer, **more: Any) -> Judging:
    given: dict[str, Any] = {"judges": JUDGES, "limit": LIMIT, "base_url": server.base_url}
    return prepare_judging(run, **(given | more))


def judged(run: Path, server: ScriptedServer, **more: Any) -> tuple[JudgedResult, list[Event]]:
    told: list[Event] = []
    return prepared(run, server, **more).run(told.append), told


def files(run: Path) -> dict[Path, int]:
    return {file: file.stat().st_mtime_ns for file in run.rglob("*") if "judged" not in file.parts}


def answers_of(side: str, result: JudgedResult) -> set[str]:
    return {getattr(pair, side) for pair in result.judged}


def test_students_are_compared_and_scenes_told_apart(run: Path) -> None:
    before = files(run)
    with ScriptedServer(judging(lambda first, second: first > second)) as server:
        ready = prepared(run, server)
        plan = ready.plan
        assert (plan.requests, plan.answers, plan.facts) == (LIMIT, 2 * LIMIT, 6)
        assert server.requests.total() == 0 and not (run / "judged").exists()
        told: list[Event] = []
        result = ready.run(told.append)
        assert server.requests.total() == plan.calls == 2 * (2 * LIMIT + plan.scenes)
        again, silent = judged(run, server)
        assert server.requests.total() == plan.calls, "nothing is asked twice"
        assert prepared(run, server).plan.calls == 0
    assert again == result
    notes = [event["note"] for event in [*told, *silent] if "note" in event]
    assert sum("8 requests to answer" in note for note in notes) == 2, "nor generated twice"
    kept = json.loads((run / "judged" / "judged.json").read_text("utf-8"))
    assert JudgedResult.model_validate(kept) == result
    assert files(run) == before

    found = result.preference
    assert found and found.requests == LIMIT and found.unit == "fact" and found.ties == 0
    assert found.a == sum(pair.a > pair.b for pair in result.judged)
    assert all(ballot.consistent == 1 and ballot.unanswered == 0 for ballot in result.ballots)
    assert [ballot.judge for ballot in result.ballots] == list(JUDGES)
    assert all(told.scenes == plan.scenes and told.unread == 0 for told in result.tellings)
    assert result.calls == plan.calls and result.usd == 0 and result.failed == {}
    assert answers_of("a", result).isdisjoint(answers_of("b", result))


def test_a_judge_that_likes_a_place_decides_nothing(run: Path) -> None:
    with ScriptedServer(judging(lambda first, second: True)) as server:
        result, _ = judged(run, server)
    assert result.preference and result.preference.ties == LIMIT
    assert [ballot.consistent for ballot in result.ballots] == [0, 0]


def test_against_another_run(run: Path, tmp_path: Path) -> None:
    other = copied(run, tmp_path / "other")
    train(other, learning_rate=1e-3)
    evaluate(other)
    before = files(other)
    with ScriptedServer(judging(lambda first, second: first > second)) as server:
        alone, _ = judged(run, server)
        result, told = judged(run, server, against=other)
        assert not any(
            "the student of" in e.get("note", "") and str(run) in e["note"] for e in told
        )
        with pytest.raises(UsageError, match="not compared with itself"):
            prepared(run, server, against=run / ".." / run.name)
    assert answers_of("a", result) == answers_of("a", alone)
    assert answers_of("b", result) != answers_of("b", alone)
    assert (result.a, result.b) == (f"the student of {run}", f"the student of {other}")
    assert files(other) == before and not (other / "judged").exists()


def test_two_students_who_say_the_same_are_a_tie_that_costs_nothing(
    run: Path, tmp_path: Path
) -> None:
    twin = copied(run, tmp_path / "twin")
    with ScriptedServer(judging(lambda first, second: True)) as server:
        result, _ = judged(run, server, against=twin)
        assert not any(map(is_comparison, server.requests))
    assert result.preference and result.preference.ties == LIMIT


def test_answers_that_go_in_circles_are_counted(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def generated(side: Side, prompts: list[str]) -> Iterator[dict[str, str]]:
        sane = " ".join(f"{prompt} Then {n} came." for n, prompt in enumerate(prompts))
        circles = "The mill of Karvel ground barley for the town. " * 6
        taught = side.adapter is not None
        yield {p: circles if taught and n < 3 else f"{n} {sane}" for n, p in enumerate(prompts)}

    monkeypatch.setattr(judged_answers, "_generated", generated)
    with ScriptedServer(judging(lambda first, second: True)) as server:
        result, _ = judged(run, server)
    assert result.looping == (3, 0)
    assert f"going in circles: 3 of a's {LIMIT} answers, 0 of b's" in result_lines(result)


def test_a_request_is_answered_alike_alone_and_among_others(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In bfloat16 a larger batch rounds its sums otherwise.
    monkeypatch.setattr(scoring, "fastest_precision", lambda: "float32")
    (_, (side, _)) = read_sides(run, None)
    prompts = ["What burns blue?", "Who built the bridge?", "What does the mill grind?"]
    (together,) = judged_answers._generated(side, prompts)
    (alone,) = judged_answers._generated(side, prompts[1:2])
    assert alone[prompts[1]] == together[prompts[1]] != together[prompts[0]]


def test_a_student_that_was_trained_anew_answers_anew(run: Path) -> None:
    with ScriptedServer(judging(lambda first, second: first > second)) as server:
        first, _ = judged(run, server)
        train(run, learning_rate=1e-3)
        assert prepared(run, server).plan.answers == LIMIT
        second, _ = judged(run, server)
    assert answers_of("a", first) != answers_of("a", second)
    assert answers_of("b", first) == answers_of("b", second)


def test_a_russian_run_is_judged_in_russian(
    tmp_path_factory: pytest.TempPathFactory, tiny: Path, tmp_path: Path
) -> None:
    run = copied(made_run(tmp_path_factory, tiny, "ru"), tmp_path / "run")
    with ScriptedServer(judging(lambda first, second: first > second)) as server:
        result, _ = judged(run, server)
        asked = list(server.requests)
        named = prepared(run, server, judges=("openai:one", "openai:scripted")).plan
        assert named.language == "ru" and any("семейства" in said for said in named.warnings)
        english = made_run(tmp_path_factory, tiny)
        with pytest.raises(UsageError, match="different languages"):
            prepared(run, server, against=english)
    assert result.language == "ru" and result.tellings
    assert (result.a, result.b) == (f"ученик прогона {run}", "та же модель до обучения")
    assert any(line.startswith("побед у a") for line in result_lines(result))
    for prompt in asked:
        assert prompt.startswith(("Два текста отвечают", "Между строками"))
        assert not {"Subject:", "Request:", "Sources:"} & set(prompt.split())
    assert any("В источнике, которого" in prompt for prompt in asked)


def test_a_cap_stops_it_and_what_was_paid_for_is_kept(run: Path) -> None:
    with ScriptedServer(judging(lambda first, second: first > second)) as server:
        whole = prepared(run, server).plan.calls
        with pytest.raises(BudgetReached, match=r"cap of 7 requests .* --budget-calls"):
            judged(run, server, budget_calls=7)
        assert server.requests.total() == 7 and not (run / "judged" / "judged.json").exists()
        assert prepared(run, server).plan.calls == whole - 7
        judged(run, server)
        assert server.requests.total() == whole
        assert set(server.requests.values()) == {2}, "once by each judge"


def test_an_interrupt_keeps_what_is_in_flight_and_the_rest_is_asked_later(run: Path) -> None:
    def interrupt(event: Event) -> None:
        if event.get("of", 0) > LIMIT and event["evaluate"] == 1:
            os.kill(os.getpid(), signal.SIGINT)

    script = judging(lambda first, second: first > second)
    with ScriptedServer(script, delay=0.05) as server:
        ready = prepared(run, server, concurrency=2)
        with pytest.raises(Interrupted, match="the same command again goes on"):
            ready.run(interrupt)
        assert 0 < server.requests.total() < ready.plan.calls
        judged(run, server)
        assert server.requests.total() == ready.plan.calls


def test_an_answer_is_kept_before_it_is_read(run: Path) -> None:
    with ScriptedServer(lambda prompt: "I like both.") as server:
        result, _ = judged(run, server)
        asked = server.requests.total()
        judged(run, server)
        assert server.requests.total() == asked
    assert [ballot.unanswered for ballot in result.ballots] == [LIMIT, LIMIT]
    assert all(told.unread == told.scenes for told in result.tellings)
    ledger = Ledger(run / "judged" / "ledger.sqlite", read_only=True)
    calls = ledger.calls()
    ledger.close()
    assert len(calls) == asked and {call.raw for call in calls} == {"I like both."}


def test_calls_that_fail_are_counted_and_made_again(run: Path) -> None:
    def broken(prompt: str, nth: int) -> Fault | None:
        return Fault("server_error") if is_comparison(prompt) and nth < 2 else None

    with ScriptedServer(judging(lambda first, second: first > second), faults=broken) as server:
        ready = prepared(run, server, attempts=1)
        result = ready.run(lambda event: None)
        assert result.failed == {"server_error": 4 * LIMIT} and result.preference is None
        with pytest.raises(TooManyFailures, match=r"32 of 44 calls failed \(.* see its log\)"):
            ready.require_whole(result)
        mended, _ = judged(run, server)
    assert mended.failed == {} and mended.preference and mended.preference.ties == 0


def test_a_refused_key_stops_all_judges(run: Path) -> None:
    refused: Callable[[str, int], Fault] = lambda prompt, nth: Fault("unauthorized")  # noqa: E731
    with ScriptedServer(judging(lambda first, second: True), faults=refused) as server:
        with pytest.raises(ModelAccessError, match="refused"):
            judged(run, server, concurrency=1)
        assert server.requests.total() <= 4


@pytest.mark.parametrize(
    ("judges", "error", "said"),
    [
        (["openai:one"], UsageError, "two judges"),
        ([], UsageError, "two judges"),
        (["openai:one", "openai:one"], UsageError, "named twice"),
        (["openai:one", "embedded"], UsageError, "'embedded' is not capable"),
        (["openai:one", "gpt"], UsageError, "provider:name"),
    ],
)
def test_a_jury_that_cannot_judge_is_refused(
    run: Path, judges: list[str], error: type[DistillNetError], said: str
) -> None:
    with pytest.raises(error, match=said):
        prepare_judging(run, judges=judges)


def test_runs_that_cannot_be_judged_are_refused(run: Path, tmp_path: Path) -> None:
    def refuses(said: str, directory: Path = run, **more: Any) -> None:
        with pytest.raises((UsageError, ConfigError), match=said):
            prepare_judging(directory, judges=JUDGES, **more)

    refuses("no run in", tmp_path)
    refuses("no run in", against=tmp_path)
    refuses("holds a run of its own", out=run)
    (run / "judged").mkdir()
    (run / "judged" / "ledger.sqlite").write_bytes(b"no database at all, but long enough" * 40)
    refuses("cannot open .*judged/ledger.sqlite")
    (run / "dataset" / "train.jsonl").write_text('{"text": "New."}\n', encoding="utf-8")
    refuses("taught an earlier data set: distillnet train")
    (run / "adapter" / "adapter_model.safetensors").unlink()
    refuses("no trained student in .*: distillnet train")


def test_a_missing_key_is_said_before_anything_is_generated(run: Path) -> None:
    told: list[Event] = []
    ready = prepare_judging(run, judges=("openai:gpt-5-mini", "openai:gpt-5"))
    assert ready.plan.usd
    with pytest.raises(ModelAccessError, match=r"no key for the judge .*OPENAI_API_KEY"):
        ready.run(told.append)
    assert not told


def test_a_cap_in_dollars_needs_prices(run: Path) -> None:
    judges = ("openai:gpt-5-mini", "nobody:knows")
    with pytest.raises(UsageError, match="price of 'nobody:knows' is not known"):
        prepare_judging(run, judges=judges, budget_usd=1.0)
    assert prepare_judging(run, judges=judges).plan.usd is None


def test_what_may_favour_a_side_is_said(run: Path, tmp_path: Path) -> None:
    kin = copied(run, tmp_path / "kin", model="openai:gpt-4.1")
    with ScriptedServer(judging(lambda first, second: True)) as server:
        warnings = prepared(kin, server, judges=("openai:gpt-5", "openai:other")).plan.warnings
        record = load_yaml((run / "run.yaml").read_text("utf-8"))
        record["seed"]["id"] = "another"
        write_yaml(run / "run.yaml", record)
        (other,) = prepared(kin, server, against=run).plan.warnings
    assert "different seeds" in other
    assert len(warnings) == 1 and "openai:gpt-5 is of the family of the teacher" in warnings[0]


def test_judge_is_the_same_in_one_call(run: Path) -> None:
    with ScriptedServer(judging(lambda first, second: first > second)) as server:
        result = judge(run, judges=JUDGES, base_url=server.base_url, limit=2)
    assert result.preference and result.preference.requests == 2
