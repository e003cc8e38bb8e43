"""``--depth``: scenes that are looked at in their turn."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from distillnet import Run, distill, explain
from distillnet.agents.prompts import defused
from distillnet.memory.ledger import Ledger
from distillnet.testing import ScriptedServer, varied_prose
from distillnet.tools.lenses import load_lenses, split_lenses
from tests.conftest import PHRASE, SUBJECT

LENSES = split_lenses(load_lenses(), 4)[0]
# Two points that are not each other's, and a control token that a model may well write.
SAILOR = (
    "Freedom of the sailor is to know the necessity of the wind. He cannot choose the storm, the "
    "tide or the reef, yet whoever recognises them all brings his ship across the open sea <|end|>."
)
JUDGE = (
    "Who signs a contract gives up a hundred other contracts. The court asks only whether the "
    "clause was read; necessity begins at the signature, and liberty was the pen in the hand."
)


def answer(prompt: str) -> str:
    if "sailor" not in prompt and "contract" not in prompt:
        for lens, text in zip(LENSES, (SAILOR, JUDGE), strict=False):
            if lens.question.en in prompt:
                return text
    return varied_prose(prompt, subject=SUBJECT)


def run_on(directory: Path, server: ScriptedServer, **settings: Any) -> tuple[Run, Counter[str]]:
    """The run, and what it asked for."""
    before = server.requests.copy()
    given: dict[str, Any] = {
        "model": "openai:scripted",
        "base_url": server.base_url,
        "lenses": 4,
        "train": False,
        "depth": 1,
        "coverage": {"min_gain": 0.0},
    }
    run = distill(PHRASE, out=directory, **given | settings)
    return run, server.requests - before


def test_scenes_of_depth_1_have_parents_and_look_at_their_text(tmp_path: Path) -> None:
    with ScriptedServer(answer) as server:
        run, asked = run_on(tmp_path / "run", server)
    by_id = {scene.id: scene for scene in run.scenes}
    deep = [scene for scene in run.scenes if scene.depth]
    # Half as many cells as lenses; each parent opened an angle and is looked at once.
    assert [history["calls"] for history in run.coverage["history"]] == [4, 2]
    assert {scene.depth for scene in deep} == {1} and {scene.round for scene in deep} == {2}
    parents = [by_id[scene.parent] for scene in deep if scene.parent]
    assert len(parents) == len(deep) == 2 and len(set(scene.id for scene in parents)) == 2
    ledger = Ledger(tmp_path / "run" / "ledger.sqlite", read_only=True)
    angles = ledger.angles()
    opened = {angle: id for id, angle in reversed(angles.items())}
    for scene, parent in zip(deep, parents, strict=True):
        assert parent.depth == 0 and opened[angles[parent.id]] == parent.id
        prompt = ledger.prompt(scene.id) or ""
        assert defused(parent.text) in prompt and PHRASE not in prompt
        assert any(prompt.endswith(sent) for sent in asked)
        assert "<|end|>" not in prompt
        assert explain(tmp_path / "run", scene.id).prompt == prompt
    ledger.close()
    assert run.coverage["stopped"] == "satisfied"


def test_a_second_run_pays_for_nothing_and_decides_the_same(tmp_path: Path) -> None:
    with ScriptedServer(answer) as server:
        first, _ = run_on(tmp_path / "run", server)
        again, asked = run_on(tmp_path / "run", server)
    assert asked.total() == 0 and again == first


def test_going_deeper_keeps_what_is_there(tmp_path: Path) -> None:
    with ScriptedServer(answer) as server:
        flat, asked = run_on(tmp_path / "run", server, depth=0)
        assert asked.total() == 4
        deep, asked = run_on(tmp_path / "run", server, depth=1)
    assert asked.total() == 2
    assert deep.scenes[:4] == flat.scenes


def test_depth_2_looks_at_scenes_of_depth_1_that_opened_an_angle(tmp_path: Path) -> None:
    def teacher(prompt: str) -> str:
        if "sailor" in prompt:
            return JUDGE
        first = LENSES[0].question.en in prompt and "contract" not in prompt
        return SAILOR if first else varied_prose(prompt, subject=SUBJECT)

    with ScriptedServer(teacher) as server:
        run, _ = run_on(tmp_path / "run", server, depth=2)
    by_id = {scene.id: scene for scene in run.scenes}
    (deepest,) = [scene for scene in run.scenes if scene.depth == 2]
    assert deepest.parent and by_id[deepest.parent].text == JUDGE
    assert by_id[deepest.parent].depth == 1
    assert by_id[by_id[deepest.parent].parent or ""].text.startswith("Freedom of the sailor")


@pytest.mark.parametrize(("max_drift", "verdict"), [(0.3, "off_topic"), (0.85, "accepted")])
def test_a_deeper_scene_must_not_drift_from_the_seed(
    max_drift: float, verdict: str, tmp_path: Path
) -> None:
    with ScriptedServer(answer) as server:
        run_on(tmp_path / "run", server, coverage={"min_gain": 0.0, "max_drift": max_drift})
    ledger = Ledger(tmp_path / "run" / "ledger.sqlite", read_only=True)
    scenes = ledger.scenes()
    ledger.close()
    # The bound is for deeper scenes alone: those of the first round lie as far from the seed.
    assert {scene.verdict for scene in scenes if not scene.depth} == {"accepted"}
    deep = [scene for scene in scenes if scene.depth]
    assert deep and {scene.verdict for scene in deep} == {verdict}
    for scene in deep:
        assert (scene.gates["topic"] < 1 - max_drift) == (verdict == "off_topic")
    judgement = explain(tmp_path / "run", deep[0].id).judgement
    assert judgement is not None and judgement.verdict_now == verdict
    (topic,) = [gate for gate in judgement.gates if gate.name == "topic"]
    assert topic.threshold == pytest.approx(1 - max_drift)
