"""A few cells for real: in the run's own ledger, but not in its order."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from distillnet import distill, open_context, plan
from distillnet.api import preview
from distillnet.config import load_settings
from distillnet.errors import (
    BudgetReached,
    ConfigError,
    ModelAccessError,
    TooManyFailures,
    UsageError,
)
from distillnet.graphs.forecast import PlannedCell
from distillnet.graphs.previewing import spread
from distillnet.models.speeds import Speed, note_speed, read_speed
from distillnet.testing import Fault, ScriptedServer, varied_prose
from distillnet.tools.lenses import load_lenses
from tests.conftest import PHRASE, SUBJECT

REFUSAL = "I'm sorry, but as an AI language model I cannot write about that."


@pytest.fixture(autouse=True)
def nothing_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DISTILLNET_CACHE", str(tmp_path / "cache"))


def at(server: ScriptedServer, **more: Any) -> dict[str, Any]:
    chosen = {"model": "openai:scripted", "base_url": server.base_url, "lenses": 6, "train": False}
    return chosen | more


def test_a_run_finds_what_was_previewed_and_keeps_its_own_order(
    server: ScriptedServer, tmp_path: Path
) -> None:
    made = preview(PHRASE, out=tmp_path / "run", **at(server))
    made.require_answers()
    planned = [cell.id for cell in plan(PHRASE, **at(server)).cells]
    chosen = [sample.id for sample in made.samples]
    assert len(chosen) == 3 and [id for id in planned if id in chosen] == chosen
    assert server.requests.total() == 3
    with open_context(tmp_path / "run", load_settings(**at(server))) as context:
        assert context.ledger.cells() == [] and context.ledger.scenes() == []

    run = distill(PHRASE, out=tmp_path / "run", **at(server))
    assert set(server.requests.values()) == {1} and server.requests.total() == 6
    alone = distill(PHRASE, out=tmp_path / "alone", **at(server))
    assert [scene.id for scene in run.scenes] == [scene.id for scene in alone.scenes] == planned
    by_id = {scene.id: scene for scene in run.scenes}
    for sample in made.samples:
        scene = by_id[sample.id]
        assert (sample.text, sample.verdict) == (scene.text, scene.verdict)
        assert (sample.lens, sample.family, sample.role) == (scene.lens, scene.family, scene.role)


def test_previewed_again_it_asks_nothing_and_says_the_same(
    server: ScriptedServer, tmp_path: Path
) -> None:
    first = preview(PHRASE, out=tmp_path / "run", **at(server))
    again = preview(PHRASE, out=tmp_path / "run", **at(server))
    assert server.requests.total() == 3
    assert again.samples == first.samples and again.after == first.after


def test_a_run_can_be_previewed_later(server: ScriptedServer, tmp_path: Path) -> None:
    distill(PHRASE, out=tmp_path / "run", **at(server))
    made = preview(PHRASE, out=tmp_path / "run", **at(server))
    assert server.requests.total() == 6
    assert [sample.verdict for sample in made.samples] == ["accepted"] * 3


def test_the_whole_is_estimated_from_the_samples(server: ScriptedServer, tmp_path: Path) -> None:
    made = preview(PHRASE, out=tmp_path / "run", **at(server))
    before, after = made.before.estimate, made.after.estimate
    assert before.answering is None and before.basis == "characters"
    assert after.answering is not None and after.basis == "measured"
    mean = sum(sample.output_tokens for sample in made.samples) / 3
    assert after.output_tokens.least == 6 * round(mean) < after.output_tokens.most
    assert after.calls == before.calls
    planned = made.before.model_dump(exclude={"estimate"})
    assert made.after.model_dump(exclude={"estimate"}) == planned
    assert plan(PHRASE, **at(server)).estimate == after, "three answers are noted for later plans"


def test_the_samples_count_even_where_more_was_measured_before(
    server: ScriptedServer, tmp_path: Path
) -> None:
    preview(PHRASE, cells=3, out=tmp_path / "run", **at(server))
    host = server.base_url.removeprefix("http://").removesuffix("/v1")
    known = read_speed("openai:scripted", host)
    assert known is not None
    many = known.model_copy(update={"calls": 500, "output_tokens": 999.0})
    note_speed(many)
    made = preview(PHRASE, cells=4, out=tmp_path / "run", **at(server))
    assert made.before.estimate.output_tokens.least == 6 * 999
    assert made.after.estimate.output_tokens.least < 6 * 100
    assert read_speed("openai:scripted", host) == many


def test_two_answers_are_not_noted(server: ScriptedServer, tmp_path: Path) -> None:
    made = preview(PHRASE, cells=2, out=tmp_path / "run", **at(server))
    assert made.after.estimate.answering is not None
    assert plan(PHRASE, **at(server)).estimate.answering is None


def test_each_sample_has_its_verdict_and_later_ones_may_repeat_it(tmp_path: Path) -> None:
    same = varied_prose("one", subject=SUBJECT)
    answers = iter([REFUSAL, same, same])
    with ScriptedServer(lambda prompt: next(answers)) as server:
        made = preview(PHRASE, out=tmp_path / "run", **at(server, concurrency=1))
    assert [sample.verdict for sample in made.samples] == ["refusal", "accepted", "repeat"]


def test_a_failed_call_is_shown_and_made_again_by_the_run(tmp_path: Path) -> None:
    healthy = False

    def fault(prompt: str, nth: int) -> Fault | None:
        return None if healthy or prompt != first else Fault("server_error")

    first = plan(PHRASE, lenses=6).cells[0].prompt[-1].text
    with ScriptedServer(lambda p: varied_prose(p, subject=SUBJECT), faults=fault) as server:
        made = preview(PHRASE, out=tmp_path / "run", **at(server, attempts=1))
        failed = [sample for sample in made.samples if sample.error]
        assert failed == [made.samples[0]]
        assert failed[0].verdict == "failed" and "HTTP 500" in (failed[0].error or "")
        made.require_answers()
        healthy = True
        run = distill(PHRASE, out=tmp_path / "run", **at(server, attempts=1))
    assert len(run.scenes) == 6
    assert set(server.calls.values()) == {1}


def test_where_all_fail_it_says_so(tmp_path: Path) -> None:
    down = Fault("server_error")
    with ScriptedServer(lambda p: "", faults=lambda prompt, nth: down) as server:
        made = preview(PHRASE, out=tmp_path / "run", **at(server, attempts=1))
    assert [sample.verdict for sample in made.samples] == ["failed"] * 3
    assert made.after == made.before
    with pytest.raises(TooManyFailures, match="none of the 3 calls"):
        made.require_answers()


def test_a_refused_key_ends_it_and_what_was_answered_is_shown(tmp_path: Path) -> None:
    def fault(prompt: str, nth: int) -> Fault | None:
        return Fault("quota") if server.calls else None

    with ScriptedServer(lambda p: varied_prose(p, subject=SUBJECT), faults=fault) as server:
        made = preview(PHRASE, out=tmp_path / "run", **at(server, concurrency=1))
    assert [sample.verdict for sample in made.samples] == ["accepted"]
    with pytest.raises(ModelAccessError, match="insufficient_quota"):
        made.require_answers()


def test_caps_hold_for_a_preview_and_the_run_after_it(
    server: ScriptedServer, tmp_path: Path
) -> None:
    made = preview(PHRASE, out=tmp_path / "run", **at(server, budget_calls=2))
    assert len(made.samples) == server.requests.total() == 2
    with pytest.raises(BudgetReached, match="--budget-calls"):
        made.require_answers()
    distill(PHRASE, out=tmp_path / "run", **at(server, budget_calls=5))
    assert server.requests.total() == 5


def test_mistakes_are_refused(server: ScriptedServer, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="at least 1"):
        preview(PHRASE, cells=0, out=tmp_path / "run", **at(server))
    assert not (tmp_path / "run").exists()
    preview(PHRASE, cells=1, out=tmp_path / "run", **at(server))
    with pytest.raises(ConfigError, match="another seed"):
        preview("Man is the measure of all things.", out=tmp_path / "run", **at(server))


@pytest.mark.parametrize("count", [1, 2, 3, 5, 7, 32, 99])
def test_cells_are_spread_over_plan_and_families(count: int) -> None:
    cells: tuple[PlannedCell, ...] = plan(PHRASE).cells
    families = {name: lens.family for name, lens in load_lenses().items()}
    chosen = spread(cells, families, count)
    places = [cells.index(cell) for cell in chosen]
    assert places == sorted(set(places)) and len(places) == min(count, len(cells))
    counts = Counter(families[cell.lens] for cell in chosen)
    wanted = min(count, len(cells))
    if wanted <= 30:
        assert max(counts.values()) == -(-wanted // 5)
    gaps = [b - a for a, b in zip([-1, *places], [*places, len(cells)], strict=True)]
    assert max(gaps) <= len(cells) / wanted + 5


def test_speeds_are_those_of_the_samples(server: ScriptedServer, tmp_path: Path) -> None:
    made = preview(PHRASE, out=tmp_path / "run", **at(server))
    host = server.base_url.removeprefix("http://").removesuffix("/v1")
    speed = read_speed("openai:scripted", host)
    assert isinstance(speed, Speed)
    assert (speed.calls, speed.concurrency, speed.accepted) == (3, 3, 1.0)
    assert speed.calls_per_second == pytest.approx(3 / max(s.seconds for s in made.samples))
    sizes = [len(m["content"].encode()) for body in server.bodies for m in body["messages"]]
    read = sum(sample.input_tokens for sample in made.samples)
    assert speed.input_tokens_per_byte == pytest.approx(read / sum(sizes))
