import numpy as np
import pytest

from distillnet.training.statistics import Difference, paired_difference


def difference(
    base: list[bool], student: list[bool], clusters: list[int], *, resamples: int = 400
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
    assert 0.90 <= by_fact / runs <= 0.98
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
