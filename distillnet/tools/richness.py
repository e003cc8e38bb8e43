"""How many angles there are, from how often each was seen.

The estimators of ecology, where species are counted in a sample: f1 angles were seen once, f2
twice, S of them in n scenes.
"""

import math
from collections import Counter
from collections.abc import Hashable, Sequence

# Of the normal distribution, for an interval of 95 %.
_Z = 1.959964


def good_turing(labels: Sequence[Hashable]) -> float:
    """Sample coverage: the share of the population that the angles seen make up, 1 - f1/n.

    Good (1953), The population frequencies of species. 0 for an empty sample.
    """
    if not labels:
        return 0.0
    return 1 - _frequencies(labels)[1] / len(labels)


def chao1(labels: Sequence[Hashable]) -> float:
    """Lower bound of the number of angles, bias-corrected: S + f1 (f1 - 1) / (2 (f2 + 1)).

    Chao (1984), Nonparametric estimation of the number of classes in a population.
    """
    f = _frequencies(labels)
    return _seen(labels) + f[1] * (f[1] - 1) / (2 * (f[2] + 1))


def chao1_interval(labels: Sequence[Hashable]) -> tuple[float, float]:
    """95 % interval of ``chao1``, log-normal, so that it never begins below what was seen.

    Chao (1987), Estimating the population size for capture-recapture data with unequal
    catchability; the variances are those of Colwell (EstimateS), equations 6 to 8, 13 and 14.
    """
    f, seen, n = _frequencies(labels), _seen(labels), len(labels)
    f1, f2 = f[1], f[2]
    unseen = chao1(labels) - seen
    if unseen > 0:
        variance = (
            f1 * (f1 - 1) / (2 * (f2 + 1))
            + f1 * (2 * f1 - 1) ** 2 / (4 * (f2 + 1) ** 2)
            + f1**2 * f2 * (f1 - 1) ** 2 / (4 * (f2 + 1) ** 4)
        )
        if f2 == 0:
            variance = (
                f1 * (f1 - 1) / 2 + f1 * (2 * f1 - 1) ** 2 / 4 - f1**4 / (4 * (seen + unseen))
            )
        width = math.exp(_Z * math.sqrt(math.log1p(max(variance, 0.0) / unseen**2)))
        return seen + unseen / width, seen + unseen * width
    if not seen:
        return 0.0, 0.0
    # Nothing is estimated to be unseen, yet an angle as rare as these may have been missed.
    missed = sum(count * math.exp(-times) for times, count in f.items()) / seen
    variance = (
        sum(count * (math.exp(-times) - math.exp(-2 * times)) for times, count in f.items())
        - sum(times * math.exp(-times) * count for times, count in f.items()) ** 2 / n
    )
    middle, half = seen / (1 - missed), _Z * math.sqrt(max(0.0, variance)) / (1 - missed)
    return max(float(seen), middle - half), middle + half


def _frequencies(labels: Sequence[Hashable]) -> Counter[int]:
    """{times seen: number of angles}."""
    return Counter(Counter(labels).values())


def _seen(labels: Sequence[Hashable]) -> int:
    return len(set(labels))
