"""Two runs compared: what was done differently is said, and nothing else."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from distillnet import diff, distill, open_context
from distillnet.config import Gates
from distillnet.errors import ConfigError, UsageError
from distillnet.graphs.comparison import SettingChange, WeightChange
from distillnet.graphs.run_file import read_run
from distillnet.memory.ledger import Ledger
from distillnet.records import Direction
from distillnet.testing import Fault, ScriptedServer, varied_prose
from tests.conftest import PHRASE, SUBJECT

REWORDED = "Freedom is the insight into necessity."
OTHER = "Man is the measure of all things."


def answer(prompt: str) -> str:
    return varied_prose(prompt, subject=SUBJECT)


@pytest.fixture(scope="module")
def teacher() -> Iterator[ScriptedServer]:
    """One address for all runs: it is part of a cell's id."""
    with ScriptedServer(answer) as server:
        yield server


def made(teacher: ScriptedServer, directory: Path, seed: str = PHRASE, **settings: Any) -> Path:
    distill(
        seed,
        out=directory,
        **{
            "model": "openai:scripted",
            "base_url": teacher.base_url,
            "lenses": 4,
            "max_rounds": 1,
            "train": False,
        }
        | settings,
    )
    return directory


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, teacher: ScriptedServer) -> Path:
    return made(teacher, tmp_path_factory.mktemp("compared") / "base")


def test_equal_runs_are_the_same(base: Path, teacher: ScriptedServer, tmp_path: Path) -> None:
    found = diff(base, made(teacher, tmp_path / "run"))
    assert found.seed is None
    assert found.settings == found.wordings == found.twins == found.rejudged == found.retold == ()
    assert found.covered_only_in_a == found.covered_only_in_b == ()
    assert found.only_in_a == found.only_in_b == ()
    assert len(found.in_both) == 4
    assert found.a.numbers == found.b.numbers


def test_weights_that_a_hand_changed(base: Path, teacher: ScriptedServer, tmp_path: Path) -> None:
    run = made(teacher, tmp_path / "run")
    path = run / "axis.yaml"
    axis = yaml.safe_load(path.read_text())
    entry = list(axis["axes"].values())[-1]
    lens = next(iter(entry["modes"]))
    entry["modes"][lens] = 0
    axis["roles"]["child"], axis["forms"]["letter"] = 0, 2.5
    path.write_text(yaml.safe_dump(axis))
    # Not in force yet.
    assert diff(base, run).weights == ()
    made(teacher, run)
    found = diff(base, run)
    assert found.weights == (
        WeightChange(name="form letter", a=1.0, b=2.5),
        WeightChange(name="role child", a=1.0, b=0.0),
        WeightChange(name=f"lens {lens}", a=1.0, b=0.0),
    )
    assert lens in found.covered_only_in_a
    # A lens that only one of them looks through has no weight in the other.
    wider = made(teacher, tmp_path / "wider", lenses=6)
    assert diff(base, wider).weights == ()


def test_settings_and_lenses(base: Path, teacher: ScriptedServer, tmp_path: Path) -> None:
    run = made(teacher, tmp_path / "run", lenses=6, gates=Gates(loop_share=0.4))
    found = diff(base, run)
    assert found.settings == (
        SettingChange(name="lenses", a=4, b=6),
        SettingChange(name="gates.loop_share", a=0.3, b=0.4),
    )
    assert (len(found.in_both), found.only_in_a, len(found.only_in_b)) == (4, (), 2)
    assert (found.covered_only_in_a, len(found.covered_only_in_b)) == ((), 2)
    assert (found.a.numbers.requests, found.b.numbers.requests) == tuple(
        len((path / "scenes.jsonl").read_text().splitlines()) + exam(path) for path in (base, run)
    )
    back = diff(run, base)
    assert (back.only_in_a, back.covered_only_in_a) == (found.only_in_b, found.covered_only_in_b)
    assert back.settings[0] == SettingChange(name="lenses", a=6, b=4)


def exam(run: Path) -> int:
    """Requests that the examiner made."""
    with open_context(run, read_run(run)[0]) as context:
        cells = {cell.id for cell in context.ledger.cells()}
        return sum(call.cell not in cells for call in context.ledger.calls())


def test_the_role_whose_stance_changed_is_named(teacher: ScriptedServer, tmp_path: Path) -> None:
    def run(stance: str, name: str) -> Path:
        file = tmp_path / "mine.py"
        file.write_text(
            "from distillnet import Role\n\n\nclass Lighthouse(Role):\n"
            f'    name = "lighthouse"\n    stance = "You are a lighthouse. {stance}"\n',
            encoding="utf-8",
        )
        return made(teacher, tmp_path / name, roles=(str(file), "dog"))

    found = diff(run("You speak of distance.", "a"), run("You speak of weather.", "b"))
    (wording,) = found.wordings
    assert (wording.kind, wording.name) == ("role", "lighthouse")
    assert wording.a == "You are a lighthouse. You speak of distance."
    assert wording.b == "You are a lighthouse. You speak of weather."
    assert found.twins and {twin.role for twin in found.twins} == {"lighthouse"}
    assert {twin.differs for twin in found.twins} == {"prompt"}
    assert {twin.a for twin in found.twins} == set(found.only_in_a)
    assert {twin.b for twin in found.twins} == set(found.only_in_b)


def test_other_parameters_are_no_other_prompt(
    base: Path, teacher: ScriptedServer, tmp_path: Path
) -> None:
    found = diff(base, made(teacher, tmp_path / "run", temperature=0.5))
    assert found.settings == (SettingChange(name="temperature", a=None, b=0.5),)
    assert found.in_both == found.wordings == ()
    assert [twin.differs for twin in found.twins] == ["model"] * 4


def test_what_looks_at_a_twin_is_a_twin(base: Path, tmp_path: Path) -> None:
    def deeper(name: str) -> Path:
        """The run with its first cell under another id, and one that looks at that scene."""
        run = shutil.copytree(base, tmp_path / name)
        ledger = Ledger(run / "ledger.sqlite")
        scene, vector = ledger.scenes()[0], next(iter(ledger.vectors().values()))
        first = {"id": f"{name}1", "attempt": 7}
        for told in (first, {"id": f"{name}2", "depth": 1, "parent": first["id"]}):
            ledger.add_cells([ledger.cell(scene.id).model_copy(update=told)])
            ledger.record_scenes([(scene.model_copy(update=told), vector)])
        ledger.close()
        return run

    found = diff(deeper("a"), deeper("b"))
    assert [(twin.a, twin.b) for twin in found.twins] == [("a1", "b1"), ("a2", "b2")]


def test_the_directions_of_a_fact_are_two_places(base: Path, tmp_path: Path) -> None:
    def telling(name: str, direction: Direction) -> Path:
        """The run and one more cell, which tells a fact in this direction."""
        run = shutil.copytree(base, tmp_path / name)
        ledger = Ledger(run / "ledger.sqlite")
        scene, vector = ledger.scenes()[0], next(iter(ledger.vectors().values()))
        told = {"id": f"{name:0<16}", "fact": 0}
        cell = ledger.cell(scene.id).model_copy(update=told | {"direction": direction})
        ledger.add_cells([cell])
        ledger.record_scenes([(scene.model_copy(update=told), vector)])
        ledger.close()
        return run

    forward, again, reverse = (
        telling("a", "forward"),
        telling("b", "forward"),
        telling("c", "reverse"),
    )
    (twin,) = diff(forward, again).twins
    assert (twin.a[0], twin.b[0]) == ("a", "b")
    assert diff(forward, reverse).twins == ()


def test_a_reworded_seed_and_another(base: Path, teacher: ScriptedServer, tmp_path: Path) -> None:
    found = diff(base, made(teacher, tmp_path / "reworded", REWORDED)).seed
    assert found and (found.kind, found.shared) == ("reworded", pytest.approx(2 / 3))
    assert (found.a, found.b) == (PHRASE, REWORDED)

    comparison = diff(base, made(teacher, tmp_path / "other", OTHER))
    other = comparison.seed
    assert other and (other.kind, other.shared) == ("other", 0.0)
    # The seed is no part of a lens's or role's wording.
    assert comparison.wordings == () and comparison.in_both == ()


def test_of_a_long_seed_only_what_differs_is_shown(teacher: ScriptedServer, tmp_path: Path) -> None:
    sentences = [f"Freedom number {n} is the recognition of necessity." for n in range(200)]
    first = made(teacher, tmp_path / "a", " ".join(sentences))
    sentences[100] = "Here stands another sentence."
    found = diff(first, made(teacher, tmp_path / "b", " ".join(sentences))).seed
    assert found and found.kind == "reworded"
    assert "another sentence" in found.b and "number 100" in found.a
    assert max(len(found.a.split()), len(found.b.split())) < 30


def test_a_stricter_gate_gives_other_verdicts(
    base: Path, teacher: ScriptedServer, tmp_path: Path
) -> None:
    strict = made(teacher, tmp_path / "strict", gates=Gates(min_words=500))
    found = diff(base, strict)
    assert {scene.id for scene in found.rejudged} == set(found.in_both)
    assert {(scene.a, scene.b) for scene in found.rejudged} == {("accepted", "degenerate")}
    assert (len(found.covered_only_in_a), found.retold) == (4, ())
    assert found.b.numbers.verdicts == {"degenerate": 4}


def test_the_critic_and_the_student(base: Path, tmp_path: Path) -> None:
    run = shutil.copytree(base, tmp_path / "run")
    coverage = json.loads((base / "coverage.json").read_text())
    exam = {"difference": {"mean": 0.25, "ci95": [0.1, 0.4]}, "items": 8}
    (run / "evaluation.json").write_text(json.dumps(exam))
    found = diff(base, run)
    numbers = found.b.numbers
    assert numbers.angles == coverage["angles"]["seen"]
    assert numbers.good_turing == coverage["angles"]["good_turing"]
    assert numbers.chao1 == coverage["angles"]["chao1"]
    assert list(numbers.chao1_ci95 or ()) == coverage["angles"]["chao1_ci95"]
    assert numbers.usd == coverage["spent"]["usd"] == 0.0
    assert numbers.gain and (numbers.gain.mean, numbers.gain.ci95) == (0.25, (0.1, 0.4))
    assert found.a.numbers.gain is None
    (run / "evaluation.json").write_text("[]")
    with pytest.raises(ConfigError, match=r"evaluation\.json"):
        diff(base, run)


def test_a_failed_answer_is_compared_too(tmp_path: Path) -> None:
    down = True

    def faults(prompt: str, nth: int) -> Fault | None:
        return Fault("server_error", retry_after="0") if down else None

    with ScriptedServer(answer, faults=faults) as server:
        failed = made(server, tmp_path / "failed", attempts=1, price={"input": 1, "output": 1})
        down = False
        whole = made(server, tmp_path / "whole", attempts=1, price={"input": 1, "output": 1})
    found = diff(failed, whole)
    assert len(found.in_both) == len(found.retold) == len(found.rejudged) == 4
    assert found.b.numbers.usd and found.b.numbers.usd > 0


def test_no_run_is_a_mistake_on_either_side(base: Path, tmp_path: Path) -> None:
    for sides in ((base, tmp_path), (tmp_path, base)):
        with pytest.raises(UsageError, match="no run in"):
            diff(*sides)


def test_nothing_is_locked_or_written(base: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in base.rglob("*")}
    diff(base, base)
    assert {path: path.stat().st_mtime_ns for path in base.rglob("*")} == before
    with open_context(base, read_run(base)[0]):
        assert diff(base, base).seed is None
