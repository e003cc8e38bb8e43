"""Which scenes share an angle: a cluster of meaning."""

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
