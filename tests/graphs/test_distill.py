"""The graph with a scripted teacher: real Chroma, SQLite, embeddings and files."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from distillnet import build_distill_graph, distill, open_context, plan, resume
from distillnet.api import report
from distillnet.config import load_settings
from distillnet.errors import (
    BudgetReached,
    ConfigError,
    ModelAccessError,
    RunLocked,
    SeedError,
    UsageError,
)
from distillnet.graphs import finishing
from distillnet.memory.cell_states import CellStates, cell_states
from distillnet.memory.ledger import Ledger
from distillnet.page import render
from distillnet.page.render import ReportData, render_report
from distillnet.records import Spent
from distillnet.testing import ScriptedServer, varied_prose
from distillnet.tools.export import read_jsonl
from distillnet.tools.lenses import load_lenses, split_lenses
from tests.conftest import PHRASE, SUBJECT

FILES = [
    "run.yaml",
    "ledger.sqlite",
    "chroma",
    "scenes.jsonl",
    "scenes.yaml",
    "transformation_map.yaml",
    "drift_log.md",
    "coverage.json",
    "dataset/train.jsonl",
    "report.html",
]


def settings(server: ScriptedServer, **more: Any) -> dict[str, Any]:
    return {
        "model": "openai:scripted",
        "base_url": server.base_url,
        "lenses": 6,
        "train": False,
    } | more


def test_a_run_leaves_every_file_and_they_agree(server: ScriptedServer, tmp_path: Path) -> None:
    run = distill(PHRASE, out=tmp_path / "run", **settings(server))

    for name in FILES:
        assert (tmp_path / "run" / name).exists(), name
    scenes = read_jsonl(tmp_path / "run" / "scenes.jsonl")
    rows = read_jsonl(tmp_path / "run" / "dataset" / "train.jsonl")
    coverage = json.loads((tmp_path / "run" / "coverage.json").read_text())
    mapped = yaml.safe_load((tmp_path / "run" / "transformation_map.yaml").read_text())
    assert coverage["stopped"] == "satisfied"
    assert coverage["lenses"]["covered"] == 6
    assert coverage["verdicts"]["accepted"] == len(scenes) == len(rows) == len(run.scenes)
    assert yaml.safe_load((tmp_path / "run" / "scenes.yaml").read_text()) == scenes
    covered = {name for group in mapped["families"].values() for name in group}
    assert covered == {scene["lens"] for scene in scenes}
    assert [row["messages"][1]["content"] for row in rows] == [scene["text"] for scene in scenes]
    assert all(scene["self_test"]["answer"] in scene["text"] for scene in scenes)


def test_the_cells_are_counted_once_at_the_end(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[CellStates] = []
    drawn: list[ReportData] = []

    def counting(*arguments: Any) -> CellStates:
        counted.append(cell_states(*arguments))
        return counted[-1]

    def drawing(data: ReportData) -> str:
        drawn.append(data)
        return render_report(data)

    monkeypatch.setattr(finishing, "cell_states", counting)
    monkeypatch.setattr(render, "render_report", drawing)
    run = distill(PHRASE, out=tmp_path / "run", **settings(server))
    assert len(counted) == len(drawn) == 1 and drawn[0].cells == counted[0].states
    mapped = yaml.safe_load((run.directory / "transformation_map.yaml").read_text())
    assert mapped["cells"] == counted[0].counts
    report(run.directory)
    assert len(counted) == 2 and drawn[1] == drawn[0]


def test_the_critic_sends_the_graph_round_for_what_is_missing(tmp_path: Path) -> None:
    refused: set[str] = set()

    def answer(prompt: str) -> str:
        """Every first attempt at a lens is refused; the second is answered."""
        question = prompt.split("\n\n")[1]
        if question not in refused:
            refused.add(question)
            return "I'm sorry, but as an AI language model I cannot write about that."
        return varied_prose(prompt, subject=SUBJECT)

    events: list[dict[str, Any]] = []
    with ScriptedServer(answer) as server:
        run = distill(
            PHRASE,
            out=tmp_path / "run",
            on_event=events.append,
            **settings(server, coverage={"min_gain": 0.0}),
        )
    assert run.coverage["rounds"] == 2
    assert run.coverage["stopped"] == "satisfied"
    assert run.coverage["verdicts"]["refusal"] == 6
    second = [scene for scene in run.scenes if scene.round == 2]
    assert len(second) == 6
    assert {scene.attempt for scene in second} == {1}
    assert [e["cells"] for e in events if e.get("stage") == "plan"] == [6, 6]
    with open_context(tmp_path / "run", load_settings(**settings(server))) as context:
        reasons = {cell.reason for cell in context.ledger.cells() if cell.round == 2}
    assert all("no accepted scene through" in reason for reason in reasons)


def test_roles_that_were_not_heard_are_asked_once_in_a_second_round(tmp_path: Path) -> None:
    refused = split_lenses(load_lenses(), 32)[0][0]

    def answer(prompt: str) -> str:
        if refused.question.en in prompt:
            return "I'm sorry, but as an AI language model I cannot write about that."
        return varied_prose(prompt, subject=SUBJECT)

    targets = {"lenses": 1.0, "min_gain": 0.0}
    with ScriptedServer(answer) as server:
        chosen = settings(server, lenses=32, max_rounds=3, coverage=targets)
        planned = plan(PHRASE, **chosen)
        distill(PHRASE, out=tmp_path / "run", **chosen)
    idle = {role.name for role in planned.roles} - {cell.role for cell in planned.cells}
    cells = Ledger(tmp_path / "run" / "ledger.sqlite", read_only=True).cells()
    heard = [cell for cell in cells if "was not asked yet" in cell.reason]
    assert idle and sorted(cell.role for cell in heard) == sorted(idle)
    assert {cell.round for cell in heard} == {2}


def test_the_loop_dries_up_when_rounds_bring_nothing_new(tmp_path: Path) -> None:
    same = varied_prose("one", subject=SUBJECT)
    with ScriptedServer(lambda prompt: same) as server:
        run = distill(PHRASE, out=tmp_path / "run", **settings(server, lenses=20, max_rounds=9))
    assert run.coverage["stopped"] == "dried_up"
    assert run.coverage["verdicts"]["repeat"] > run.coverage["verdicts"]["accepted"] == 1
    assert run.coverage["rounds"] < 9


@pytest.mark.parametrize(
    ("cap", "small", "large"), [("calls", 4, 40), ("tokens", 1000, 60_000), ("usd", 1.0, 60.0)]
)
def test_no_cap_is_exceeded_and_a_larger_one_goes_on(
    server: ScriptedServer, tmp_path: Path, cap: str, small: float, large: float
) -> None:
    chosen = settings(server, max_tokens=200, price={"input": 1000, "output": 1000})
    run = distill(PHRASE, out=tmp_path / "run", **chosen, **{f"budget_{cap}": small})
    spent = Spent.model_validate(run.coverage["spent"])
    assert spent.calls == server.requests.total() and getattr(spent, cap) <= small
    assert (run.coverage["stopped"], run.coverage["cap"]) == ("budget", cap)
    assert 0 < len(run.scenes) < 6
    with pytest.raises(BudgetReached, match=f"--budget-{cap} N"):
        run.require_whole()

    resumed = resume(tmp_path / "run", **{f"budget_{cap}": large})
    assert resumed.coverage["stopped"] == "satisfied" and len(resumed.scenes) == 6
    resumed.require_whole()
    assert max(server.calls.values()) == 1


def test_the_minutes_of_all_sessions_count(server: ScriptedServer, tmp_path: Path) -> None:
    for _ in range(2):
        run = distill(PHRASE, out=tmp_path / "run", **settings(server, budget_minutes=0.00001))
        assert (run.coverage["stopped"], run.coverage["cap"]) == ("budget", "minutes")
        assert server.requests.total() == 0
    resumed = resume(tmp_path / "run", budget_minutes=60)
    assert resumed.coverage["stopped"] == "satisfied" and len(resumed.scenes) == 6


def test_a_second_run_pays_for_nothing_and_decides_the_same(tmp_path: Path) -> None:
    refused: set[str] = set()

    def answer(prompt: str) -> str:
        """Some lenses need a second round."""
        question = prompt.split("\n\n")[1]
        if len(refused) < 3 and question not in refused:
            refused.add(question)
            return "I'm sorry, but as an AI language model I cannot write about that."
        return varied_prose(prompt, subject=SUBJECT)

    with ScriptedServer(answer) as server:
        first = distill(PHRASE, out=tmp_path / "run", **settings(server))
        paid = server.calls.total()
        again = distill(PHRASE, out=tmp_path / "run", **settings(server))
        assert server.calls.total() == paid
    assert first.coverage["rounds"] == 2
    assert again == first


def test_more_than_one_wave_a_round(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distillnet.graphs import nodes, routing

    monkeypatch.setattr(routing, "WAVE", 4)
    monkeypatch.setattr(nodes, "WAVE", 4)
    run = distill(PHRASE, out=tmp_path / "run", **settings(server, lenses=10))
    assert run.coverage["rounds"] == 1
    assert len(run.scenes) == 10


def test_scenes_do_not_depend_on_the_order_of_answers(tmp_path: Path) -> None:
    texts = []
    for concurrency in (1, 8):
        with ScriptedServer(lambda p: varied_prose(p, subject=SUBJECT), delay=0.02) as server:
            run = distill(
                PHRASE,
                out=tmp_path / str(concurrency),
                **settings(server, concurrency=concurrency),
            )
            texts.append([scene.text for scene in run.scenes])
    assert texts[0] == texts[1]


def test_a_lost_vector_store_is_rebuilt_from_the_ledger(
    server: ScriptedServer, tmp_path: Path
) -> None:
    import shutil

    first = distill(PHRASE, out=tmp_path / "run", **settings(server))
    shutil.rmtree(tmp_path / "run" / "chroma")
    events: list[dict[str, Any]] = []
    again = distill(PHRASE, out=tmp_path / "run", on_event=events.append, **settings(server))
    assert again.scenes == first.scenes
    assert any("mended from the ledger" in event.get("note", "") for event in events)


def test_bad_input_writes_nothing(server: ScriptedServer, tmp_path: Path) -> None:
    with pytest.raises(SeedError):
        distill("", out=tmp_path / "run", **settings(server))
    with pytest.raises(UsageError):
        distill(PHRASE, out=tmp_path / "run", **settings(server, lenses=5000))
    with pytest.raises(UsageError, match=r"no role 'philosofer'\. Did you mean 'philosopher'"):
        distill(PHRASE, out=tmp_path / "run", **settings(server, roles=("philosofer",)))
    with pytest.raises(ConfigError):
        distill(PHRASE, out=tmp_path / "run", **settings(server, no_such_setting=1))
    assert not (tmp_path / "run").exists()


def test_a_directory_belongs_to_one_seed_and_one_process(
    server: ScriptedServer, tmp_path: Path
) -> None:
    distill(PHRASE, out=tmp_path / "run", **settings(server))
    with pytest.raises(ConfigError, match="another seed"):
        distill("Man is the measure of all things.", out=tmp_path / "run", **settings(server))
    with (
        open_context(tmp_path / "run", load_settings(**settings(server))),
        pytest.raises(RunLocked),
    ):
        distill(PHRASE, out=tmp_path / "run", **settings(server))


def test_a_missing_key_is_said_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ModelAccessError, match="OPENAI_API_KEY"):
        distill(PHRASE, out=tmp_path / "run", model="openai:gpt-5-mini", train=False)
    assert not (tmp_path / "run").exists()


def test_a_failing_server_is_counted_and_its_calls_are_made_again(tmp_path: Path) -> None:
    healthy = False

    def answer(prompt: str) -> str:
        if not healthy:
            raise RuntimeError("down")
        return varied_prose(prompt, subject=SUBJECT)

    with ScriptedServer(answer) as server:
        chosen = settings(server, lenses=3, max_rounds=1, attempts=1)
        run = distill(PHRASE, out=tmp_path / "run", **chosen)
        assert run.coverage["verdicts"]["failed"] == 3
        assert run.failed_share == 1.0
        healthy = True
        again = resume(tmp_path / "run")
    assert again.coverage["verdicts"]["failed"] == 0
    assert len(again.scenes) == 3


async def test_the_graph_itself_can_be_invoked(server: ScriptedServer, tmp_path: Path) -> None:
    with open_context(tmp_path / "run", load_settings(**settings(server))) as context:
        state = await build_distill_graph().ainvoke({"seed": PHRASE}, context=context)
    assert state["stopped"] == "satisfied"
    assert (tmp_path / "run" / "report.html").exists()


def test_no_scene_text_is_in_the_checkpoint(server: ScriptedServer, tmp_path: Path) -> None:
    run = distill(PHRASE, out=tmp_path / "run", **settings(server))
    checkpoint = b"".join(p.read_bytes() for p in (tmp_path / "run").glob("checkpoint.sqlite*"))
    assert run.scenes[0].text[:40].encode() not in checkpoint


def test_the_drawing_in_the_readme_is_the_graph() -> None:
    drawing = build_distill_graph().get_graph().draw_mermaid()
    readme = Path(__file__).parents[2].joinpath("README.md").read_text(encoding="utf-8")
    assert drawing.strip() in readme


def test_the_ledger_counts_what_the_server_counts(server: ScriptedServer, tmp_path: Path) -> None:
    distill(PHRASE, out=tmp_path / "run", **settings(server))
    ledger = Ledger(tmp_path / "run" / "ledger.sqlite")
    assert ledger.spent().calls == server.requests.total() == server.calls.total()
    ledger.close()
