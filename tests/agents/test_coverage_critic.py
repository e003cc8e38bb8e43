"""The critic reads a real Chroma store of scenes embedded by the real encoder."""

from collections.abc import Callable
from pathlib import Path

import pytest

from distillnet.agents.coverage_critic import Assessment, assess, decide
from distillnet.config import Coverage
from distillnet.memory.embed import Embedder, open_embedder
from distillnet.memory.store import SceneStore, Stored
from distillnet.records import Scene
from distillnet.tools.lenses import load_lenses

LENSES = [load_lenses()[name] for name in ("irony", "umwelt", "syllogism", "koan")]
SAILOR = "A sailor who knows the wind sets his sails and reaches the harbour."
SEAMAN = "The seaman that understands the wind trims his sails and gets to port."
JUDGE = "The judge weighs the law against mercy before she gives her verdict."
YEAST = "Yeast in the dough knows nothing of bread, and the bread rises all the same."
Store = Callable[..., Stored]


def scene(place: int, lens: str, text: str, round: int) -> Scene:
    return Scene(
        id=f"{place:02d}-{lens}",
        seed="s",
        lens=lens,
        family="f",
        role="child",
        form="letter",
        faithfulness="literal",
        depth=0,
        parent=None,
        passage=0,
        language="en",
        text=text,
        self_test=None,
        tags=(),
        model="m",
        prompt_hash="h",
        round=round,
        attempt=0,
        verdict="accepted",
        nearest=None,
        gates={},
    )


@pytest.fixture(scope="module")
def embed() -> Embedder:
    return open_embedder("use")


@pytest.fixture
def stored(tmp_path: Path, embed: Embedder) -> Store:
    """What the store reads back of scenes given as (lens, text, round)."""

    def run(*entries: tuple[str, str, int]) -> Stored:
        scenes = [scene(place, *entry) for place, entry in enumerate(entries)]
        store = SceneStore(tmp_path / "chroma", "critic")
        store.upsert(scenes, embed([scene.text for scene in scenes]))
        try:
            return store.read()
        finally:
            store.close()

    return run


def found(**changes: object) -> Assessment:
    whole = {
        "planned": 4,
        "covered": 2,
        "angles": 2,
        "new_angles": 2,
        "good_turing": 0.5,
        "chao1": 3.0,
        "chao1_interval": (2.0, 8.0),
        "clusters": [],
        "gaps": [],
    }
    return Assessment(**(whole | changes))  # type: ignore[arg-type]


def test_lenses_without_a_scene_are_the_gaps(stored: Store) -> None:
    result = assess(stored(("irony", SAILOR, 1), ("koan", JUDGE, 1)), LENSES, Coverage(), round=1)
    assert (result.planned, result.covered, result.share) == (4, 2, 0.5)
    assert [gap.lens for gap in result.gaps] == ["umwelt", "syllogism"]
    assert all(gap.lens in gap.reason for gap in result.gaps)


def test_an_empty_store_has_every_gap(stored: Store) -> None:
    result = assess(stored(), LENSES, Coverage(), round=1)
    assert (result.covered, result.angles, result.good_turing, result.chao1) == (0, 0, 0, 0)
    assert [gap.lens for gap in result.gaps] == [lens.name for lens in LENSES]


def test_two_lenses_that_saw_the_same_share_an_angle(stored: Store) -> None:
    entries = [("irony", SAILOR, 1), ("umwelt", JUDGE, 1), ("syllogism", SEAMAN, 1)]
    result = assess(stored(*entries), LENSES, Coverage(), round=1)
    assert result.covered == 3
    assert result.angles == 2
    assert result.clusters == [["00-irony", "02-syllogism"], ["01-umwelt"]]
    assert result.good_turing == pytest.approx(1 - 1 / 3)


def test_only_angles_that_no_earlier_round_saw_are_new(stored: Store) -> None:
    entries = [("irony", SAILOR, 1), ("umwelt", SEAMAN, 2), ("koan", YEAST, 2)]
    assert assess(stored(*entries), LENSES, Coverage(), round=2).new_angles == 1
    assert assess(stored(*entries), LENSES, Coverage(), round=3).new_angles == 0


def test_with_all_lenses_covered_the_thinnest_ones_go_again(stored: Store) -> None:
    texts = [SAILOR, JUDGE, YEAST, "Snow fell on the battlefield all night."]
    entries = [(lens.name, text, 1) for lens, text in zip(LENSES, texts, strict=True)]
    again = [("irony", SEAMAN, 1), ("umwelt", JUDGE + " Slowly.", 1)]
    targets = Coverage(good_turing=0.9)
    result = assess(stored(*entries, *again), LENSES, targets, round=1)
    assert result.covered == 4
    assert result.good_turing == pytest.approx(1 - 2 / 6)
    assert [gap.lens for gap in result.gaps] == ["syllogism", "koan"]
    assert "0.67 is below 0.90" in result.gaps[0].reason
    assert assess(stored(*entries, *again), LENSES, Coverage(), round=1).gaps == []


CAP = "the cap of 40 requests is reached"


def stop(
    result: Assessment,
    targets: Coverage | None = None,
    *,
    calls: int = 4,
    rounds_left: int = 1,
    cap: str | None = None,
) -> str | None:
    history = [{"calls": calls, "new_angles": result.new_angles}]
    why, sentence = decide(result, history, targets or Coverage(), rounds_left=rounds_left, cap=cap)
    assert f"{result.covered} of {result.planned} lenses covered" in sentence
    assert (CAP in sentence) == (why == "budget" and cap is not None)
    return why


def test_it_is_satisfied_at_the_target_even_with_the_budget_used_up() -> None:
    assert stop(found(covered=4), cap=CAP, rounds_left=0) == "satisfied"
    assert stop(found(covered=3), Coverage(lenses=0.75)) == "satisfied"


def test_both_targets_count() -> None:
    assert stop(found(covered=4), Coverage(good_turing=0.8)) is None


def test_it_says_when_the_gain_dries_up() -> None:
    assert stop(found(new_angles=1), calls=11) == "dried_up"
    assert stop(found(new_angles=1), calls=10) is None
    assert stop(found(new_angles=0), calls=0) == "dried_up"


def test_it_says_when_a_cap_or_the_rounds_are_used_up() -> None:
    assert stop(found(), cap=CAP) == "budget"
    assert stop(found(new_angles=0), cap=CAP) == "budget"
    assert stop(found(), rounds_left=0) == "budget"


def test_otherwise_it_goes_round_again() -> None:
    assert stop(found()) is None
