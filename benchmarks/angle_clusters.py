"""Are the angles that are found those that people found? See ``benchmarks/angles.py``."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.angle_fitting import Claim, Numbers
from distillnet.tools.angles import Angles
from distillnet.tools.pair_features import Floats
from distillnet.tools.same_angle import Judge, same_angle

ORDERS = 3  # in which the wordings of a claim arrive; figures are the mean
COSINE = 0.65
Clusterer = Callable[[Claim, Judge], Numbers]


def clusters(claims: Sequence[Claim], judges: Sequence[Judge]) -> dict[str, dict[str, float]]:
    """Figures of each way to find the angles; ``judges[i]`` may judge ``claims[i]``."""
    ways: dict[str, Clusterer] = {
        "each wording alone": lambda claim, judge: np.arange(len(claim.wordings)),
        f"average linkage, cosine {COSINE}": lambda claim, judge: average_linkage(
            claim.vectors @ claim.vectors.T, COSINE
        ),
        "average linkage, judge": lambda claim, judge: average_linkage(
            same_angle(claim.wordings, claim.vectors, claim.vector, judge=judge), judge.threshold
        ),
        f"as they arrive, cosine {COSINE}": lambda claim, judge: online(claim, None, None),
        "as they arrive, judge, all at once": lambda claim, judge: online(claim, judge, None),
        "as they arrive, judge, 32 at a time": lambda claim, judge: online(claim, judge, 32),
        "as they arrive, judge, 8 at a time": lambda claim, judge: online(claim, judge, 8),
        "as they arrive, judge, one at a time": lambda claim, judge: online(claim, judge, 1),
    }
    rng = np.random.default_rng(0)
    shuffled = [
        (reordered(claim, rng.permutation(len(claim.wordings))), judge)
        for _ in range(ORDERS)
        for claim, judge in zip(claims, judges, strict=True)
    ]
    return {
        name: agreement([(way(claim, judge), claim.angles) for claim, judge in shuffled])
        for name, way in ways.items()
    }


def reordered(claim: Claim, order: NDArray[np.int64]) -> Claim:
    wordings = [claim.wordings[k] for k in order]
    return Claim(claim.text, claim.vector, wordings, claim.vectors[order], claim.angles[order])


def online(claim: Claim, judge: Judge | None, at_once: int | None) -> Numbers:
    """The labels of the package, ``at_once`` wordings a call; by cosine without a judge."""
    names = [str(k) for k in range(len(claim.wordings))]
    angles = Angles(
        claim.vector,
        lambda name: claim.wordings[int(name)],
        threshold=None if judge else COSINE,
        judged=judge is not None,
        judge=judge,
    )
    size = at_once or len(names)
    for start in range(0, len(names), size):
        angles.add(names[start : start + size], claim.vectors[start : start + size])
    return np.asarray([angles.labels[name] for name in names])


def average_linkage(likeness: Floats, threshold: float) -> Numbers:
    """A label for each of n texts: the two likest groups, by the mean of their pairs, are merged
    as long as that mean reaches the threshold. Needs all texts at once, O(n^3) time."""
    n = len(likeness)
    mean = likeness.astype(np.float64)
    np.fill_diagonal(mean, -np.inf)
    sizes, labels = np.ones(n), np.arange(n)
    while n > 1:
        i, j = divmod(int(mean.argmax()), n)
        if mean[i, j] < threshold:
            break
        # Lance-Williams update for average linkage.
        mean[i] = mean[:, i] = (sizes[i] * mean[i] + sizes[j] * mean[j]) / (sizes[i] + sizes[j])
        mean[i, i] = -np.inf
        mean[j] = mean[:, j] = -np.inf
        sizes[i] += sizes[j]
        labels[labels == j] = i
    return labels


def agreement(judged: Sequence[tuple[Numbers, Numbers]]) -> dict[str, float]:
    """Of (labels found, labels true) of many claims.

    Pairwise F1 over the pairs of all claims; B-cubed F1 (Bagga and Baldwin 1998) and the adjusted
    Rand index (Hubert and Arabie 1985) are means over claims, weighed by their wordings.
    """
    together, called, same, angles, true_angles = 0.0, 0.0, 0.0, 0, 0
    cubed, rand, sizes = [], [], []
    for found, true in judged:
        table = np.zeros((len(found), len(found)))
        labels = [np.unique(numbers, return_inverse=True)[1] for numbers in (found, true)]
        np.add.at(table, tuple(labels), 1)
        rows, columns = table.sum(1), table.sum(0)
        both, one, other = (_pairs(part) for part in (table, rows, columns))
        together, called, same = together + both, called + one, same + other
        angles, true_angles = angles + int((rows > 0).sum()), true_angles + int((columns > 0).sum())
        precision = (table**2 / np.maximum(rows, 1)[:, None]).sum() / len(found)
        recall = (table**2 / np.maximum(columns, 1)).sum() / len(found)
        cubed.append(2 * precision * recall / (precision + recall))
        by_chance = one * other / max(1.0, _pairs(np.asarray([len(found)])))
        most = (one + other) / 2
        rand.append((both - by_chance) / (most - by_chance) if most > by_chance else 1.0)
        sizes.append(len(found))
    return {
        "pairs_f1": round(2 * together / max(1.0, called + same), 4),
        "b_cubed_f1": round(float(np.average(cubed, weights=sizes)), 4),
        "adjusted_rand": round(float(np.average(rand, weights=sizes)), 4),
        "found_per_true": round(angles / true_angles, 4),
    }


def cluster_table(rows: dict[str, dict[str, float]]) -> str:
    lines = [f"{'':<38}{'pairs F1':>9}{'B-cubed':>9}{'adj. Rand':>11}{'found/true':>12}"]
    for name, row in rows.items():
        lines.append(
            f"{name:<38}{row['pairs_f1']:>9.3f}{row['b_cubed_f1']:>9.3f}"
            f"{row['adjusted_rand']:>11.3f}{row['found_per_true']:>12.2f}"
        )
    return "\n".join(lines)


def _pairs(counts: NDArray[np.generic]) -> float:
    numbers = counts.astype(np.float64)
    return float((numbers * (numbers - 1) / 2).sum())
