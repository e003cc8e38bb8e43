"""What the race showed: accuracies, differences with intervals, and one sentence."""

from collections.abc import Collection, Sequence
from math import hypot
from statistics import NormalDist, fmean, variance
from typing import Literal, NamedTuple

from pydantic import Field

from distillnet.records import Item, Language, Record
from distillnet.training.calibration import softmax
from distillnet.training.scoring import Answer
from distillnet.training.significance import holm, sign_flip_p
from distillnet.training.statistics import paired_difference
from distillnet.training.verdict_words import VerdictWords

_RESAMPLES = 4_000
_SIGNIFICANT = 0.05
# With fewer, the signs of the documents or facts cannot show a difference among several arms.
_FEWEST = 8
_Z_DETECTED = 1.96 + 0.84
_STUDENT_T = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23)

Answers = Sequence[Answer]
Unit = Literal["document", "fact"]
"""What the items are of: each a document of its own, or facts of one text."""


class ArmComparison(Record):
    """One arm minus another on the same items.

    ``mean``, ``ci95`` and ``smallest_detectable`` are shares of 1, of the items answered rightly;
    ``nats`` and ``nats_ci95`` are of the log-likelihood of the right ending for each of its
    characters, which moves long before the choice does. ``unit`` is what was drawn, for others of
    which the intervals hold: documents; facts, where one text races, and then for other facts of
    this text only; items, where there are fewer than 8 of either, and then for these alone. Where
    an arm has several training seeds they hold for other seeds, too: what the seeds' means vary by
    is added to the units' own error (Student's t with their degrees of freedom). ``p`` is of the
    signs of the units' differences, ``p_holm`` the same corrected for the number of arms (of
    groups, in a credit) compared, as ``smallest_detectable`` then is.
    """

    mean: float
    ci95: tuple[float, float]
    smallest_detectable: float
    nats: float
    nats_ci95: tuple[float, float]
    p: float
    p_holm: float | None = None
    unit: Literal["document", "fact", "item"]


class Point(Record):
    """The arm after a ``share`` of its steps, on the test items."""

    share: float
    accuracy: float
    nats: float


class Credit(Record):
    """What the arm loses where one group of its rows is left out, at equal tokens."""

    group: str
    worth: ArmComparison | None
    error: str | None = None


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
    """``reference`` is the arm that the others are compared with, or None where it has failed.

    ``facts`` is how many facts of one text the items ask, where one text races; None where
    documents do. ``verdict`` is one sentence in ``language``.
    """

    documents: int
    facts: int | None = None
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
    language: Language = "en"


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
    factor = (z(1 - _SIGNIFICANT / (2 * max(1, len(comparisons)))) + z(0.8)) / (
        z(1 - _SIGNIFICANT / 2) + z(0.8)
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


def verdict(
    reference: str | None,
    arms: Sequence[ArmResult],
    ways: Collection[str],
    language: Language = "en",
    unit: Unit = "document",
) -> str:
    """One sentence, whichever way it went; ``ways`` are the arms that teach the text itself."""
    w = VerdictWords(language)
    failed = [arm.arm for arm in arms if arm.error]
    compared = [(arm, arm.difference) for arm in arms if arm.difference and arm.arm in ways]
    if reference is None or not compared:
        why = w.say("failed", arms=w.listed(failed)) if failed else w.say("too_few_ways")
        return w.say("nothing", why=why)
    named: dict[str, list[str]] = {"more": [], "less": [], "unseen": []}
    resolution = 0.0
    for arm, found in compared:
        which = "more" if found.mean > 0 else "less"
        if not _is_seen(found):
            which, resolution = "unseen", max(resolution, found.smallest_detectable)
        named[which].append(f"{arm.arm} ({w.difference(found.mean, found.ci95)})")
    parts = [
        w.say(which, arms=w.listed(those), reference=reference, points=w.points(resolution))
        for which, those in named.items()
        if those
    ]
    few = any(found.unit == "item" for _, found in compared)
    if unit == "fact":
        parts.append(w.say("few_facts" if few else "one_text"))
    elif few:
        parts.append(w.say("few_documents"))
    if any(len(arm.seeds) < 2 for arm, _ in compared):
        parts.append(w.say("one_seed"))
    sentence = "; ".join(parts) + "."
    return sentence[0].upper() + sentence[1:]


def _is_seen(difference: ArmComparison) -> bool:
    """By the signs of the units, and by an interval that knows of the seeds."""
    if difference.p_holm is None:
        return False
    low, high = difference.ci95
    return difference.p_holm < _SIGNIFICANT and (low > 0 or high < 0)
