"""The fair race: one student an arm, with equal tokens, equal steps and a rate of its own.

What an arm teaches may differ in length, style and number of rows; each is read again and again
until exactly so many tokens were learned in exactly so many optimizer steps. The learning rate is
chosen for each arm on validation items that the result does not count, and the chosen one is
trained again with other seeds.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from distillnet.config import Training
from distillnet.errors import DistillNetError, StorageError, UsageError, one_line
from distillnet.records import Item, Language, OnEvent
from distillnet.tools.export import write_json, write_jsonl
from distillnet.tools.text import words
from distillnet.training.arms import CONTEXT, COPIES, PLACEBO, Arms, Row, groups_of, without_groups
from distillnet.training.race_result import (
    ArmComparison,
    ArmResult,
    Credit,
    Point,
    RaceResult,
    Unit,
    verdict,
)
from distillnet.training.race_statistics import (
    accuracy,
    compare,
    corrected,
    corrected_credits,
    right_nats,
    right_probability,
    split_items,
    summary,
)
from distillnet.training.race_student import SHARES, Conditions, Looks, Students
from distillnet.training.scoring import Answer

_Found = TypeVar("_Found")


def race(
    arms: Arms,
    items: Sequence[Item],
    contexts: Mapping[str, str],
    base: Path,
    out: Path,
    conditions: Conditions,
    training: Training,
    *,
    unit: Unit = "document",
    failed: Mapping[str, str] = MappingProxyType({}),
    language: Language = "en",
    on_event: OnEvent = lambda event: None,
) -> RaceResult:
    """Trains and examines every arm, and compares them with ``copies`` or else the first.

    ``contexts`` holds, by item id, the source that the arm ``context`` has in view; ``unit`` says
    what the items' ``fact`` numbers. Everything is kept under ``out``: a race that was cut off goes
    on, one that has ended trains nothing. An arm whose students cannot be trained, or that has
    ``failed`` before (why, by its name), is named with its error and the others go on. Raises
    UsageError where there is nothing to ask.
    """
    if len(items) < 2:
        raise UsageError("a race needs two test items at least: give documents with questions")
    write_jsonl(out / "items.jsonl", [item.model_dump(mode="json") for item in items])
    groups = groups_by_arm(arms, conditions.credit)
    count, _ = count_students(groups, len(conditions.learning_rates), conditions.seeds)
    students = Students(items, base, out, conditions, training, on_event, count)
    result = _Race(arms, items, contexts, students, unit, failed, language).run()
    write_json(out / "race.json", result.model_dump(mode="json"))
    return result


@dataclass
class _Race:
    arms: Arms
    items: Sequence[Item]
    contexts: Mapping[str, str]
    students: Students
    unit: Unit
    failed: Mapping[str, str]
    language: Language

    @property
    def conditions(self) -> Conditions:
        return self.students.conditions

    def run(self) -> RaceResult:
        validation, test = split_items(self.items)
        untrained = self.students.untrained(None)
        base = _of(untrained, test)
        results: dict[str, ArmResult] = {}
        students: dict[str, list[list[Answer]]] = {}
        for name, rows in self.arms.items():
            if name in self.failed:
                results[name] = ArmResult(arm=name, error=self.failed[name])
                continue
            found = _tried(partial(self._arm, name, rows, validation, test))
            if isinstance(found, Exception):  # the others go on
                results[name] = ArmResult(arm=name, rows=len(rows), error=_why(found))
            else:
                results[name], students[name] = found
        ways = [name for name in self.arms if name not in (CONTEXT, PLACEBO)]
        wanted = COPIES if COPIES in ways else next(iter(ways), None)
        reference = wanted if wanted in students else None
        for name, answers in students.items():
            changes: dict[str, Any] = {"gain": self._compare([base], answers, test)}
            if reference and name != reference:
                changes["difference"] = self._compare(students[reference], answers, test)
            results[name] = results[name].model_copy(update=changes)
        arms = _corrected([results[name] for name in self.arms])
        numbered = len({item.fact for item in self.items})
        return RaceResult(
            documents=1 if self.unit == "fact" else numbered,
            facts=numbered if self.unit == "fact" else None,
            validation_items=len(validation),
            test_items=len(test),
            tokens=self.conditions.tokens,
            steps=self.conditions.steps,
            learning_rates=self.conditions.learning_rates,
            seeds=self.conditions.seeds,
            base=summary("base", [base], test),
            reference=reference,
            arms=tuple(arms),
            verdict=verdict(reference, arms, ways, self.language, self.unit),
            language=self.language,
        )

    def _compare(
        self,
        before: Sequence[Sequence[Answer]],
        after: Sequence[Sequence[Answer]],
        test: Sequence[Item],
    ) -> ArmComparison:
        return compare(before, after, test, self.unit)

    def _arm(
        self, name: str, rows: list[Row], validation: Sequence[Item], test: Sequence[Item]
    ) -> tuple[ArmResult, list[list[Answer]]]:
        """An arm's students at the learning rate that does best on the validation items."""
        if name == CONTEXT:
            reader = [_of(self.students.untrained(self.contexts), test)]
            return summary(name, reader, test), reader
        if not rows:
            raise UsageError(f"the arm {name!r} has no rows to teach")
        first, *others = self.students.seeds
        tried: dict[float, Looks] = {}
        failed: Exception | None = None
        for rate in self.conditions.learning_rates:
            looks = _tried(partial(self.students.taught, name, rows, rate, first))
            if isinstance(looks, Exception):  # as when the loss became infinite
                failed = looks
            else:
                tried[rate] = looks
        likely = {
            rate: right_probability(_of(answers[1.0], validation), validation)
            for rate, answers in tried.items()
        }
        by_seed: list[Looks] = []
        for chosen in sorted(likely, key=lambda rate: -likely[rate]):
            rest = _tried(partial(self._taught, name, rows, chosen, others))
            if isinstance(rest, Exception):
                failed = rest
                continue
            by_seed = [tried[chosen], *rest]
            break
        if not by_seed:
            assert failed is not None
            raise failed
        students = [_of(answers[1.0], test) for answers in by_seed]
        result = summary(name, students, test).model_copy(
            update={
                "rows": len(rows),
                "wording_seen": _seen(test, rows),
                "validation": {f"{rate:g}": value for rate, value in likely.items()},
                "learning_rate": chosen,
                "curve": tuple(self._curve(by_seed, test)),
                "credit": corrected_credits(list(self._credit(name, rows, chosen, students, test))),
            }
        )
        return result, students

    def _taught(self, name: str, rows: list[Row], rate: float, seeds: Sequence[int]) -> list[Looks]:
        return [self.students.taught(name, rows, rate, seed) for seed in seeds]

    def _curve(
        self, by_seed: Sequence[Mapping[float, list[Answer]]], test: Sequence[Item]
    ) -> Iterator[Point]:
        for share in SHARES:
            looks = [_of(answers[share], test) for answers in by_seed if share in answers]
            if looks:
                right = sum(map(accuracy, looks)) / len(looks)
                nats = [sum(right_nats(look, test)) / len(test) for look in looks]
                yield Point(share=share, accuracy=right, nats=sum(nats) / len(nats))

    def _credit(
        self,
        name: str,
        rows: list[Row],
        rate: float,
        whole: Sequence[Sequence[Answer]],
        test: Sequence[Item],
    ) -> Iterator[Credit]:
        """Students taught all but one group, at the arm's own rate."""
        key, seeds = self.conditions.credit, self.students.seeds
        if key is None or len(groups_of(rows, key)) < 2:
            return
        for group, rest in without_groups(rows, key).items():
            found = _tried(partial(self._taught, f"{name} without {group}", rest, rate, seeds))
            if isinstance(found, Exception):
                yield Credit(group=group, worth=None, error=_why(found))
            else:
                less = [_of(looks[1.0], test) for looks in found]
                yield Credit(group=group, worth=self._compare(less, whole, test))


def groups_by_arm(arms: Arms, credit: str | None) -> list[int]:
    """How many groups each arm that teaches something has under the key ``credit``."""
    return [len(groups_of(rows, credit)) if credit else 0 for rows in arms.values() if rows]


def count_students(groups: Sequence[int], rates: int, seeds: int) -> tuple[int, int]:
    """(how many are trained in all, how many of these without a group).

    ``groups`` is that of ``groups_by_arm``.
    """
    credit = seeds * sum(count for count in groups if count > 1)
    return len(groups) * (rates + seeds - 1) + credit, credit


def _tried(work: Callable[[], _Found]) -> _Found | Exception:
    """What ``work`` returns, or why it failed. What is the disk's fault is raised: it ends all."""
    try:
        return work()
    except StorageError:
        raise
    except Exception as error:
        # Its frames hold the model.
        return error.with_traceback(None)


def _why(error: Exception) -> str:
    """Of this package's own errors their sentence, which is meant for users."""
    return str(error) if isinstance(error, DistillNetError) else one_line(error)


def _corrected(results: Sequence[ArmResult]) -> list[ArmResult]:
    """With the differences from the reference corrected for their number."""
    found = {r.arm: r.difference for r in results if r.difference and r.arm != CONTEXT}
    by_arm = dict(zip(found, corrected(list(found.values())), strict=True))
    return [
        result.model_copy(update={"difference": by_arm[result.arm]})
        if result.arm in by_arm
        else result
        for result in results
    ]


def _of(answers: Sequence[Answer], items: Sequence[Item]) -> list[Answer]:
    """The answers to ``items`` among those to all."""
    by_id = {answer.item: answer for answer in answers}
    return [by_id[item.id] for item in items]


def _seen(items: Sequence[Item], rows: Sequence[Row]) -> float:
    """Share of the items whose right sentence (of a question, the question) a row holds."""
    told = " | ".join(f" {' '.join(words(_text(row)))} " for row in rows)

    def stands(item: Item) -> bool:
        asked = words(item.prefix.removeprefix("Question:").removesuffix("Answer:"))
        right = [] if item.framing == "question" else words(item.options[item.correct])
        return f" {' '.join([*asked, *right])} " in told

    return sum(map(stands, items)) / len(items)


def _text(row: Row) -> str:
    return str(row.get("text") or " ".join(m["content"] for m in row.get("messages", [])))
