"""``--propose``: lenses that the critic adds of its own, and what becomes of them."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from distillnet import Run, distill, plan
from distillnet.memory.ledger import Ledger
from distillnet.testing import Fault, ScriptedServer, varied_prose
from distillnet.tools.lenses import load_lenses, split_lenses
from tests.conftest import PHRASE, SUBJECT

LENSES = split_lenses(load_lenses(), 4)[0]
PROPOSALS = (
    {
        "name": "cost-of-knowing",
        "title": "Cost of knowing",
        "question": "Who pays for this in the end, and was that person ever asked?",
        "form": "letter",
        "faithfulness": "figurative",
        "reveals": "The bill that reaches those who never took part.",
    },
    {
        "name": "kitchen-of-habits",
        "title": "Habits",
        "question": "Which habit of the hands or of the kitchen would have to change if this held?",
        "form": "letter",
        "faithfulness": "literal",
        "reveals": "What of it is done every day without a thought.",
    },
)


class Teacher:
    """Answers scenes, and proposes whatever it was given, one after the other."""

    def __init__(self, *proposals: str) -> None:
        self.left = list(proposals)
        self.asked: list[str] = []

    def __call__(self, prompt: str) -> str:
        if "Propose one angle" in prompt:
            self.asked.append(prompt)
            return self.left.pop(0)
        return varied_prose(prompt, subject=SUBJECT)


def run_on(
    directory: Path, server: ScriptedServer, notes: list[str] | None = None, **settings: Any
) -> tuple[Run, Counter[str]]:
    """The run, and what it asked for."""
    before = server.requests.copy()

    def on_event(event: dict[str, Any]) -> None:
        if notes is not None and "note" in event:
            notes.append(event["note"])

    given: dict[str, Any] = {
        "model": "openai:scripted",
        "base_url": server.base_url,
        "lenses": 4,
        "train": False,
        "propose": 2,
    }
    run = distill(PHRASE, out=directory, on_event=on_event, **given | settings)
    return run, server.requests - before


def proposed(directory: Path) -> list[dict[str, Any]]:
    ledger = Ledger(directory / "ledger.sqlite", read_only=True)
    found: list[dict[str, Any]] = ledger.fact("proposed") or []
    ledger.close()
    return found


def test_proposed_lenses_join_in_the_second_round(tmp_path: Path) -> None:
    teacher, notes = Teacher(*map(json.dumps, PROPOSALS)), list[str]()
    with ScriptedServer(teacher) as server:
        run, asked = run_on(tmp_path / "run", server, notes)
    names = [proposal["name"] for proposal in PROPOSALS]
    assert asked.total() == 4 + 2 + 2
    assert [history["calls"] for history in run.coverage["history"]] == [4, 2]
    assert run.coverage["lenses"] == {"planned": 6, "covered": 6, "missing": [], "repeating": []}
    second = [scene for scene in run.scenes if scene.round == 2]
    assert [(scene.lens, scene.family) for scene in second] == [(n, "proposed") for n in names]
    assert second[0].faithfulness == "figurative" and second[0].form == "letter"
    scenes = [prompt for prompt in asked if "Answer in one paragraph" in prompt]
    for proposal in PROPOSALS:
        assert sum(proposal["question"] in prompt for prompt in scenes) == 1
    # The critic is told of the lenses in force, its own first one among them.
    assert all(lens.name in teacher.asked[0] for lens in LENSES)
    assert names[0] in teacher.asked[1] and names[0] not in teacher.asked[0]
    assert [note.split(":")[0] for note in notes] == [
        f"the critic proposes the lens {name}" for name in names
    ]
    axis = yaml.safe_load((tmp_path / "run" / "axis.yaml").read_text(encoding="utf-8"))
    assert [lens["name"] for lens in axis["proposed"]] == names


def test_a_second_run_pays_for_nothing_and_decides_the_same(tmp_path: Path) -> None:
    with ScriptedServer(Teacher(*map(json.dumps, PROPOSALS))) as server:
        first, _ = run_on(tmp_path / "run", server)
        again, asked = run_on(tmp_path / "run", server)
        assert asked.total() == 0 and again == first
        # Nor does one that wants fewer, or none: its lenses have their scenes.
        fewer, asked = run_on(tmp_path / "run", server, propose=0)
        assert asked.total() == 0 and fewer.scenes == first.scenes


def test_more_are_asked_for_when_more_are_wanted(tmp_path: Path) -> None:
    with ScriptedServer(Teacher(*map(json.dumps, PROPOSALS))) as server:
        run_on(tmp_path / "run", server, propose=1)
        run, asked = run_on(tmp_path / "run", server, propose=2)
        assert asked.total() == 2
    assert run.coverage["lenses"]["planned"] == 6
    assert [entry["lens"]["name"] for entry in proposed(tmp_path / "run")] == [
        proposal["name"] for proposal in PROPOSALS
    ]


def test_a_useless_answer_is_noted_and_the_run_goes_on(tmp_path: Path) -> None:
    taken = json.dumps(PROPOSALS[0] | {"name": LENSES[0].name})
    notes = list[str]()
    with ScriptedServer(Teacher("I would rather not.", taken)) as server:
        run, asked = run_on(tmp_path / "run", server, notes, propose=1)
        assert asked.total() == 4 + 2
        assert notes == [
            f"the critic's proposal could not be used: its name {LENSES[0].name!r} is taken"
        ]
        again, asked = run_on(tmp_path / "run", server, propose=1)
        assert asked.total() == 0
    assert run == again
    assert run.coverage["stopped"] == "satisfied"
    assert run.coverage["lenses"] == {"planned": 4, "covered": 4, "missing": [], "repeating": []}
    (entry,) = proposed(tmp_path / "run")
    assert entry["lens"] is None and "is taken" in entry["problem"]


@pytest.mark.parametrize("answers", [[json.dumps(p) for p in PROPOSALS], ["No.", "No."]])
def test_the_plan_knows_of_proposals_and_their_cells(answers: list[str], tmp_path: Path) -> None:
    with ScriptedServer(Teacher(*answers)) as server:
        given: dict[str, Any] = {
            "model": "openai:scripted",
            "base_url": server.base_url,
            "train": False,
        }
        planned = plan(PHRASE, lenses=4, propose=2, **given).estimate
        run, asked = run_on(tmp_path / "run", server)
    assert planned.calls.least <= asked.total() <= planned.calls.most
    made = [history["calls"] for history in run.coverage["history"]]
    assert len(made) <= len(planned.rounds)
    assert all(cells <= most for cells, most in zip(made, planned.rounds, strict=False))


def test_a_call_that_fails_is_made_again_by_the_next_run(tmp_path: Path) -> None:
    def faults(prompt: str, nth: int) -> Fault | None:
        return (
            Fault("server_error", retry_after="0") if "Propose one" in prompt and not nth else None
        )

    teacher = Teacher(*map(json.dumps, PROPOSALS))
    with ScriptedServer(teacher, faults=faults) as server:
        run, _ = run_on(tmp_path / "run", server, attempts=1)
        assert run.coverage["lenses"]["planned"] == 4 and proposed(tmp_path / "run") == []
        run, _ = run_on(tmp_path / "run", server)
    assert run.coverage["lenses"]["covered"] == 6


def test_a_proposed_lens_of_weight_0_is_left_out(tmp_path: Path) -> None:
    with ScriptedServer(Teacher(*map(json.dumps, PROPOSALS))) as server:
        run_on(tmp_path / "run", server)
        path = tmp_path / "run" / "axis.yaml"
        axis = yaml.safe_load(path.read_text(encoding="utf-8"))
        axis["proposed"][0]["weight"] = 0
        path.write_text(yaml.safe_dump(axis), encoding="utf-8")
        run, asked = run_on(tmp_path / "run", server)
    assert asked.total() == 0
    assert run.coverage["lenses"]["planned"] == 5


def test_the_critic_does_not_ask_over_budget(tmp_path: Path) -> None:
    teacher = Teacher(*map(json.dumps, PROPOSALS))
    with ScriptedServer(teacher) as server:
        run, asked = run_on(tmp_path / "run", server, budget_calls=3)
    assert asked.total() == 3 and teacher.asked == []
    assert run.coverage["stopped"] == "budget"


def test_hostile_names_and_questions_never_become_a_lens(tmp_path: Path) -> None:
    hostile = [
        json.dumps(PROPOSALS[0] | {"name": "../../etc/passwd"}),
        json.dumps(PROPOSALS[0] | {"question": "Who \x1b[2J pays for this in the end, and why?"}),
    ]
    with ScriptedServer(Teacher(*hostile)) as server:
        run, _ = run_on(tmp_path / "run", server, propose=1)
    assert run.coverage["lenses"]["planned"] == 4
    text = (tmp_path / "run" / "axis.yaml").read_text(encoding="utf-8")
    assert "passwd" not in text and "\x1b" not in text
