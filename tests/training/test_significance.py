import numpy as np
import pytest

from distillnet.training.significance import holm, mcnemar_exact, sign_flip_p

DARWIN = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
"""Crossed minus self-fertilised maize, in eighths of an inch (Fisher 1935, section 17)."""


@pytest.mark.parametrize(
    ("b", "c", "p"),
    [
        (0, 0, 1.0),
        (3, 3, 1.0),
        (0, 5, 2 / 32),
        (5, 15, 2 * (1 + 20 + 190 + 1140 + 4845 + 15504) / 2**20),
    ],
)
def test_mcnemar_counts_the_binomial_tail_twice(b: int, c: int, p: float) -> None:
    assert mcnemar_exact(b, c) == mcnemar_exact(c, b) == pytest.approx(p, rel=1e-12)


def test_many_changes_neither_overflow_nor_reach_below_zero() -> None:
    assert mcnemar_exact(0, 5000) == 0.0
    assert 0.8 < mcnemar_exact(5000, 5010) <= 1.0


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        mcnemar_exact(-1, 3)


def test_holm_of_a_known_example() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.4, 0.9]) == [0.8, 0.9]
    assert holm([0.7, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_few_clusters_are_counted_out() -> None:
    # Of the 8 totals +-1 +-2 +-3 two are as far from 0 as 6, and six as far as 2.
    assert sign_flip_p([1, 2, 3], [0, 1, 2]) == 2 / 8
    assert sign_flip_p([1, -2, 3], ["a", "b", "c"]) == 6 / 8
    assert sign_flip_p([0.1 + 0.2, -0.3], [0, 1]) == 1.0  # equal but for rounding
    assert sign_flip_p([1.0] * 40, [i % 4 for i in range(40)]) == 2 / 16


def test_darwins_maize_gives_fishers_figure() -> None:
    """Fisher counts 863 of 32,768 totals of 314 or more, and as many the other way."""
    p = sign_flip_p(DARWIN, list(range(15)), resamples=100_000)
    assert p == pytest.approx(2 * 863 / 2**15, abs=0.002)


def test_random_patterns_never_give_a_zero_and_are_the_same_again() -> None:
    clusters = list(range(40))
    assert sign_flip_p([1.0] * 40, clusters, resamples=999) == 1 / 1000
    values = np.random.default_rng(1).normal(0.2, 1, 40).tolist()
    assert sign_flip_p(values, clusters) == sign_flip_p(values, clusters)


@pytest.mark.parametrize("documents", [8, 20])
def test_without_an_effect_one_test_in_twenty_says_there_is_one(documents: int) -> None:
    rng = np.random.default_rng(2)
    clusters = np.repeat(range(documents), 5)
    runs, by_document, by_item = 300, 0, 0
    for _ in range(runs):
        values = rng.normal(0, 1, documents)[clusters] + rng.normal(0, 0.5, len(clusters))
        by_document += sign_flip_p(values.tolist(), clusters.tolist(), resamples=499) < 0.05
        by_item += sign_flip_p(values.tolist(), list(range(len(values))), resamples=499) < 0.05
    assert by_document / runs <= 0.09
    assert by_item / runs > 0.2  # what ignoring the documents would claim
