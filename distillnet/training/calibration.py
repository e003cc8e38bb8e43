"""Whether a model is as often right as it is sure."""

import math
from collections.abc import Sequence

import numpy as np


def softmax(sums: Sequence[float]) -> list[float]:
    """Probabilities of options from their log-likelihoods in nats, of these options alone."""
    powers = [math.exp(s - max(sums)) for s in sums]
    return [power / sum(powers) for power in powers]


def expected_calibration_error(
    confidence: Sequence[float], correct: Sequence[bool], bins: int = 10
) -> float:
    """The gap between confidence and accuracy, a share of 1, over bins of equal width.

    ``confidence`` is the probability of the answer that was given, ``correct`` whether it was
    right; both run in parallel over at least one item. The gaps are weighted by the items in each
    bin (Guo et al. 2017, ICML, equation 3); a bin holds its upper border, the first its lower too.
    """
    sure = np.asarray(confidence, dtype=float)
    surplus = sure - np.asarray(correct, dtype=float)
    borders = np.linspace(0, 1, bins + 1)[1:-1]
    gaps = np.bincount(np.searchsorted(borders, sure), weights=surplus)
    return float(np.abs(gaps).sum() / len(sure))


def brier_score(probabilities: Sequence[Sequence[float]], correct: Sequence[int]) -> float:
    """Mean over the items of the squared errors summed over the options: 0 is best, 2 worst.

    ``probabilities`` are those of each item's options, whose number may differ; ``correct`` is the
    index of the right one (Brier 1950, Monthly Weather Review 78:1-3, equation 2).
    """
    errors = [
        sum((p - (i == right)) ** 2 for i, p in enumerate(options))
        for options, right in zip(probabilities, correct, strict=True)
    ]
    return sum(errors) / len(errors)
