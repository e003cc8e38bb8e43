"""How many angles were seen, and how many may be unseen.

An angle is a cluster of meaning. The estimators are those of ecology, where species are counted
in a sample: Good (1953) for the share of the population that the sample's species make up, and
Chao (1984), bias-corrected, for a lower bound of the number of species.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def cluster(vectors: NDArray[np.float32], threshold: float) -> list[int]:
    """Label of each of n unit vectors (n, d): average-linkage clusters of cosine >= ``threshold``.

    Labels count from 0 in the order of first appearance. The two closest clusters are merged as
    long as the mean cosine of their pairs reaches the threshold. O(n^2) memory and up to O(n^3)
    time: for the scenes of one run.
    """
    n = len(vectors)
    similarity = (vectors @ vectors.T).astype(np.float64)
    np.fill_diagonal(similarity, -np.inf)
    sizes = np.ones(n)
    members = [[i] for i in range(n)]
    while n > 1:
        i, j = sorted(divmod(int(similarity.argmax()), n))
        if similarity[i, j] < threshold:
            break
        # Lance-Williams update for average linkage.
        merged = (sizes[i] * similarity[i] + sizes[j] * similarity[j]) / (sizes[i] + sizes[j])
        similarity[i], similarity[:, i] = merged, merged
        similarity[i, i] = -np.inf
        similarity[j], similarity[:, j] = -np.inf, -np.inf
        sizes[i] += sizes[j]
        members[i] += members[j]
        members[j] = []
    labels = [0] * n
    groups = sorted((group for group in members if group), key=min)
    for label, group in enumerate(groups):
        for i in group:
            labels[i] = label
    return labels


def good_turing(labels: Sequence[int]) -> float:
    """Good-Turing sample coverage 1 - f1/n: f1 of the n scenes are alone in their angle."""
    if not labels:
        return 0.0
    counts = Counter(labels).values()
    return 1 - sum(count == 1 for count in counts) / len(labels)


def chao1(labels: Sequence[int]) -> float:
    """Chao1 lower bound of the number of angles, bias-corrected: S + f1 (f1 - 1) / (2 (f2 + 1))."""
    counts = Counter(labels).values()
    f1, f2 = (sum(count == k for count in counts) for k in (1, 2))
    return len(counts) + f1 * (f1 - 1) / (2 * (f2 + 1))
