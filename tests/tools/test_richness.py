import math
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distillnet.tools.richness import chao1, chao1_interval, good_turing


def sample(weights: list[float], n: int, seed: int) -> list[int]:
    return random.Random(seed).choices(range(len(weights)), weights, k=n)


@pytest.mark.parametrize(("angles", "n"), [(5, 60), (30, 60), (200, 60), (200, 400)])
def test_good_turing_estimates_the_seen_share_of_a_population(angles: int, n: int) -> None:
    weights = [1 / rank for rank in range(1, angles + 1)]
    total = sum(weights)
    errors = []
    for seed in range(200):
        drawn = sample(weights, n, seed)
        seen = sum(weights[label] for label in set(drawn)) / total
        errors.append(good_turing(drawn) - seen)
    # Unbiased up to O(1/n) (Good 1953).
    assert abs(sum(errors) / len(errors)) < 0.03


@pytest.mark.parametrize(("angles", "n"), [(20, 100), (100, 150), (300, 150)])
def test_chao1_is_a_lower_bound_that_sees_further_than_counting(angles: int, n: int) -> None:
    estimates, counted = [], []
    for seed in range(200):
        drawn = sample([1 / rank for rank in range(1, angles + 1)], n, seed)
        estimates.append(chao1(drawn))
        counted.append(len(set(drawn)))
    mean = sum(estimates) / len(estimates)
    assert sum(counted) / len(counted) < mean < 1.05 * angles


def test_chao1_finds_the_number_of_equally_likely_angles() -> None:
    estimates = [chao1(sample([1.0] * 50, 75, seed)) for seed in range(300)]
    assert sum(estimates) / len(estimates) == pytest.approx(50, rel=0.05)


@given(st.lists(st.integers(0, 8)))
def test_estimates_stay_in_their_bounds(labels: list[int]) -> None:
    assert 0 <= good_turing(labels) <= 1
    assert chao1(labels) >= len(set(labels))
    if labels and min(Counter(labels).values()) > 1:
        assert good_turing(labels) == 1
        assert chao1(labels) == len(set(labels))


def test_estimates_by_hand() -> None:
    # n = 5 scenes of S = 4 angles: f1 = 3 seen once, f2 = 1 seen twice.
    assert good_turing([0, 0, 1, 2, 3]) == pytest.approx(1 - 3 / 5)
    assert chao1([0, 0, 1, 2, 3]) == pytest.approx(4 + 3 * 2 / (2 * (1 + 1)))
    assert (good_turing([]), chao1([])) == (0, 0)


@given(st.lists(st.integers(0, 12), max_size=60))
def test_the_interval_holds_the_estimate_and_what_was_seen(labels: list[int]) -> None:
    low, high = chao1_interval(labels)
    seen = len(set(labels))
    assert seen <= low <= high and math.isfinite(high)
    if chao1(labels) > seen:
        assert low <= chao1(labels) <= high


@pytest.mark.parametrize(("angles", "n"), [(30, 60), (50, 75), (50, 150)])
def test_the_interval_holds_the_number_of_equally_likely_angles(angles: int, n: int) -> None:
    held = 0
    for seed in range(300):
        low, high = chao1_interval(sample([1.0] * angles, n, seed))
        held += low <= angles <= high
    # Nominally 95 %; benchmarks/richness.py prints what is reached.
    assert held >= 0.85 * 300


def test_the_interval_by_hand() -> None:
    # S = 4, f1 = 3, f2 = 1: 1.5 unseen, their variance by EstimateS, equation 6.
    variance = 3 * 2 / 4 + 3 * 5**2 / (4 * 2**2) + 3**2 * 1 * 2**2 / (4 * 2**4)
    width = math.exp(1.959964 * math.sqrt(math.log(1 + variance / 1.5**2)))
    assert chao1_interval([0, 0, 1, 2, 3]) == pytest.approx((4 + 1.5 / width, 4 + 1.5 * width))
    assert chao1_interval([]) == (0, 0)


def test_more_scenes_narrow_the_interval() -> None:
    few = chao1_interval(sample([1.0] * 50, 60, 1))
    many = chao1_interval(sample([1.0] * 50, 200, 1))
    assert many[1] - many[0] < few[1] - few[0]
