"""Who is better than whom, and between which places each may stand."""

import numpy as np
from numpy.typing import NDArray

from distillnet.training.statistics import by_few_clusters


def better_than(
    scores: NDArray[np.float64], clusters: int, level: float = 0.95
) -> NDArray[np.bool_]:
    """Which competitor is better than which: entry [i, j] is whether i is proven better than j.

    ``scores`` has shape (resamples, competitors), higher is better: means of
    ``statistics.cluster_bootstrap``, from the same samples where they are on the same items and
    with another random seed where not. ``clusters`` says of how many the samples were.

    All pairs are judged together by the largest studentised deviation (Romano & Wolf 2005,
    Econometrica 73:1237-1282, one step), widened as for few clusters, so that with probability
    ``level`` not one of the claims is false. Fewer than 2 clusters prove nothing.
    """
    count = scores.shape[1]
    first, second = np.triu_indices(count, k=1)
    differences = scores[:, first] - scores[:, second]
    centre, error = differences.mean(axis=0), differences.std(axis=0)
    # Competitors that always score the same are not divided by their spread of 0, save rounding.
    varied = error > 1e-12
    better = np.zeros((count, count), dtype=bool)
    if clusters < 2 or not varied.any():
        return better
    first, second, differences = first[varied], second[varied], differences[:, varied]
    centre, error = centre[varied], error[varied]
    largest = np.abs((differences - centre) / error).max(axis=1)
    margin = by_few_clusters(float(np.quantile(largest, level)), clusters) * error
    better[first, second] = centre > margin
    better[second, first] = -centre > margin
    return better


def rank_intervals(
    scores: NDArray[np.float64], clusters: int, level: float = 0.95
) -> list[tuple[int, int]]:
    """The best and the worst place, from 1, that each competitor may have in truth.

    From 1 + how many are better to the number of competitors - how many are worse, by
    ``better_than``: with probability ``level`` all true places lie within (Mogstad, Romano, Shaikh
    & Wilhelm 2024, Review of Economic Studies 91:476-518). Equal competitors share all places,
    which the mere spread of bootstrap ranks does not show (Hall & Miller 2009, Annals of Statistics
    37:3929-3959).
    """
    better = better_than(scores, clusters, level)
    above, below = better.sum(axis=0), better.sum(axis=1)
    return [(1 + int(a), len(better) - int(b)) for a, b in zip(above, below, strict=True)]
