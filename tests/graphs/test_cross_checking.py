"""``coverage.cross_checks``: the teacher, once examined, corrects the angles that are in doubt."""

import math
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.scenes import read_scenes
from distillnet import Run, distill
from distillnet.agents.angle_asker import Trust
from distillnet.agents.known_pairs import KNOWN_PAIRS, known_pairs
from distillnet.graphs.cross_checking import corrected
from distillnet.memory.ledger import Ledger
from distillnet.testing import Fault, ScriptedServer
from distillnet.tools.angles import Angles, Placed
from distillnet.tools.lenses import load_lenses, split_lenses

# 15 scenes of one seed: five points, each told in three images.
CLAIM = read_scenes("held_out")[0].claim
POINT = dict(zip(CLAIM.wordings, CLAIM.angles.tolist(), strict=True))
KNOWN = {(pair.one, pair.other): pair.same for pair in known_pairs("en")}
LENSES = split_lenses(load_lenses(), len(POINT))[0]
Judges = Callable[[bool, bool], str]
"""Whether two texts make one point, and whether that is part of the exam -> the answer."""


class Teacher:
    def __init__(self, judges: Judges) -> None:
        self.judges = judges
        self.examined = 0
        self.doubtful: list[tuple[str, str]] = []

    def __call__(self, prompt: str) -> str:
        if "make the same point?" not in prompt:
            [nth] = [n for n, lens in enumerate(LENSES) if lens.question.en in prompt]
            return CLAIM.wordings[nth]
        one, other = (part.split("\n")[1] for part in prompt.split("Text ")[1:])
        if (one, other) in KNOWN:
            self.examined += 1
            return self.judges(KNOWN[one, other], True)
        self.doubtful.append((one, other))
        return self.judges(POINT[one] == POINT[other], False)


def knows(same: bool, known: bool) -> str:
    return "Yes." if same else "No."


def run_with(
    directory: Path, teacher: Teacher, *, checks: int = 100, rounds: int = 1, faults: Any = None
) -> tuple[Run, list[str]]:
    notes: list[str] = []

    def on_event(event: dict[str, Any]) -> None:
        if "note" in event:
            notes.append(event["note"])

    with ScriptedServer(teacher, faults=faults) as server:
        run = distill(
            "The map is not the territory.",
            out=directory,
            on_event=on_event,
            model="openai:scripted",
            base_url=server.base_url,
            lenses=len(LENSES),
            attempts=1,
            max_rounds=rounds,
            train=False,
            coverage={"cross_checks": checks},
        )
    return run, notes


def labels(run: Run) -> dict[str, int]:
    """The angle of each text."""
    ledger = Ledger(run.directory / "ledger.sqlite", read_only=True)
    found = {ledger.text(id): angle for id, angle in ledger.angles().items()}
    ledger.close()
    return found


def right_pairs(found: dict[str, int]) -> int:
    return sum(
        (found[one] == found[other]) is (POINT[one] == POINT[other])
        for one, other in combinations(found, 2)
    )


@pytest.fixture(scope="module")
def unchecked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    teacher = Teacher(knows)
    run, notes = run_with(tmp_path_factory.mktemp("plain") / "run", teacher, checks=0)
    assert not teacher.doubtful and not notes and "cross_checks" not in run.coverage
    found = labels(run)
    assert len(found) >= 8  # some lack a word that the gates want
    return found


def test_a_teacher_that_knows_corrects_what_is_in_doubt(
    unchecked: dict[str, int], tmp_path: Path
) -> None:
    teacher = Teacher(knows)
    run, notes = run_with(tmp_path / "run", teacher)
    found = labels(run)
    assert right_pairs(found) > right_pairs(unchecked)
    assert run.coverage["angles"]["seen"] == len(set(found.values()))
    checks = run.coverage["cross_checks"]
    assert (checks["right"], checks["known"]) == (KNOWN_PAIRS, KNOWN_PAIRS)
    assert checks["yes"] == pytest.approx(-checks["no"]) and checks["yes"] > 2
    assert notes[0] == "of 24 known pairs the teacher judged 24 rightly"
    asked = len(teacher.doubtful)
    assert 0 < asked < len(found)
    assert notes[1].startswith(f"the teacher was asked about {asked} doubtful pair")


def test_so_many_are_asked_about_at_most(tmp_path: Path) -> None:
    teacher = Teacher(knows)
    run_with(tmp_path / "run", teacher, checks=1)
    assert len(teacher.doubtful) == 1


def test_a_repeated_run_pays_for_no_check_again(tmp_path: Path) -> None:
    first, teacher = Teacher(knows), Teacher(knows)
    run, _ = run_with(tmp_path / "run", first)
    again, notes = run_with(tmp_path / "run", teacher, rounds=2)
    assert first.examined == KNOWN_PAIRS and not teacher.examined
    assert not set(first.doubtful) & set(teacher.doubtful)
    assert not [note for note in notes if "known pairs" in note]
    assert labels(again).items() >= labels(run).items()


@pytest.mark.parametrize("word", ["Yes.", "No.", "It depends on the reader."])
def test_who_says_the_same_to_everything_is_not_asked(
    unchecked: dict[str, int], tmp_path: Path, word: str
) -> None:
    teacher = Teacher(lambda same, known: word)
    run, notes = run_with(tmp_path / "run", teacher)
    assert not teacher.doubtful and labels(run) == unchecked
    right = 0 if word.startswith("It") else 12
    assert notes == [
        f"of 24 known pairs the teacher judged {right} rightly; it is not asked about doubtful ones"
    ]


def test_an_answer_that_cannot_be_read_changes_nothing(
    unchecked: dict[str, int], tmp_path: Path
) -> None:
    teacher = Teacher(lambda same, known: knows(same, known) if known else "Hard to say.")
    run, notes = run_with(tmp_path / "run", teacher)
    assert teacher.doubtful and labels(run) == unchecked
    assert notes[1].endswith(": 0 changed")


def test_a_teacher_that_does_not_answer_changes_nothing(
    unchecked: dict[str, int], tmp_path: Path
) -> None:
    def faults(prompt: str, nth: int) -> Fault | None:
        return Fault("server_error", retry_after="0") if "same point?" in prompt else None

    run, notes = run_with(tmp_path / "run", Teacher(knows), faults=faults)
    assert labels(run) == unchecked and "cross_checks" not in run.coverage
    assert not notes


def test_who_joined_a_scene_that_only_repeats_goes_along() -> None:
    """a; b opened an angle that c joined and d, by the model's word, did not; b repeats a."""
    texts = {id: id for id in "abcd"}
    angles = Angles(np.ones(2, np.float32), texts.__getitem__, threshold=0.5, judged=False)
    angles.restore(list("abcd"), np.eye(4, dtype=np.float32)[:, :2], [0, 1, 1, 1])
    sure = Trust(yes=math.log(13), no=-math.log(13), right=24, known=24)
    placed = [
        Placed("a", 0, True, None, 0.0),
        Placed("b", 1, True, "a", 0.4),
        Placed("c", 1, False, "b", 0.9),
        Placed("d", 1, False, "b", 0.6),
    ]
    found = corrected(angles, placed, {"b": "yes", "d": "no"}, sure)
    assert [entry.id for entry in found] == list("abcd")
    assert [entry.angle for entry in found] == [0, 0, 0, 2] == [angles.labels[id] for id in "abcd"]
    assert [entry.is_new for entry in found] == [True, False, False, True]
