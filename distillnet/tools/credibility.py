"""Rates of groups that cross, each believed as far as the data speak for it (empirical Bayes)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

_SWEEPS = 40  # of the fit; more change no variance by a hundredth
_SPREAD = 0.3  # of effects, as a share of the usual rate, before anything is known of them


@dataclass(frozen=True)
class Effects:
    """What was fitted: a rate is ``base`` plus an effect of each kind plus its own deviation.

    Of the levels of each kind of effect, ``means`` and ``deviations`` give the posterior. Of the
    n rates, ``believed`` (n,) is the share of its own deviation that is not taken for chance.
    """

    base: float
    means: list[Floats]
    deviations: list[Floats]
    believed: Floats

    def draw(self, rng: np.random.Generator, boldness: float) -> list[Floats]:
        """Effects at random from the posterior, with ``boldness`` times its deviations."""
        return [
            mean + boldness * deviation * rng.standard_normal(len(mean))
            for mean, deviation in zip(self.means, self.deviations, strict=True)
        ]

    def pooled(self, levels: Sequence[Numbers], effects: Sequence[Floats]) -> Floats:
        """(m,) sums for whom ``levels`` name a level of each kind."""
        total = np.full(len(levels[0]), self.base)
        for effect, level in zip(effects, levels, strict=True):
            total += effect[level]
        return total


def fit_effects(
    rates: Floats,
    exposures: Floats,
    levels: Sequence[Numbers],
    sizes: Sequence[int],
    *,
    usual: float,
    noise: float,
) -> Effects:
    """Effects on n ``rates``, which chance makes vary by ``noise`` / ``exposures`` (n,).

    ``levels`` give each rate's level of every kind of effect, ``sizes`` how many levels a kind
    has; every kind has one. A crossed random-effects model, fitted by mean-field variational EM;
    actuaries' crossed classification credibility (Dannenburg 1995): a level with little exposure
    stays near 0, the more so the less the levels of its kind differ. Without rates the base is
    ``usual``.
    """
    base = usual
    means: list[Floats] = [np.zeros(size) for size in sizes]
    precisions: list[Floats] = [np.ones(size) for size in sizes]
    variances, own = [(_SPREAD * usual) ** 2 for _ in sizes], (_SPREAD * usual) ** 2
    left = rates - base
    for _ in range(_SWEEPS):
        weight = 1 / (own + noise / exposures)
        left += base
        base = float(((weight * left).sum() + 1 / usual) / (weight.sum() + 1 / usual**2))
        left -= base
        for k, level in enumerate(levels):
            left += means[k][level]
            precisions[k] = sums(level, weight, sizes[k]) + 1 / variances[k]
            means[k] = sums(level, weight * left, sizes[k]) / precisions[k]
            left -= means[k][level]
            variances[k] = float(np.mean(means[k] ** 2 + 1 / precisions[k]))
        believed = own * weight
        if len(rates):
            own = float(np.mean((believed * left) ** 2 + own * (1 - believed)))
    return Effects(base, means, [precision**-0.5 for precision in precisions], believed)


def sums(level: Numbers, values: Floats, size: int) -> Floats:
    """(size,) sums of the values of each level; floats also where there are none."""
    return np.bincount(level, values, size).astype(np.float64)
