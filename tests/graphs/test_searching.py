"""Search by angle over one run whose scenes are known beforehand."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from distillnet import distill, open_context, search
from distillnet.errors import UnknownName, UsageError
from distillnet.graphs.run_file import read_run
from distillnet.memory.embed import open_embedder
from distillnet.records import Scene
from distillnet.testing import ScriptedServer, varied_prose
from distillnet.tools.export import read_jsonl
from distillnet.tools.lenses import load_lenses, split_lenses
from tests.conftest import PHRASE, SUBJECT

LENSES = split_lenses(load_lenses(), 10)[0]
SAILOR, REFUSED = LENSES[3], LENSES[4]
# The one scene that is about the sea.
SEA = (
    "Freedom of the sailor is to know the necessity of the wind. He cannot choose the storm, the "
    "tide or the reef, yet whoever recognises them all will bring his ship across the open sea to "
    "the harbour that he himself has chosen."
)


def answer(prompt: str) -> str:
    if REFUSED.question.en in prompt:
        return "I'm sorry, but I can't assist with that request."
    if SAILOR.question.en in prompt:
        return SEA
    return varied_prose(prompt, subject=SUBJECT)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("searched") / "run"
    with ScriptedServer(answer) as server:
        distill(
            PHRASE,
            out=directory,
            model="openai:scripted",
            base_url=server.base_url,
            lenses=len(LENSES),
            roles=("dog", "judge"),
            max_rounds=1,
            train=False,
        )
    return directory


@pytest.fixture(scope="module")
def scenes(run: Path) -> list[Scene]:
    """The accepted scenes, as the run exported them."""
    return [Scene.model_validate(row) for row in read_jsonl(run / "scenes.jsonl")]


@pytest.mark.parametrize(
    "question", ["How does a ship survive a storm?", "Как кораблю пережить шторм в открытом море?"]
)
def test_the_scene_on_the_subject_of_the_question_is_the_first(run: Path, question: str) -> None:
    first, second = search(run, question, k=2)
    assert (first.scene.lens, first.scene.text) == (SAILOR.name, SEA)
    assert first.score > second.score


def test_scores_are_exact_cosines_of_all_accepted_scenes(run: Path, scenes: list[Scene]) -> None:
    question = "What must be recognised?"
    embed = open_embedder("use")
    cosines = embed([scene.text for scene in scenes]) @ embed([question])[0]
    found = search(run, question, k=100)
    assert REFUSED.name not in {match.scene.lens for match in found}
    assert [match.scene.id for match in found] == [scenes[i].id for i in np.argsort(-cosines)]
    assert np.allclose([match.score for match in found], np.sort(cosines)[::-1], atol=1e-5)


@pytest.mark.parametrize("field", ["lens", "role", "family", "form", "faithfulness"])
def test_each_filter_leaves_the_scenes_that_have_the_name(
    run: Path, scenes: list[Scene], field: str
) -> None:
    names = sorted({getattr(scene, field) for scene in scenes})
    assert len(names) > 1
    for chosen in (names[0], names[:2]):
        found = search(run, "freedom", k=100, **{field: chosen})
        wanted = {s.id for s in scenes if getattr(s, field) in [chosen, *chosen]}
        assert {match.scene.id for match in found} == wanted


def test_filters_are_met_together(run: Path, scenes: list[Scene]) -> None:
    (sailor,) = (scene for scene in scenes if scene.lens == SAILOR.name)
    other = {"dog": "judge", "judge": "dog"}[sailor.role]
    assert len(search(run, "sea", lens=SAILOR.name, role=sailor.role)) == 1
    assert search(run, "sea", lens=SAILOR.name, role=other) == []


def test_an_unknown_name_suggests_one_of_the_run(run: Path) -> None:
    with pytest.raises(UnknownName, match=r"with role 'jugde'\. Did you mean 'judge'"):
        search(run, "freedom", role=("dog", "jugde"))
    # Known to the catalogue, but not one to be found here.
    with pytest.raises(UnknownName, match=f"with lens '{REFUSED.name}'"):
        search(run, "freedom", lens=REFUSED.name)


@pytest.mark.parametrize(("question", "k"), [(" \n", 5), ("freedom", 0)])
def test_a_search_for_nothing_is_a_mistake(run: Path, question: str, k: int) -> None:
    with pytest.raises(UsageError, match=r"no words|at least 1"):
        search(run, question, k=k)


def test_a_question_may_hold_what_is_no_text(run: Path) -> None:
    assert len(search(run, "the sea \udcff\x1b[31m\x00", k=1)) == 1


def test_a_run_without_accepted_scenes_says_so(tmp_path: Path, run: Path) -> None:
    with pytest.raises(UsageError, match="no run in"):
        search(tmp_path / "nowhere", "freedom")
    shutil.copy(run / "run.yaml", tmp_path)
    with pytest.raises(UsageError, match="no ledger yet"):
        search(tmp_path, "freedom")
    with open_context(tmp_path, read_run(run)[0]):
        pass
    with pytest.raises(UsageError, match="no scene is accepted yet"):
        search(tmp_path, "freedom")


def contents(directory: Path) -> Iterator[tuple[Path, int]]:
    for path in sorted(directory.rglob("*")):
        yield path, path.stat().st_mtime_ns


def test_a_search_needs_no_lock_and_writes_nothing(run: Path) -> None:
    before = list(contents(run))
    search(run, "freedom")
    assert list(contents(run)) == before
    with open_context(run, read_run(run)[0]):
        assert search(run, "freedom")
