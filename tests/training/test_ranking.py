import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distillnet.training.ranking import better_than, rank_intervals
from distillnet.training.statistics import cluster_bootstrap


def bootstrap(values: np.ndarray, size: int = 1, random_seed: int = 1) -> np.ndarray:
    clusters = [i // size for i in range(len(values))]
    return cluster_bootstrap(values, clusters, resamples=500, random_seed=random_seed)


def places(values: np.ndarray, size: int = 1) -> list[tuple[int, int]]:
    return rank_intervals(bootstrap(values, size), len(values) // size)


def test_clear_differences_give_each_its_own_place() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, (100, 3))
    assert places(noise + np.array([0, 2, 1])) == [(3, 3), (1, 1), (2, 2)]


def test_competitors_that_cannot_be_told_apart_share_their_places() -> None:
    noise = np.random.default_rng(2).normal(0, 1, (50, 4))
    values = noise + np.array([0, 0, 0, 5])
    assert places(values) == [(2, 4), (2, 4), (2, 4), (1, 1)]
    better = better_than(bootstrap(values), 50)
    assert better[3].tolist() == [True, True, True, False]
    assert better.sum() == 3


def test_the_same_answers_are_a_tie_and_one_alone_is_the_first() -> None:
    values = np.random.default_rng(3).normal(0, 1, (20, 1))
    assert places(np.hstack([values, values])) == [(1, 2), (1, 2)]
    assert places(values) == [(1, 1)]


def test_what_both_hold_in_common_does_not_hide_who_is_better() -> None:
    """The items differ far more in difficulty than the competitors in skill."""
    rng = np.random.default_rng(4)
    difficulty = rng.normal(0, 10, (80, 1))
    values = difficulty + rng.normal(0, 0.1, (80, 2)) + [0, 0.2]
    assert places(values) == [(2, 2), (1, 1)]


@pytest.mark.parametrize("skills", [[0, 0, 0, 0, 0], [0, 0.2, 0.4, 0.6, 0.8]])
def test_no_true_place_is_missed_in_nineteen_of_twenty_tournaments(skills: list[float]) -> None:
    rng = np.random.default_rng(5)
    facts, size, runs, right, plain = 40, 3, 200, 0, 0
    equal = len(set(skills)) == 1
    truth = [(1, 5)] * 5 if equal else [(place, place) for place in (5, 4, 3, 2, 1)]
    for _ in range(runs):
        shared = np.repeat(rng.normal(0, 1, (facts, 5)), size, axis=0)
        values = shared + rng.normal(0, 1, (facts * size, 5)) + skills
        right += all(
            low <= best and worst <= high
            for (low, high), (best, worst) in zip(places(values, size), truth, strict=True)
        )
        order = np.argsort(-bootstrap(values, size), axis=1)
        low, high = np.percentile(1 + np.argsort(order, axis=1), [2.5, 97.5], axis=0)
        plain += bool(((low <= 1) & (high >= 5)).all())
    assert right / runs >= 0.92
    if equal:
        assert plain / runs < 0.5  # the spread of the bootstrap's own ranks


def test_ten_equals_on_five_facts_are_seldom_told_apart() -> None:
    """Each with a test of its own. Without the widening half of such tournaments name a winner."""
    rng = np.random.default_rng(6)
    whole, runs = 0, 100
    for _ in range(runs):
        gains = np.repeat(rng.choice([-1.0, 0.0, 1.0], (5, 10), p=[0.15, 0.5, 0.35]), 4, axis=0)
        kept = gains * (rng.random((20, 10)) < 0.9)
        scores = np.column_stack([bootstrap(kept[:, i], 4, i) for i in range(10)])
        whole += rank_intervals(scores, 5) == [(1, 10)] * 10
    assert whole / runs >= 0.92


def test_one_fact_proves_nothing() -> None:
    values = np.random.default_rng(7).normal(0, 0.1, (6, 2)) + np.array([0, 5])
    assert rank_intervals(bootstrap(values), 1) == [(1, 2), (1, 2)]


@given(st.integers(0, 10_000), st.integers(1, 6))
def test_places_hold_together(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    scores = bootstrap(rng.normal(0, 1, (12, count)) + rng.normal(0, 2, count))
    better = better_than(scores, 12)
    assert not (better & better.T).any()
    means = scores.mean(axis=0)
    order = np.argsort(-means)
    intervals = rank_intervals(scores, 12)
    for place, competitor in enumerate(order, start=1):
        low, high = intervals[competitor]
        assert 1 <= low <= place <= high <= count
