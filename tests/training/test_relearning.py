"""The loop through the student: a scripted teacher, a real (tiny) student that errs."""

import json
from pathlib import Path
from typing import Any

import pytest

from distillnet import api, distill
from distillnet.api.given import opened
from distillnet.errors import BudgetReached
from distillnet.graphs import finishing
from distillnet.graphs.reading import read_ledger
from distillnet.graphs.relearning import feedback_ids
from distillnet.graphs.student_rounds import final_adapter, note_cells
from distillnet.records import Item
from distillnet.testing import ScriptedServer, varied_prose
from distillnet.tools.export import read_jsonl
from distillnet.training.dataset import file_hash

SEED = (
    "Sodium burns with a yellow flame. The lamp of Orvel is older than the city of Tarn. "
    "Copper conducts heat better than iron. The king of Mir was born in 1712. "
    "Seven bridges cross the river Esk. The winter of 1740 was colder than the summer."
)


def run(server: ScriptedServer, tiny: Path, out: Path, **more: Any) -> Any:
    return distill(
        SEED,
        out=out,
        model="openai:scripted",
        base_url=server.base_url,
        student=str(tiny),
        lenses=4,
        **{"max_rounds": 1, "training": {"epochs": 1}, **more},
    )


@pytest.fixture
def teacher() -> Any:
    with ScriptedServer(lambda p: varied_prose(p, subject="Sodium, copper and the king")) as server:
        yield server


def test_what_the_student_gets_wrong_is_told_and_taught_on_top(
    teacher: ScriptedServer, tiny: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    run(teacher, tiny, out, rounds_through_student=2)
    loop = json.loads((out / "student_loop.json").read_text("utf-8"))
    assert [entry["round"] for entry in loop] == [1, 2]
    assert [entry["adapter"] for entry in loop] == ["relearned/1/adapter", "relearned/2/adapter"]
    exam = [Item.model_validate(row) for row in read_jsonl(out / "exam.jsonl")]
    choosing = feedback_ids(exam)
    first = json.loads((out / "evaluation.json").read_text("utf-8"))["answers"]
    wrong = {i.fact for i in exam if i.id in choosing and not first[i.id]["student"]}
    assert wrong, "the tiny student was to err"

    with read_ledger(out) as ledger:
        noted = ledger.fact("student rounds")
        cells = [ledger.cell(id) for id in noted["1"]]
        accepted = {scene.id for scene in ledger.scenes(accepted=True)}
    assert {cell.fact for cell in cells} == wrong
    assert {cell.direction for cell in cells} == {"forward", "reverse"}
    assert all("the student gets" in cell.reason for cell in cells)
    taught = {row["id"] for row in read_jsonl(out / "relearned" / "1" / "train.jsonl")}
    assert taught == accepted & set(noted["1"])
    before = {row["id"] for row in read_jsonl(out / "dataset" / "train.jsonl")}
    assert not before & {id for ids in noted.values() for id in ids}
    assert before | taught <= {row["id"] for row in read_jsonl(out / "scenes.jsonl")}

    # On top of the first student: what it had learned is where the second begins.
    adapters = [out / "adapter", *(out / "relearned" / n / "adapter" for n in "12")]
    weights = [(adapter / "adapter_model.safetensors").read_bytes() for adapter in adapters]
    assert len(set(weights)) == 3
    others = loop[0]["others"]
    assert others["items"] + loop[0]["choosing"]["items"] == sum(
        item.kind in ("choice", "cloze") for item in exam
    )
    assert len(others["ci95"]) == 2
    the_control_learned_as_much_of_the_old(out, loop)
    why = json.loads((out / "coverage.json").read_text("utf-8"))
    assert why["stopped"] and why["rounds"] == 3

    asked = len(teacher.requests)
    files = ("student_loop.json", "dataset/train.jsonl", "relearned/2/train.jsonl")
    made = [(out / name).read_bytes() for name in files]
    run(teacher, tiny, out, rounds_through_student=2)
    assert len(teacher.requests) == asked
    assert [(out / name).read_bytes() for name in files] == made

    merged_is_the_last_student(out, tmp_path / "merged")
    exported = api.export_exam(out)
    assert exported.adapter == str((out / "relearned" / "2" / "adapter").resolve())
    assert exported.items == "relearned/2/items.jsonl"
    every_student_names_those_before_it(out)
    all_can_be_examined_in_float32(out)
    contamination_is_of_what_each_was_taught(out)

    # Another first student errs elsewhere: the scenes for its predecessor's errors stay apart.
    with opened(out) as context:
        note_cells(context.ledger, 1, noted["1"][:1])
        finishing.export(context)
    assert (out / "dataset" / "train.jsonl").read_bytes() == made[1]
    api.train(out, epochs=2)
    assert final_adapter(out) == out / "adapter", "the later ones were not made of this student"
    run(teacher, tiny, out, rounds_through_student=2, training={"epochs": 2})
    assert final_adapter(out) == out / "relearned" / "2" / "adapter"


def the_control_learned_as_much_of_the_old(run: Path, loop: list[dict[str, Any]]) -> None:
    old = file_hash(run / "dataset" / "train.jsonl")
    for entry in loop:
        folder = run / "relearned" / str(entry["round"])
        new, control = (
            json.loads((path / "adapter" / "training.json").read_text("utf-8"))
            for path in (folder, folder / "control")
        )
        assert control["tokens"] == new["tokens"] and control["steps"] == new["steps"]
        assert control["data_sha256"] == old != new["data_sha256"]
        compared = entry["control"]
        assert compared["items"] == entry["others"]["items"]
        worth = entry["others"]["after"] - compared["after"]
        assert compared["difference"] == pytest.approx(worth)
    controls = [run / "relearned" / n / "control" / "adapter" for n in "12"]
    weights = [(folder / "adapter_model.safetensors").read_bytes() for folder in controls]
    assert weights[0] != weights[1], "the second goes on from the first"


def test_a_cap_reached_for_the_students_errors_leaves_the_run_unfinished(
    teacher: ScriptedServer, tiny: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    run(teacher, tiny, out).require_whole()
    cap = len(teacher.requests) + 1
    capped = run(teacher, tiny, out, rounds_through_student=2, budget_calls=cap)
    assert len(teacher.requests) == cap
    with pytest.raises(BudgetReached, match=r"wrong was told; the cap of .* --budget-calls N"):
        capped.require_whole()
    assert capped.student_loop, "what was told has been taught"
    early = run(teacher, tiny, tmp_path / "early", rounds_through_student=1, budget_calls=3)
    with pytest.raises(BudgetReached, match=r"of 4 lenses covered.*the cap of 3 requests"):
        early.require_whole()
    run(teacher, tiny, out, rounds_through_student=2).require_whole()
    assert len(teacher.requests) > cap


def test_without_a_control_none_is_taught(
    teacher: ScriptedServer, tiny: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    run(teacher, tiny, out, rounds_through_student=1, loop_control=False)
    (entry,) = json.loads((out / "student_loop.json").read_text("utf-8"))
    assert "control" not in entry and not list(out.rglob("control"))


def training(adapter: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((adapter / "training.json").read_text("utf-8"))
    return told


def every_student_names_those_before_it(run: Path) -> None:
    later = run / "relearned"
    taught = [run / "adapter", later / "1" / "adapter", later / "2" / "adapter"]
    controls = [run / "adapter", *(later / n / "control" / "adapter" for n in "12")]
    for adapters in (taught, controls):
        for number, adapter in enumerate(adapters):
            before = [training(earlier) for earlier in adapters[:number]]
            start = training(adapter)["start"]
            for key in ("fingerprint", "data_sha256", "rows", "tokens"):
                assert [past[key] for past in start] == [past[key] for past in before]
            card = (adapter / "README.md").read_text("utf-8")
            assert all(past["fingerprint"] in card for past in before)


def all_can_be_examined_in_float32(run: Path) -> None:
    def precisions() -> set[str]:
        files = [run / "evaluation.json", *run.glob("relearned/?/evaluation.json")]
        return {json.loads(file.read_text("utf-8"))["precision"] for file in files}

    rounds = (run / "student_loop.json").read_bytes()
    assert api.evaluate(run, precision="float32")["precision"] == "float32"
    assert precisions() == {"float32"}
    for number in "12":
        kept = json.loads((run / "relearned" / number / "control" / "answers.json").read_text())
        assert kept["student"].endswith("float32")
    assert len(json.loads((run / "student_loop.json").read_text("utf-8"))) == 2
    api.evaluate(run)
    assert (run / "student_loop.json").read_bytes() == rounds, "the run's own setting again"


def merged_is_the_last_student(run: Path, out: Path) -> None:
    """Its weights are those of the last adapter, and not those of the first."""
    merged = api.merge(run, out)
    last, first = run / "relearned" / "2" / "adapter", run / "adapter"
    card = (merged / "README.md").read_text("utf-8")
    assert all(training(adapter)["fingerprint"] in card for adapter in (first, last))
    assert "| training 3 |" in card


def contamination_is_of_what_each_was_taught(run: Path) -> None:
    taught = [read_jsonl(run / "dataset" / "train.jsonl")]
    taught += [read_jsonl(run / "relearned" / round / "train.jsonl") for round in "12"]
    with opened(run) as context:
        for round in range(3):
            texts = {
                message["content"]
                for rows in taught[: round + 1]
                for row in rows
                for message in row["messages"]
            }
            assert set(finishing._taught(context, round)) == texts


def test_without_the_setting_the_graph_ends_with_the_report(
    teacher: ScriptedServer, tiny: Path, tmp_path: Path
) -> None:
    run(teacher, tiny, tmp_path / "run")
    assert not (tmp_path / "run" / "relearned").exists()
    assert (tmp_path / "run" / "report.html").is_file()


def test_no_item_both_chooses_and_judges() -> None:
    items = [
        Item(
            id=f"{fact}{n}",
            kind="choice",
            fact=fact,
            framing=None,
            prompt="p",
            prefix="",
            options=("a", "b"),
            correct=0,
            author="rules",
        )
        for fact in range(3)
        for n in range(fact + 1)
    ]
    chosen = feedback_ids(items)
    assert chosen == {"11", "21"}
