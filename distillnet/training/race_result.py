"""What the race showed, as records, and in one sentence; worked out in ``race_statistics``."""

from collections.abc import Collection, Sequence
from typing import Literal

from pydantic import Field

from distillnet.records import Language, Record
from distillnet.training.verdict_words import VerdictWords

SIGNIFICANT = 0.05
"""A p value below it shows a difference."""
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
    named: dict[str, list[str]] = {"more": [], "less": [], "alone": [], "unseen": []}
    resolution = 0.0
    for arm, found in compared:
        which = "more" if found.mean > 0 else "less"
        if not is_significant(found.p_holm, found.ci95):
            which = "alone" if is_significant(found.p, found.ci95) else "unseen"
        if which == "unseen":
            resolution = max(resolution, found.smallest_detectable)
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


def is_significant(p: float | None, ci95: tuple[float, float]) -> bool:
    """By the signs of the units, and by an interval that knows of the seeds."""
    low, high = ci95
    return p is not None and p < SIGNIFICANT and (low > 0 or high < 0)
