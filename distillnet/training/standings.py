"""Who gained how much on which test, and who stands where, from the answers alone."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from distillnet.records import Item
from distillnet.training.battery import RECALL
from distillnet.training.ranking import better_than, rank_intervals
from distillnet.training.scoring import Answer
from distillnet.training.statistics import (
    cluster_bootstrap,
    interval_of,
    paired_difference,
    resampled,
)
from distillnet.training.tournament_result import Gain, Standing


class Comparison(NamedTuple):
    """``gains[student][test]``, and each competitor's places; None for who is left out."""

    gains: tuple[tuple[Gain | None, ...], ...]
    own: list[Standing | None]
    all: list[Standing | None]


def examined(items: Sequence[Item]) -> list[Item]:
    """The items of an exam that the tournament asks: what the text says."""
    return [item for item in items if item.kind in RECALL]


def compare(
    tests: Sequence[Sequence[Item]],
    base: Sequence[Sequence[Answer]],
    students: Sequence[Sequence[Sequence[Answer]]],
    *,
    resamples: int,
    random_seed: int = 17,
) -> Comparison:
    """``base[j]`` and ``students[i][j]`` are the answers to ``tests[j]``, the test of competitor j.

    Where ``students[i]`` is empty, competitor i and its test are left out; one at least must not
    be. Every test counts equally in the mean of all. Where one has fewer than 5 facts its items are
    drawn, and places hold for these items only.
    """
    there = [number for number, student in enumerate(students) if student]
    facts = {test: [item.fact for item in tests[test]] for test in there}
    before = {test: _right(base[test]) for test in there}
    after = {
        (student, test): _right(students[student][test]) for student in there for test in there
    }
    gains = {
        (student, test): _gain(before[test], right, facts[test], resamples, random_seed)
        for (student, test), right in after.items()
    }
    # Tests have items of their own: each is drawn by itself, for all students alike.
    samples = [
        cluster_bootstrap(
            np.column_stack([after[student, test] for student in there]) - before[test][:, None],
            resampled(facts[test]),
            resamples=resamples,
            random_seed=random_seed + test,
        )
        for test in there
    ]
    fewest = min(len(set(resampled(facts[test]))) for test in there)
    overall: NDArray[np.float64] = np.mean(samples, axis=0)
    own = _placed(
        there,
        [gains[number, number].mean for number in there],
        [gains[number, number].ci95 for number in there],
        np.column_stack([sample[:, place] for place, sample in enumerate(samples)]),
        fewest,
    )
    everywhere = _placed(
        there,
        [float(np.mean([gains[number, test].mean for test in there])) for number in there],
        [interval_of(scores, fewest) for scores in overall.T],
        overall,
        fewest,
    )
    return Comparison(
        tuple(tuple(gains.get((i, j)) for j in range(len(tests))) for i in range(len(tests))),
        [own.get(number) for number in range(len(tests))],
        [everywhere.get(number) for number in range(len(tests))],
    )


def _right(answers: Sequence[Answer]) -> NDArray[np.float64]:
    return np.array([answer.correct for answer in answers], dtype=float)


def _gain(
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    facts: Sequence[int],
    resamples: int,
    random_seed: int = 17,
) -> Gain:
    difference = paired_difference(
        before.tolist(), after.tolist(), facts, resamples=resamples, random_seed=random_seed
    )
    return Gain(
        items=len(facts),
        facts=difference.clusters,
        base=float(before.mean()),
        student=float(after.mean()),
        mean=difference.mean,
        ci95=difference.ci95,
        smallest_detectable=difference.smallest_detectable,
        unit=difference.unit,
    )


def _placed(
    there: Sequence[int],
    means: Sequence[float],
    intervals: Sequence[tuple[float, float]],
    scores: NDArray[np.float64],
    clusters: int,
) -> dict[int, Standing]:
    """By the number, from 0, of each competitor that is there."""
    better = better_than(scores, clusters)
    apart = better | better.T | np.eye(len(there), dtype=bool)
    places = rank_intervals(scores, clusters)
    return {
        number: Standing(
            place=1 + sum(other > means[k] for other in means),
            places=places[k],
            mean=means[k],
            ci95=intervals[k],
            tied=tuple(there[other] + 1 for other in map(int, np.flatnonzero(~apart[k]))),
        )
        for k, number in enumerate(there)
    }
