"""What the race showed: accuracies, differences with intervals, and one sentence."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Literal

import numpy as np
from pydantic import Field

from distillnet.records import Item, Record
from distillnet.training.scoring import Answer
from distillnet.training.significance import sign_flip_p
from distillnet.training.statistics import Difference, paired_difference

_RESAMPLES = 4_000
_RANDOM_SEED = 17
_SIGNIFICANT = 0.05

Answers = Sequence[Answer]


class ArmComparison(Record):
    """One arm minus another on the same items.

    ``mean``, ``ci95`` and ``smallest_detectable`` are shares of 1, of the items answered rightly;
    ``nats`` and ``nats_ci95`` are of the log-likelihood of the right ending for each of its
    characters, which moves long before the choice does. ``p`` is of the signs of the documents'
    differences, ``p_holm`` the same corrected for the number of arms compared.
    """

    mean: float
    ci95: tuple[float, float]
    smallest_detectable: float
    nats: float
    nats_ci95: tuple[float, float]
    p: float
    p_holm: float | None = None
    unit: Literal["fact", "item"]


class Point(Record):
    """The arm after a ``share`` of its steps, on the test items."""

    share: float
    accuracy: float
    nats: float


class Credit(Record):
    """What the arm loses where one group of its rows is left out, at equal tokens."""

    group: str
    worth: ArmComparison


class ArmResult(Record):
    """One arm on the test items; means over its training seeds.

    ``wording_seen`` is the share of the test items that stand in the arm's rows word for word.
    ``validation`` is the mean probability of the right ending on the validation items at each
    learning rate, by which the rate was chosen. ``error`` says why an arm has no students.
    """

    arm: str
    rows: int = 0
    wording_seen: float = 0.0
    validation: dict[str, float] = Field(default_factory=dict)
    learning_rate: float | None = None
    seeds: tuple[float, ...] = ()
    accuracy: float | None = None
    nats: float | None = None
    by_wording: dict[str, float] = Field(default_factory=dict)
    gain: ArmComparison | None = None
    difference: ArmComparison | None = None
    curve: tuple[Point, ...] = ()
    credit: tuple[Credit, ...] = ()
    error: str | None = None


class RaceResult(Record):
    """``reference`` is the arm that the others are compared with, or None where it has failed."""

    documents: int
    validation_items: int
    test_items: int
    tokens: int
    steps: int
    learning_rates: tuple[float, ...]
    seeds: int
    base: ArmResult
    reference: str | None
    arms: tuple[ArmResult, ...]
    verdict: str


def split_items(items: Sequence[Item]) -> tuple[list[Item], list[Item]]:
    """(validation, test): every third item of a document, by its id, chooses learning rates."""
    validation: set[str] = set()
    for fact in sorted({item.fact for item in items}):
        ids = sorted(item.id for item in items if item.fact == fact)
        validation.update(ids[2::3])
    if not validation and len(items) > 1:
        validation.update(sorted(item.id for item in items)[1::3])
    return (
        [item for item in items if item.id in validation],
        [item for item in items if item.id not in validation],
    )


def accuracy(answers: Answers) -> float:
    return fmean(answer.correct for answer in answers)


def right_probability(answers: Answers, items: Sequence[Item]) -> float:
    """Mean softmax share of the right option among the options' summed log-likelihoods."""
    shares = []
    for answer, item in zip(answers, items, strict=True):
        sums = np.array(answer.sums)
        weights = np.exp(sums - sums.max())
        shares.append(float(weights[item.correct] / weights.sum()))
    return fmean(shares)


def right_nats(answers: Answers, items: Sequence[Item]) -> list[float]:
    """Log-likelihood of each right option for each of its characters, in nats."""
    return [
        answer.sums[item.correct] / max(1, answer.characters[item.correct])
        for answer, item in zip(answers, items, strict=True)
    ]


def compare(
    before: Sequence[Answers], after: Sequence[Answers], items: Sequence[Item]
) -> ArmComparison:
    """``after`` minus ``before``; each holds, for every training seed, the answers to ``items``."""
    clusters = [item.fact for item in items]
    sides = (before, after)
    right = [_mean_over_seeds([[float(a.correct) for a in s] for s in side]) for side in sides]
    nats = [_mean_over_seeds([right_nats(s, items) for s in side]) for side in sides]

    def difference(values: Sequence[Sequence[float]]) -> Difference:
        return paired_difference(
            values[0], values[1], clusters, resamples=_RESAMPLES, random_seed=_RANDOM_SEED
        )

    by_choice, by_nats = difference(right), difference(nats)
    changes = [after - before for before, after in zip(*right, strict=True)]
    return ArmComparison(
        mean=by_choice.mean,
        ci95=by_choice.ci95,
        smallest_detectable=by_choice.smallest_detectable,
        nats=by_nats.mean,
        nats_ci95=by_nats.ci95,
        p=sign_flip_p(changes, clusters, resamples=_RESAMPLES, random_seed=_RANDOM_SEED),
        unit=by_choice.unit,
    )


def _mean_over_seeds(values: Sequence[Sequence[float]]) -> list[float]:
    return [fmean(of_item) for of_item in zip(*values, strict=True)]


def summary(arm: str, students: Sequence[Answers], items: Sequence[Item]) -> ArmResult:
    """The part of an arm's result that needs no other arm."""
    wordings = sorted(set(map(_wording, items)))
    return ArmResult(
        arm=arm,
        seeds=tuple(accuracy(answers) for answers in students),
        accuracy=fmean(accuracy(answers) for answers in students),
        nats=fmean(fmean(right_nats(answers, items)) for answers in students),
        by_wording={
            wording: fmean(
                answer.correct
                for answers in students
                for answer, item in zip(answers, items, strict=True)
                if _wording(item) == wording
            )
            for wording in wordings
        },
    )


def _wording(item: Item) -> str:
    """How a plain text's item is worded, what kind a conversation's is."""
    return item.kind if item.prompt else item.framing or "plain"


def verdict(reference: str | None, arms: Sequence[ArmResult], trained: Mapping[str, bool]) -> str:
    """One sentence, whichever way it went."""
    compared = [arm for arm in arms if arm.difference and trained.get(arm.arm)]
    if reference is None or not compared:
        return "There is nothing to compare: fewer than two arms have students."
    seen = [arm for arm in compared if _is_seen(arm.difference)]
    parts = []
    for word, sign in (("more", 1), ("less", -1)):
        named = [
            f"{arm.arm} ({_points(arm.difference)})"
            for arm in seen
            if arm.difference and arm.difference.mean * sign > 0
        ]
        if named:
            parts.append(f"{_listed(named)} taught {word} than {reference}")
    unseen = [arm for arm in compared if arm not in seen]
    if unseen:
        resolution = max(a.difference.smallest_detectable for a in unseen if a.difference)
        named = [f"{arm.arm} ({_points(arm.difference)})" for arm in unseen]
        parts.append(
            f"between {_listed(named)} and {reference} there is no difference that this test could "
            f"see (it could have seen {100 * resolution:.1f} points)"
        )
    sentence = "; ".join(parts) + "."
    return sentence[0].upper() + sentence[1:]


def _is_seen(difference: ArmComparison | None) -> bool:
    return bool(difference and difference.p_holm is not None and difference.p_holm < _SIGNIFICANT)


def _points(comparison: ArmComparison | None) -> str:
    assert comparison is not None
    low, high = comparison.ci95
    return f"{100 * comparison.mean:+.1f} points [{100 * low:+.1f}, {100 * high:+.1f}]"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
