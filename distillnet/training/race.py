"""The fair race: one student an arm, with equal tokens, equal steps and a rate of its own.

What an arm teaches may differ in length, style and number of rows; each is read again and again
until exactly so many tokens were learned in exactly so many optimizer steps. The learning rate is
chosen for each arm on validation items that the result does not count, and the chosen one is
trained again with other seeds.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distillnet.config import Training
from distillnet.errors import UsageError, one_line
from distillnet.records import Item
from distillnet.tools.export import read_jsonl, write_json, write_jsonl
from distillnet.tools.text import words
from distillnet.training.arms import CONTEXT, COPIES, PLACEBO, Arms, Row, groups_of, without_groups
from distillnet.training.kept_answers import read_answers, weights_stamp, write_answers
from distillnet.training.loop import as_events
from distillnet.training.lora import train_lora
from distillnet.training.race_result import (
    ArmResult,
    Credit,
    Point,
    RaceResult,
    accuracy,
    compare,
    corrected,
    right_nats,
    right_probability,
    split_items,
    summary,
    verdict,
)
from distillnet.training.scoring import Answer, answer_with, load_student

_ITEMS = "items"
SHARES = (0.1, 0.3, 1.0)
"""Of the steps, after which a student is examined."""
Emit = Callable[[dict[str, Any]], None]
Looks = dict[float, list[Answer]]
"""A student's answers by the share of its training."""


@dataclass(frozen=True)
class Conditions:
    """What all arms have in common; ``credit`` is the key of the rows' groups, or None."""

    tokens: int
    steps: int
    learning_rates: tuple[float, ...]
    seeds: int
    credit: str | None = None


def race(
    arms: Arms,
    items: Sequence[Item],
    contexts: Mapping[str, str],
    base: Path,
    out: Path,
    conditions: Conditions,
    training: Training,
    *,
    on_event: Emit = lambda event: None,
) -> RaceResult:
    """Trains and examines every arm, and compares them with ``copies`` or else the first.

    ``contexts`` holds, by item id, the source that the arm ``context`` has in view. Everything is
    kept under ``out``: a race that was cut off goes on, one that has ended trains nothing. An arm
    whose students cannot be trained is named with its error and the others go on. Raises UsageError
    where there is nothing to ask.
    """
    if len(items) < 2:
        raise UsageError("a race needs two test items at least: give documents with questions")
    write_jsonl(out / "items.jsonl", [item.model_dump(mode="json") for item in items])
    return _Race(arms, items, contexts, base, out, conditions, training, on_event).run()


@dataclass
class _Race:
    arms: Arms
    items: Sequence[Item]
    contexts: Mapping[str, str]
    base: Path
    out: Path
    conditions: Conditions
    training: Training
    on_event: Emit
    _done: int = 0

    def run(self) -> RaceResult:
        validation, test = split_items(self.items)
        untrained = self._untrained(None)
        base = _of(untrained, test)
        results: dict[str, ArmResult] = {}
        students: dict[str, list[list[Answer]]] = {}
        for name, rows in self.arms.items():
            try:
                if name == CONTEXT:
                    students[name] = [_of(self._untrained(self.contexts), test)]
                    results[name] = summary(name, students[name], test)
                else:
                    results[name], students[name] = self._arm(name, rows, validation, test)
            except Exception as error:  # the others go on
                results[name] = ArmResult(arm=name, rows=len(rows), error=one_line(error))
        ways = [name for name in self.arms if name not in (CONTEXT, PLACEBO)]
        wanted = COPIES if COPIES in ways else next(iter(ways), None)
        reference = wanted if wanted in students else None
        for name, answers in students.items():
            changes: dict[str, Any] = {"gain": compare([base], answers, test)}
            if reference and name != reference:
                changes["difference"] = compare(students[reference], answers, test)
            results[name] = results[name].model_copy(update=changes)
        arms = _corrected([results[name] for name in self.arms])
        result = RaceResult(
            documents=len({item.fact for item in self.items}),
            validation_items=len(validation),
            test_items=len(test),
            tokens=self.conditions.tokens,
            steps=self.conditions.steps,
            learning_rates=self.conditions.learning_rates,
            seeds=self.conditions.seeds,
            base=summary("base", [base], test),
            reference=reference,
            arms=tuple(arms),
            verdict=verdict(reference, arms, ways),
        )
        write_json(self.out / "race.json", result.model_dump(mode="json"))
        return result

    @property
    def _seeds(self) -> range:
        first = self.training.random_seed
        return range(first, first + self.conditions.seeds)

    def _arm(
        self, name: str, rows: list[Row], validation: Sequence[Item], test: Sequence[Item]
    ) -> tuple[ArmResult, list[list[Answer]]]:
        """An arm's students at the learning rate that does best on the validation items."""
        if not rows:
            raise UsageError(f"the arm {name!r} has no rows to teach")
        first, *others = self._seeds
        tried: dict[float, Looks] = {}
        failed: Exception | None = None
        for rate in self.conditions.learning_rates:
            try:
                tried[rate] = self._student(name, rows, rate, first)
            except Exception as error:  # as when the loss became infinite
                # Its frames hold the model.
                failed = error.with_traceback(None)
        likely = {
            rate: right_probability(_of(answers[1.0], validation), validation)
            for rate, answers in tried.items()
        }
        by_seed: list[Looks] = []
        for chosen in sorted(likely, key=lambda rate: -likely[rate]):
            try:
                rest = [self._student(name, rows, chosen, seed) for seed in others]
            except Exception as error:
                failed = error.with_traceback(None)
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
                "credit": tuple(self._credit(name, rows, chosen, students, test)),
            }
        )
        return result, students

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
        key = self.conditions.credit
        if key is None or len(groups_of(rows, key)) < 2:
            return
        for group, rest in without_groups(rows, key).items():
            try:
                less = [
                    _of(self._student(f"{name} without {group}", rest, rate, seed)[1.0], test)
                    for seed in self._seeds
                ]
            except Exception as error:
                yield Credit(group=group, worth=None, error=one_line(error))
            else:
                yield Credit(group=group, worth=compare(less, whole, test))

    def _student(self, arm: str, rows: list[Row], rate: float, seed: int) -> Looks:
        """The answers of one student; trained unless they are kept."""
        settings = self.training.model_copy(
            update={
                "tokens": self.conditions.tokens,
                "steps": self.conditions.steps,
                "replay": 0.0,
                "learning_rate": rate,
                "random_seed": seed,
            }
        )
        fingerprint = self._fingerprint(rows, settings.model_dump(mode="json"))
        # Other conditions are other folders, so that none overwrites what took hours.
        folder = self.out / "students" / _slug(arm) / f"{rate:g}-{seed}-{fingerprint[:8]}"
        kept = {share: _read(_file(folder, share), fingerprint) for share in SHARES}
        answers = {share: found for share, found in kept.items() if found is not None}
        self._done += 1
        if 1.0 in answers:
            return answers
        self.on_event(
            {"stage": "student", "arm": arm, "learning_rate": rate, "seed": seed}
            | {"number": self._done, "of": count_students(self.arms, self.conditions)}
        )
        data = self.out / "arms" / f"{_slug(arm)}.jsonl"
        if not data.is_file() or read_jsonl(data) != rows:
            write_jsonl(data, rows)

        def look(share: float, model: Any, tokenizer: Any) -> None:
            answers[share] = answer_with(model, tokenizer, self.items)
            _write(_file(folder, share), fingerprint, answers[share])

        adapter = folder / "adapter"
        train_lora(
            data,
            self.base,
            adapter,
            settings,
            snapshots=SHARES,
            on_snapshot=look,
            on_progress=as_events(self.on_event),
        )
        if 1.0 not in answers:  # trained before, and examined on other items
            look(1.0, *load_student(self.base, adapter))
        # What it answered is what the race needs; so many adapters would fill a disk.
        shutil.rmtree(adapter)
        return answers

    def _untrained(self, contexts: Mapping[str, str] | None) -> list[Answer]:
        """The base's answers, closed-book or with the source in view."""
        what = "base" if contexts is None else CONTEXT
        fingerprint = self._fingerprint(sorted((contexts or {}).items()), {})
        path = self.out / f"{what}-{fingerprint[:8]}.json"
        answers = _read(path, fingerprint)
        if answers is None:
            self.on_event({"stage": what})
            model, tokenizer = load_student(self.base, None)
            answers = answer_with(model, tokenizer, self.items, context=contexts)
            _write(path, fingerprint, answers)
        return answers

    def _fingerprint(self, rows: Any, settings: dict[str, Any]) -> str:
        """Hash of all that shapes a student's answers."""
        items = [item.model_dump(mode="json") for item in self.items]
        shaped = json.dumps([rows, items, settings, weights_stamp(self.base)], sort_keys=True)
        return hashlib.sha256(shaped.encode("utf-8", "replace")).hexdigest()


def count_students(arms: Arms, conditions: Conditions) -> int:
    """How many are trained in all."""
    rates, seeds, key = conditions.learning_rates, conditions.seeds, conditions.credit
    count = 0
    for name, rows in arms.items():
        if name != CONTEXT:
            groups = len(groups_of(rows, key)) if key else 0
            count += len(rates) + seeds - 1 + (seeds * groups if groups > 1 else 0)
    return count


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
    told = " ".join(" ".join(words(_text(row))) for row in rows)

    def stands(item: Item) -> bool:
        asked = words(item.prefix.removeprefix("Question:").removesuffix("Answer:"))
        right = [] if item.framing == "question" else words(item.options[item.correct])
        return " ".join([*asked, *right]) in told

    return sum(map(stands, items)) / len(items)


def _text(row: Row) -> str:
    return str(row.get("text") or " ".join(m["content"] for m in row.get("messages", [])))


def _slug(name: str) -> str:
    """A folder's name; names of arms may come from a file, so they are told apart by a hash."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
    digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:6]
    return plain if plain == name else f"{plain}-{digest}"


def _file(folder: Path, share: float) -> Path:
    return folder / f"answers-{round(100 * share)}.json"


def _read(path: Path, fingerprint: str) -> list[Answer] | None:
    kept = read_answers(path, fingerprint).get(_ITEMS)
    return None if kept is None else list(kept)


def _write(path: Path, fingerprint: str, answers: Sequence[Answer]) -> None:
    write_answers(path, fingerprint, {_ITEMS: answers})
