from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distillnet.training.statistics import (
    Difference,
    cluster_bootstrap,
    cluster_interval,
    paired_difference,
)


def difference(
    base: Sequence[float], student: Sequence[float], clusters: Sequence[int], resamples: int = 400
) -> Difference:
    return paired_difference(base, student, clusters, resamples=resamples, random_seed=1)


def clustered(rng: np.random.Generator, *, facts: int, size: int) -> tuple[list[bool], list[bool]]:
    """Answers that agree within a fact: the fact decides, an item deviates one time in ten.

    The expected difference is 0.8 * (0.6 - 0.3) = 0.24.
    """

    def answers(known: float) -> list[bool]:
        right = np.repeat(rng.random(facts) < known, size)
        return [bool(x) for x in right ^ (rng.random(facts * size) < 0.1)]

    return answers(0.3), answers(0.6)


def test_the_interval_covers_the_true_difference_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    facts, size, runs = 30, 4, 300
    by_fact = by_item = 0
    for _ in range(runs):
        base, student = clustered(rng, facts=facts, size=size)
        low, high = difference(base, student, [i // size for i in range(facts * size)]).ci95
        by_fact += low <= 0.24 <= high
        low, high = difference(base, student, list(range(facts * size))).ci95
        by_item += low <= 0.24 <= high
    assert 0.91 <= by_fact / runs <= 0.98
    assert by_item / runs < 0.80  # what ignoring the clusters would claim


@pytest.mark.parametrize("size", [1, 4])
def test_a_difference_of_the_smallest_detectable_size_is_found_four_times_in_five(
    size: int,
) -> None:
    rng = np.random.default_rng(6)
    facts = 100
    clusters = [i // size for i in range(facts * size)]

    def sample(gain: float) -> Difference:
        """Of the facts 25 % + gain are learned and 25 % - gain forgotten (gain as a half)."""
        draw = rng.random(facts)
        learned = draw < 0.25 + gain / 2
        forgotten = draw > 0.75 + gain / 2
        base = np.repeat(forgotten, size).tolist()
        student = np.repeat(learned, size).tolist()
        return difference(base, student, clusters)

    smallest = sample(0.0).smallest_detectable
    found = sum(sample(smallest).ci95[0] > 0 for _ in range(200)) / 200
    assert 0.70 <= found <= 0.90


def test_equal_answers_give_a_zero_that_does_not_pass_for_certainty() -> None:
    result = difference([True] * 12, [True] * 12, list(range(12)))
    assert result.mean == 0.0
    assert result.ci95[0] == -result.ci95[1] < 0
    assert result.smallest_detectable == pytest.approx(2.8 * np.sqrt(1 / 14 / 12))


def test_a_gain_everywhere_is_a_gain_of_one() -> None:
    result = difference([False] * 12, [True] * 12, list(range(12)))
    assert result.mean == result.ci95[1] == 1.0
    assert 0.5 < result.ci95[0] < 0.9


def test_one_item_can_show_nothing() -> None:
    result = difference([False], [True], [7])
    assert (result.mean, result.clusters, result.unit) == (1.0, 1, "item")
    assert result.ci95[0] < 0 < result.ci95[1]
    assert result.smallest_detectable > 1


def test_facts_are_resampled_from_five_on() -> None:
    base, student = [False, True] * 5, [True, True] * 5
    five = [i // 2 for i in range(10)]
    four = [min(cluster, 3) for cluster in five]
    assert (difference(base, student, five).unit, difference(base, student, five).clusters) == (
        "fact",
        5,
    )
    assert (difference(base, student, four).unit, difference(base, student, four).clusters) == (
        "item",
        4,
    )


def test_the_same_seed_gives_the_same_interval_whatever_the_facts_are_called() -> None:
    base, student = clustered(np.random.default_rng(2), facts=20, size=3)
    numbers = [i // 3 for i in range(60)]
    assert difference(base, student, numbers) == difference(
        base, student, [1000 + 7 * n for n in numbers]
    )


@pytest.mark.parametrize("documents", [6, 10])
def test_few_documents_widen_the_interval_so_that_it_still_covers(documents: int) -> None:
    """Nats: the plain percentiles cover 84 to 90 times in 100 here."""
    rng = np.random.default_rng(8)
    clusters = np.repeat(range(documents), 4)
    covered, runs = 0, 400
    for _ in range(runs):
        values = 0.1 + rng.normal(0, 1, documents)[clusters] + rng.normal(0, 1, len(clusters))
        low, high = cluster_interval(values, clusters.tolist(), resamples=400, random_seed=1)
        covered += low <= 0.1 <= high
    assert covered / runs >= 0.91


def test_means_over_training_seeds_and_nats_are_compared_like_right_and_wrong() -> None:
    base = [0.0, 1 / 3, 2 / 3, 1.0, 0.0, 1 / 3]
    result = difference(base, [score + 0.25 for score in base], [0, 1, 2, 3, 4, 5])
    assert result.mean == pytest.approx(0.25)
    # Numbers that all say the same, and are no shares: one is above 1.
    assert result.ci95 == pytest.approx((0.25, 0.25))
    nats = difference([-2.0, -3.0, -2.5, -4.0, -1.0], [-1.0, -2.5, -2.5, -2.0, -1.0], [*range(5)])
    assert nats.mean == pytest.approx(0.7)
    assert nats.ci95[0] < 0.7 < nats.ci95[1]


@pytest.mark.parametrize("clusters", [[*range(8)], [0, 0, 1, 1, 2, 2, 3, 3]])
@pytest.mark.parametrize("gain", [0.0, 1 / 3])
def test_means_over_seeds_that_agree_do_not_pass_for_certainty(
    clusters: list[int], gain: float
) -> None:
    base = [0.0, 1 / 3, 2 / 3, 1 / 3, 0.0, 1 / 3, 2 / 3, 0.0]
    result = difference(base, [score + gain for score in base], clusters)
    one_item_of_one_seed = 1 / 3 / 8
    assert result.mean == pytest.approx(gain)
    low, high = result.ci95
    assert (low, high) == pytest.approx(
        (gain - 1.96 * one_item_of_one_seed, gain + 1.96 * one_item_of_one_seed)
    )
    assert result.smallest_detectable == pytest.approx(2.8 * one_item_of_one_seed)
    # The least standard error is that of such a change.
    changed = difference(base, [score + (i == 3) / 3 for i, score in enumerate(base)], clusters)
    assert changed.mean == pytest.approx(one_item_of_one_seed)
    assert changed.smallest_detectable == pytest.approx(result.smallest_detectable)


@pytest.mark.parametrize("score", [0.5, 1 - 1e-12])
def test_one_item_of_equal_shares_shows_nothing(score: float) -> None:
    result = difference([score], [score], [0])
    assert result.mean == 0
    assert np.isfinite(result.ci95).all()


def test_the_standard_error_of_numbers_is_the_clustered_one() -> None:
    # Cluster sums 3, 1, 2, 0, 4 of two items each, mean 1: centred 1, -1, 0, -2, 2; G / (G - 1) is
    # 5 / 4, so that the standard error is sqrt(5 / 4 * 10) / 10.
    values = [1.0, 2.0, 0.5, 0.5, 2.0, 0.0, 0.0, 0.0, 3.0, 1.0]
    clusters = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    result = difference([0.0] * 10, values, clusters)
    assert result.smallest_detectable == pytest.approx(2.8 * np.sqrt(12.5) / 10)


def test_right_and_wrong_as_numbers_have_the_same_resolution_up_to_the_stated_factor() -> None:
    rng = np.random.default_rng(10)
    clusters = [i // 4 for i in range(1200)]
    base, student = clustered(rng, facts=300, size=4)
    exact = difference(base, student, clusters)
    # A hair's breadth of change makes numbers of them.
    numbers = difference([float(b) for b in base], [s + 1e-9 for s in student], clusters)
    changed = np.mean(np.array(base) != np.array(student))
    factor = np.sqrt(changed / (changed - exact.mean**2))
    assert exact.smallest_detectable == pytest.approx(
        factor * numbers.smallest_detectable, rel=0.01
    )
    assert numbers.ci95 == pytest.approx(exact.ci95)


def test_a_gain_in_nats_of_the_smallest_detectable_size_is_found_four_times_in_five() -> None:
    rng = np.random.default_rng(11)
    clusters = [i // 3 for i in range(120)]

    def sample(gain: float) -> Difference:
        noise = rng.normal(0, 1, 40)[clusters] + rng.normal(0, 1, 120)
        return difference([0.0] * 120, (noise + gain).tolist(), clusters)

    smallest = np.mean([sample(0.0).smallest_detectable for _ in range(20)])
    found = sum(sample(float(smallest)).ci95[0] > 0 for _ in range(200)) / 200
    assert 0.70 <= found <= 0.90


def test_one_pair_of_numbers_can_show_nothing() -> None:
    result = difference([2.5], [1.5], [0])
    assert result.ci95[0] < 0 < result.ci95[1]
    assert result.smallest_detectable > abs(result.mean)


def test_every_column_is_resampled_alike() -> None:
    values = np.arange(12.0).reshape(6, 2)
    clusters = ["a", "a", "b", "c", "c", "d"]
    both = cluster_bootstrap(values, clusters, resamples=50, random_seed=3)
    assert both.shape == (50, 2)
    assert both[:, 1] - both[:, 0] == pytest.approx(1.0)
    alone = cluster_bootstrap(values[:, 0], clusters, resamples=50, random_seed=3)
    assert both[:, 0] == pytest.approx(alone)


@given(
    st.lists(
        st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.integers(0, 9)),
        min_size=1,
        max_size=40,
    )
)
def test_the_interval_lies_around_the_mean_and_turns_with_the_sides(
    pairs: list[tuple[float, float, int]],
) -> None:
    base, student, clusters = (list(column) for column in zip(*pairs, strict=True))
    there = paired_difference(base, student, clusters, resamples=100, random_seed=1)
    back = paired_difference(student, base, clusters, resamples=100, random_seed=1)
    assert np.isfinite([there.mean, *there.ci95, there.smallest_detectable]).all()
    assert there.ci95[0] <= there.ci95[1]
    assert back.mean == -there.mean
    assert back.smallest_detectable == pytest.approx(there.smallest_detectable)
    assert back.ci95 == pytest.approx((-there.ci95[1], -there.ci95[0]), abs=1e-6)
