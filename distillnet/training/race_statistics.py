"""The statistics of a race: accuracies, and differences with intervals and p values.

Which items choose a learning rate and which ones count is decided here, too.
"""

from collections.abc import Sequence
from math import hypot
from statistics import NormalDist, fmean, variance
from typing import NamedTuple

from distillnet.records import Item
from distillnet.training.calibration import softmax
from distillnet.training.race_result import SIGNIFICANT, ArmComparison, ArmResult, Credit, Unit
from distillnet.training.scoring import Answer
from distillnet.training.significance import holm, sign_flip_p
from distillnet.training.statistics import paired_difference

_RESAMPLES = 4_000
# With fewer, the signs of the documents or facts cannot show a difference among several arms.
_FEWEST = 8
_Z_DETECTED = 1.96 + 0.84
_STUDENT_T = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23)

Answers = Sequence[Answer]


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
    return fmean(
        softmax(answer.sums)[item.correct] for answer, item in zip(answers, items, strict=True)
    )


def right_nats(answers: Answers, items: Sequence[Item]) -> list[float]:
    """Log-likelihood of each right option for each of its characters, in nats."""
    return [
        answer.sums[item.correct] / max(1, answer.characters[item.correct])
        for answer, item in zip(answers, items, strict=True)
    ]


def compare(
    before: Sequence[Answers],
    after: Sequence[Answers],
    items: Sequence[Item],
    unit: Unit = "document",
) -> ArmComparison:
    """``after`` minus ``before``; each holds, for every training seed, the answers to ``items``.

    ``unit`` is what the items' ``fact`` numbers.
    """
    numbers = [item.fact for item in items]
    enough = len(set(numbers)) >= _FEWEST
    units = numbers if enough else list(range(len(items)))
    sides = (before, after)
    right = [[[float(a.correct) for a in answers] for answers in side] for side in sides]
    nats = [[right_nats(answers, items) for answers in side] for side in sides]
    by_choice, by_nats = _difference(right, units), _difference(nats, units)
    changes = [b - a for a, b in zip(*map(_mean_over_seeds, right), strict=True)]
    return ArmComparison(
        mean=by_choice.mean,
        # Student's t of two seeds reaches beyond what shares can differ by.
        ci95=(max(-1.0, by_choice.ci95[0]), min(1.0, by_choice.ci95[1])),
        smallest_detectable=by_choice.smallest_detectable,
        nats=by_nats.mean,
        nats_ci95=by_nats.ci95,
        p=sign_flip_p(changes, units, resamples=_RESAMPLES),
        unit=unit if enough else "item",
    )


def corrected(comparisons: Sequence[ArmComparison]) -> list[ArmComparison]:
    """With p values and smallest detectable differences that allow for their being several."""
    values = holm([comparison.p for comparison in comparisons])
    z = NormalDist().inv_cdf
    factor = (z(1 - SIGNIFICANT / (2 * max(1, len(comparisons)))) + z(0.8)) / (
        z(1 - SIGNIFICANT / 2) + z(0.8)
    )
    return [
        comparison.model_copy(
            update={"p_holm": p, "smallest_detectable": factor * comparison.smallest_detectable}
        )
        for comparison, p in zip(comparisons, values, strict=True)
    ]


def corrected_credits(credits: Sequence[Credit]) -> tuple[Credit, ...]:
    """The groups of one arm, their worths corrected for their number."""
    found = [credit.worth for credit in credits if credit.worth]
    worths = iter(corrected(found))
    return tuple(
        credit.model_copy(update={"worth": next(worths)}) if credit.worth else credit
        for credit in credits
    )


class _Spread(NamedTuple):
    mean: float
    ci95: tuple[float, float]
    smallest_detectable: float


def _difference(sides: Sequence[Sequence[Sequence[float]]], units: Sequence[int]) -> _Spread:
    """Of the values of the items by side and training seed."""
    values = [_mean_over_seeds(side) for side in sides]
    found = paired_difference(values[0], values[1], units, resamples=_RESAMPLES)
    seeds = [[fmean(of_seed) for of_seed in side] for side in sides if len(side) > 1]
    error = sum(variance(means) / len(means) for means in seeds) ** 0.5
    freedom = sum(len(means) - 1 for means in seeds)
    reach = error * _student_t(freedom) if freedom else 0.0
    low, high = found.ci95
    return _Spread(
        found.mean,
        (
            found.mean - hypot(found.mean - low, reach),
            found.mean + hypot(high - found.mean, reach),
        ),
        hypot(found.smallest_detectable, _Z_DETECTED * error),
    )


def _student_t(freedom: int) -> float:
    """The 97.5 % quantile of Student's distribution."""
    return _STUDENT_T[freedom - 1] if freedom <= len(_STUDENT_T) else 1.96 + 2.6 / freedom


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
