"""How often chance alone would give such a difference: p-values of paired comparisons."""

from collections.abc import Sequence

import numpy as np

from distillnet.training.statistics import Clusters

_EXACT = 4096
"""So many sign patterns or fewer are all gone through."""
_BATCH = 1024


def mcnemar_exact(b: int, c: int) -> float:
    """Two-sided exact p-value that ``b`` changes one way and ``c`` the other are even chances.

    ``min(1, 2 * P(X <= min(b, c)))`` with X binomial of b + c and 1/2 (McNemar 1947, Psychometrika
    12:153-157; exact, not mid-p). It takes items as independent: for several items of one fact
    ``sign_flip_p`` holds. Raises ValueError where a count is negative.
    """
    if b < 0 or c < 0:
        raise ValueError("counts of changed answers are 0 or more")
    n, ways, tail = b + c, 1, 0
    for k in range(min(b, c) + 1):
        tail += ways
        ways = ways * (n - k) // (k + 1)
    return min(1.0, 2 * tail / (1 << n))


def sign_flip_p(
    differences: Sequence[float],
    clusters: Clusters,
    *,
    resamples: int = 9_999,
    random_seed: int = 17,
) -> float:
    """Two-sided p-value that the paired differences, by clusters, are as likely up as down.

    Each cluster's sum keeps or changes its sign; p is the share of the sign patterns whose total is
    at least as far from 0 as the one observed (Fisher 1935, The Design of Experiments, section 21;
    for clusters Canay, Romano & Shaikh 2017, Econometrica 85:1013-1030). All patterns are counted
    up to 12 clusters; with more, ``resamples`` random ones and the observed one, so that p is never
    0. With G clusters p is at least 2 / 2**G: five or fewer cannot reach 5 %.
    """
    names, cluster = np.unique(np.asarray(clusters), return_inverse=True)
    sums = np.bincount(cluster, weights=np.asarray(differences, dtype=float))
    groups = len(names)
    # Totals that differ by rounding alone are equal.
    reached = abs(sums.sum()) - 1e-9 * np.abs(sums).sum()
    if 2**groups <= _EXACT:
        patterns = np.arange(2**groups)[:, None] >> np.arange(groups) & 1
        return float(np.mean(np.abs((1 - 2 * patterns) @ sums) >= reached))
    random = np.random.default_rng(random_seed)
    as_far = 0
    for begin in range(0, resamples, _BATCH):
        patterns = random.integers(0, 2, (min(_BATCH, resamples - begin), groups))
        as_far += int(np.count_nonzero(np.abs((1 - 2 * patterns) @ sums) >= reached))
    return (as_far + 1) / (resamples + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values adjusted for being several, in their order; at most 1.

    Rejecting those below 5 % keeps the chance of any false rejection below 5 % (Holm 1979,
    Scandinavian Journal of Statistics 6:65-70).
    """
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for done, i in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        largest = max(largest, min(1.0, (len(p_values) - done) * p_values[i]))
        adjusted[i] = largest
    return adjusted
