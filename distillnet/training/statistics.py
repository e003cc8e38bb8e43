"""What the difference between two sets of answers to the same items is worth."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

MIN_CLUSTERS = 5
"""With fewer clusters the bootstrap over clusters has too few distinct resamples."""
_Z_TWO_SIDED_5_PERCENT = 1.96
_Z_POWER_80_PERCENT = 0.84


class Difference(NamedTuple):
    """Accuracy of the student minus that of the base, as shares of 1.

    ``smallest_detectable`` above 1 means that so few items can show no difference at all. ``unit``
    says what the interval counts: facts (clusters), or items where there are fewer than 5 facts;
    it then holds for these items, not for the facts that might have been asked.
    """

    mean: float
    ci95: tuple[float, float]
    smallest_detectable: float
    clusters: int
    unit: Literal["fact", "item"]


def paired_difference(
    base: list[bool],
    student: list[bool],
    clusters: list[int],
    *,
    resamples: int,
    random_seed: int,
) -> Difference:
    """The mean of ``student - base`` over the items, its interval, and the test's resolution.

    ``base``, ``student`` (was the item answered correctly?) and ``clusters`` (the fact that the
    item examines) run in parallel over at least one item.

    The interval is the percentile interval of ``resamples`` bootstrap samples of whole clusters
    (Cameron, Gelbach & Miller 2008, Review of Economics and Statistics 90:414-427). With fewer
    than 5 clusters, and where every resample came out the same, it is the adjusted Wald interval
    for paired proportions (Agresti & Min 2005, Statistics in Medicine 24:729-740), which adds half
    an item to each cell of the table, so that six of six right do not pass for certainty.

    The smallest difference that the items could have shown with 80 % power at 5 % two-sided is
    ``(1.96 + 0.84) * sqrt(discordance / n) * sqrt(design effect)``: the sample size formula for
    paired proportions (Miettinen 1968, Biometrics 24:339-352; its test is McNemar's), in which
    ``discordance = (b + c + 1) / (n + 2)`` is the share of the items answered differently, smoothed
    so that agreement on a few items does not pass for certainty. The design effect (Kish 1965) is
    the variance of the mean by clusters over that by items, at least 1; 1 where items are the unit.
    """
    n = len(base)
    difference = np.array(student, dtype=float) - np.array(base, dtype=float)
    _, cluster = np.unique(clusters, return_inverse=True)
    count = int(cluster.max()) + 1
    by_cluster = count >= MIN_CLUSTERS
    group = cluster if by_cluster else np.arange(n)

    sizes = np.bincount(group)
    sums = np.bincount(group, weights=difference)
    drawn = np.random.default_rng(random_seed).integers(0, len(sizes), (resamples, len(sizes)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    if not by_cluster or low == high:
        low, high = _adjusted_wald(difference)

    mean = float(difference.mean())
    spread = float(((difference - mean) ** 2).sum())
    spread_by_group = float(((sums - sizes * mean) ** 2).sum())
    design_effect = max(1.0, spread_by_group / spread) if spread else 1.0
    discordance = (np.count_nonzero(difference) + 1) / (n + 2)
    z = _Z_TWO_SIDED_5_PERCENT + _Z_POWER_80_PERCENT
    return Difference(
        mean=mean,
        ci95=(float(low), float(high)),
        smallest_detectable=z * float(np.sqrt(discordance / n * design_effect)),
        clusters=count,
        unit="fact" if by_cluster else "item",
    )


def _adjusted_wald(difference: NDArray[np.float64]) -> tuple[float, float]:
    """95 % interval of the mean of differences that are -1, 0 or 1."""
    n = len(difference) + 2
    gained = (np.count_nonzero(difference > 0) + 0.5) / n
    lost = (np.count_nonzero(difference < 0) + 0.5) / n
    mean = gained - lost
    half = _Z_TWO_SIDED_5_PERCENT * float(np.sqrt((gained + lost - mean**2) / n))
    return max(-1.0, mean - half), min(1.0, mean + half)
