import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from distillnet.memory.drift import drift_log, measure_drift
from distillnet.memory.embed import Vectors
from distillnet.records import Scene
from tests.hostile.corpus import TEXTS
from tests.memory.conftest import make_scene

SEED = np.array([1, 0, 0], np.float32)


def at(degrees: float) -> Vectors:
    """A unit vector so many degrees away from the seed."""
    angle = np.radians(degrees)
    return np.array([np.cos(angle), np.sin(angle), 0], np.float32)


def told(
    *entries: tuple[str, str, int, float], depth: int = 0
) -> tuple[list[Scene], dict[str, Vectors]]:
    """Scenes by (id, lens, round, degrees from the seed)."""
    scenes = [make_scene(id, lens=lens, round=round, depth=depth) for id, lens, round, _ in entries]
    return scenes, {id: at(degrees) for id, _, _, degrees in entries}


def test_the_cloud_moves_away_from_the_seed() -> None:
    log = measure_drift(
        *told(("a", "irony", 1, 20), ("b", "koan", 1, 40), ("c", "umwelt", 2, 90)), SEED
    )
    first, second = log
    assert (first.round, first.new, first.scenes) == (1, 2, 2)
    assert (second.round, second.new, second.scenes) == (2, 1, 3)
    assert first.moved is None and first.from_seed == pytest.approx(1 - np.cos(np.radians(30)))
    assert second.from_seed > first.from_seed
    centre = np.mean([at(20), at(40), at(90)], axis=0)
    centre /= np.linalg.norm(centre)
    assert second.moved == pytest.approx(1 - centre @ at(30), abs=1e-6)
    assert second.spread > first.spread
    assert (first.nearest[0].id, first.farthest[0].id) == ("a", "b")
    assert second.farthest[1] == pytest.approx(1, abs=1e-6)


def test_the_lenses_that_carried_it_are_named() -> None:
    (only,) = measure_drift(
        *told(("a", "near", 1, 5), ("b", "far", 1, 60), ("c", "back", 1, -10)), SEED
    )
    shares = dict(only.carriers)
    assert list(shares) == ["far", "near", "back"]
    assert shares["far"] > 0.8 and shares["back"] < 0
    assert sum(shares.values()) == pytest.approx(1)


def test_a_cloud_at_the_seed_has_nobody_who_moved_it() -> None:
    (only,) = measure_drift(*told(("a", "irony", 1, 0)), SEED)
    assert only.from_seed == pytest.approx(0, abs=1e-6) and only.carriers == ()


def test_rounds_without_accepted_scenes_are_left_out_and_none_is_said() -> None:
    log = measure_drift(*told(("a", "irony", 1, 20), ("c", "umwelt", 3, 90)), SEED)
    assert [entry.round for entry in log] == [1, 3]
    assert "No scene was accepted." in drift_log([], "en")
    assert "Ни одна сцена не принята." in drift_log([], "ru")


def test_the_log_tells_it_in_both_languages() -> None:
    log = measure_drift(*told(("a", "irony", 1, 20), ("c", "umwelt", 2, 90)), SEED)
    english, russian = drift_log(log, "en"), drift_log(log, "ru")
    assert "## Round 2" in english and "Carried by: umwelt +100%" in english
    assert f"| 1 | 2 | {log[1].from_seed:.3f} | {log[1].moved:.3f} |" in english
    assert "## Раунд 2" in russian and "Сдвинули: umwelt +100%" in russian


def test_deeper_scenes_are_told_apart_by_their_distance_from_the_seed() -> None:
    shallow, near = told(("a", "irony", 1, 10), ("b", "koan", 1, 50))
    deep, far = told(("c", "irony", 2, 60), ("d", "koan", 2, 80), depth=1)
    log = measure_drift([*shallow, *deep], near | far, SEED)
    first, second = (entry.depths for entry in log)
    at_seed, deeper = (1 - np.cos(np.radians(pair)).mean() for pair in ([10, 50], [60, 80]))
    assert second[:1] == first and [row[:2] for row in second] == [(0, 2), (1, 2)]
    assert [row[2] for row in second] == pytest.approx([at_seed, deeper], abs=1e-6)
    before, after = drift_log(log, "en").split("## Round 2")
    assert "| depth |" not in before
    assert f"| 0 | 2 | {at_seed:.3f} |\n| 1 | 2 | {deeper:.3f} |" in after
    assert "| глубина | сцен |" in drift_log(log, "ru")


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_quotes_stay_quotes(text: str) -> None:
    scenes, vectors = told(("a", "irony", 1, 20))
    log = measure_drift([scenes[0].model_copy(update={"text": text})], vectors, SEED)
    quotes = [line for line in drift_log(log, "en").split("\n") if line.startswith("> ")]
    assert len(quotes) == 2
    for quote in quotes:
        assert "<" not in quote and len(quote) < 2 * 6 * 300
        assert not any(quote[i] in "`*_[]" and quote[i - 1] != "\\" for i in range(1, len(quote)))


@examples(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 4), st.floats(-180, 180)), min_size=1, max_size=12),
)
def test_measures_stay_in_their_bounds(entries: list[tuple[int, float]]) -> None:
    scenes, vectors = told(
        *((f"s{i}", f"lens-{i % 3}", round, angle) for i, (round, angle) in enumerate(entries))
    )
    log = measure_drift(scenes, vectors, SEED)
    assert [entry.round for entry in log] == sorted({round for round, _ in entries})
    assert log[-1].scenes == len(entries) == sum(entry.new for entry in log)
    for entry in log:
        assert -1e-5 <= entry.from_seed <= 2 + 1e-5 and -1e-5 <= entry.spread <= 2 + 1e-5
        assert entry.nearest[1] <= entry.farthest[1]
    assert drift_log(log, "en")
