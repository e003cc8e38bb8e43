import random
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from numpy.typing import NDArray

from distillnet.errors import UsageError
from distillnet.memory.embed import open_embedder
from distillnet.tools import angles
from distillnet.tools.angles import Angles, Placed
from distillnet.tools.pair_features import Floats

SEED = "The city should close its centre to cars."
ANGLES = [
    [
        "Shops will lose customers who can no longer park at the door.",
        "Traders fear for their sales once drivers cannot stop in front of the store.",
        "Магазины потеряют покупателей, которым негде поставить машину.",
    ],
    [
        "The air that children breathe would be cleaner.",
        "Cleaner air would help the children who breathe it.",
        "Воздух, которым дышат дети, станет чище.",
    ],
    [
        "Streets without traffic are quiet, and people sleep better.",
        "People would sleep better because quiet streets have no traffic.",
        "Без машин на улицах тихо, и люди лучше спят.",
    ],
]


def unit(rows: NDArray[np.floating]) -> Floats:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def names(n: int) -> list[str]:
    return [f"scene-{k}" for k in range(n)]


def by_cosine(threshold: float) -> Angles:
    return Angles(np.ones(1, np.float32), str, threshold=threshold, judged=False)


def made_up(n: int, random_seed: int = 3) -> tuple[Floats, dict[str, str]]:
    """n scenes of about n / 4 angles: vectors near a centre, words of its own vocabulary."""
    rng = np.random.default_rng(random_seed)
    centre = rng.integers(0, max(1, n // 4), n)
    vectors = unit(rng.normal(size=(n, 512))[centre] + 0.7 * rng.normal(size=(n, 512)))
    texts = [" ".join(f"w{k}x{rng.integers(6)}" for _ in range(8)) for k in centre]
    return vectors, dict(zip(names(n), texts, strict=True))


@pytest.fixture
def few_together(monkeypatch: pytest.MonkeyPatch) -> int:
    """How many of the first scenes are judged among all."""
    monkeypatch.setattr(angles, "_TOGETHER", 24)
    return 24


def partition(labels: Sequence[int]) -> set[frozenset[int]]:
    return {frozenset(k for k, one in enumerate(labels) if one == each) for each in set(labels)}


def added(found: Angles, ids: list[str], vectors: Floats, cuts: Sequence[int]) -> list[Placed]:
    placed = []
    for start, end in pairwise([0, *sorted(cuts), len(ids)]):
        placed += found.add(ids[start:end], vectors[start:end])
    return placed


def test_the_same_point_in_other_words_is_the_same_angle() -> None:
    texts = [wording for row in zip(*ANGLES, strict=True) for wording in row]
    vectors = open_embedder("use")([SEED, *texts])
    found = Angles(vectors[0], lambda id: texts[int(id)])
    placed = found.add([str(k) for k in range(9)], vectors[1:])
    assert [one.angle for one in placed] == [0, 1, 2] * 3
    assert [one.is_new for one in placed] == [True] * 3 + [False] * 6
    assert (placed[0].nearest, placed[0].probability) == (None, 0.0)
    assert all(int(one.nearest or -1) % 3 == one.angle for one in placed[3:])
    assert min(one.probability for one in placed[3:]) > max(one.probability for one in placed[:3])


@examples(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=40),
    st.integers(0, 10**6),
    st.randoms(use_true_random=False),
    st.lists(st.integers(0, 40)),
)
def test_well_separated_groups_are_found_in_any_order_and_split(
    truth: list[int], seed: int, shuffler: random.Random, cuts: list[int]
) -> None:
    noise = unit(np.random.default_rng(seed).normal(size=(len(truth), 64)).astype(np.float32))
    vectors = unit(np.eye(6, 64, dtype=np.float32)[truth] + 0.2 * noise)
    order = list(range(len(truth)))
    shuffler.shuffle(order)
    found = by_cosine(0.5)
    added(found, [str(k) for k in order], vectors[order], cuts)
    labels = list(found.labels.values())
    assert list(found.labels) == [str(k) for k in order]
    assert list(dict.fromkeys(labels)) == list(range(len(set(truth))))  # by first appearance
    assert partition([found.labels[str(k)] for k in range(len(truth))]) == partition(truth)


@examples(max_examples=80, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 30), st.sampled_from([-1.0, 0.2, 0.5, 0.9]))
def test_a_scene_joins_the_angle_with_the_highest_mean_or_opens_one(
    seed: int, n: int, threshold: float
) -> None:
    vectors = unit(np.random.default_rng(seed).normal(size=(n, 3)))
    cosines = vectors @ vectors.T
    labels: list[int] = []
    for k, one in enumerate(by_cosine(threshold).add(names(n), vectors)):
        before = np.asarray(labels, np.int64)
        means = [cosines[k, :k][before == angle].mean() for angle in range(len(set(labels)))]
        is_new = max(means, default=-2.0) < threshold
        angle = len(means) if is_new else int(np.argmax(means))
        assert (one.angle, one.is_new) == (angle, is_new)
        if k:
            near = [j for j in range(k) if is_new or labels[j] == angle]
            likest = max(near, key=lambda j: cosines[k, j])
            assert one.nearest == f"scene-{likest}"
            assert one.probability == pytest.approx(cosines[k, likest], abs=1e-5)
        labels.append(angle)


def test_a_threshold_of_one_joins_only_what_is_the_same() -> None:
    rows = unit(np.random.default_rng(1).normal(size=(2, 512)))
    placed = by_cosine(1.0).add(names(4), np.stack([rows[0], rows[1], rows[0], rows[1]]))
    assert [one.angle for one in placed] == [0, 1, 0, 1]


def test_after_the_first_scenes_labels_do_not_depend_on_how_they_are_split(
    few_together: int,
) -> None:
    vectors, texts = made_up(60)
    whole, split = (Angles(vectors[0], texts.__getitem__) for _ in range(2))
    placed = added(whole, names(60), vectors, [])
    assert added(split, names(60), vectors, [few_together, few_together + 1, 40, 41]) == placed
    assert whole.labels == split.labels
    assert 1 < sum(one.is_new for one in placed) < 50


def test_the_first_scenes_are_judged_among_all_that_have_arrived() -> None:
    vectors, texts = made_up(40)
    together, alone = (Angles(vectors[0], texts.__getitem__) for _ in range(2))
    at_once, one_by_one = (
        added(together, names(40), vectors, []),
        added(alone, names(40), vectors, range(40)),
    )
    assert [one.id for one in at_once] == [one.id for one in one_by_one]
    assert at_once[1].probability != one_by_one[1].probability


@pytest.mark.parametrize("cut", [0, 10, 50])
def test_a_run_that_goes_on_decides_as_if_it_had_not_stopped(few_together: int, cut: int) -> None:
    vectors, texts = made_up(60)
    ids = names(60)
    whole, resumed = (Angles(vectors[0], texts.__getitem__) for _ in range(2))
    whole.add(ids[:cut], vectors[:cut])
    resumed.restore(ids[:cut], vectors[:cut], list(whole.labels.values()))
    assert resumed.add(ids[cut:], vectors[cut:]) == whole.add(ids[cut:], vectors[cut:])
    assert resumed.labels == whole.labels


def test_only_candidates_are_read() -> None:
    vectors, texts = made_up(2000)
    asked: list[str] = []

    def text_of(id: str) -> str:
        asked.append(id)
        return texts[id]

    found = Angles(vectors[0], text_of)
    found.restore(names(1990), vectors[:1990], [k % 7 for k in range(1990)])
    assert asked == []
    placed = found.add(names(2000)[1990:], vectors[1990:])
    assert len(asked) == len(set(asked)) <= 10 * (angles._NEIGHBOURS + 1)
    assert all(one.angle == 7 + k for k, one in enumerate(one for one in placed if one.is_new))


def test_an_angle_never_changes_and_no_scene_comes_twice() -> None:
    vectors = unit(np.random.default_rng(5).normal(size=(6, 8)))
    found = by_cosine(0.1)
    found.add(names(4), vectors[:4])
    before = dict(found.labels)
    for ids in (["scene-1", "x"], ["x", "x"]):
        with pytest.raises(ValueError, match="an id came before"):
            found.add(ids, vectors[4:])
    assert found.labels == before and found.add([], vectors[:0]) == []
    found.add(["y", "z"], vectors[4:])
    assert list(found.labels.items())[:4] == list(before.items())


def test_a_judge_needs_the_vectors_that_it_was_fitted_to() -> None:
    vectors = unit(np.random.default_rng(5).normal(size=(2, 8)))
    with pytest.raises(UsageError, match="embed with 'use'"):
        Angles(vectors[0], str).add(names(2), vectors)
    with pytest.raises(ValueError, match="a threshold of cosine"):
        Angles(vectors[0], str, judged=False)
