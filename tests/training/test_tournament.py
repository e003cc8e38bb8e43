"""Equal students of a language model small enough to train many of."""

import errno
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from distillnet.config import Training
from distillnet.errors import StorageError, UsageError
from distillnet.records import Item
from distillnet.training.tournament import Entry, base_answers, compete, equal_budget

TRAINING = Training(epochs=2, rank=4, learning_rate=1e-3)
Rows = Callable[[Sequence[tuple[str, str]]], Path]


def items(name: str, count: int = 3) -> tuple[Item, ...]:
    return tuple(
        Item(
            id=f"{name}{n}",
            kind="choice",
            fact=n,
            framing=None,
            prompt=f"What is lamp {n} of {name} like?",
            prefix="It burns",
            options=("blue at noon.", "red at night, as every sailor knows."),
            correct=n % 2,
            author="rules",
        )
        for n in range(count)
    )


def entry(name: str, rows: Rows, tmp_path: Path, *, count: int = 4, tokens: int = 60) -> Entry:
    data = rows([(f"What of {name} {n}?", f"{name} burns {'blue ' * n}") for n in range(count)])
    return Entry(name, tmp_path / name, data, tokens, items(name))


class Told(list[dict[str, Any]]):
    """What was told while a tournament went on."""

    def __call__(self, event: dict[str, Any]) -> None:
        self.append(event)

    def of(self, key: str) -> list[Any]:
        return [event[key] for event in self if key in event]


def test_the_budget_lets_everybody_read_as_often_as_the_longest() -> None:
    entries = [
        Entry(name, Path(name), Path(name), tokens, ())
        for name, tokens in (("short", 100), ("long", 40_000))
    ]
    chosen = equal_budget(entries, TRAINING, tokens=None, steps=None)
    assert (chosen.tokens, chosen.steps) == (80_000, 156)
    chosen = equal_budget(entries[:1], TRAINING, tokens=None, steps=None)
    assert (chosen.tokens, chosen.steps) == (200, 30)
    own = TRAINING.model_copy(update={"tokens": 500, "steps": 7})
    chosen = equal_budget(entries, own, tokens=None, steps=None)
    assert (chosen.tokens, chosen.steps) == (500, 7)
    chosen = equal_budget(entries, own, tokens=900, steps=9)
    assert (chosen.tokens, chosen.steps) == (900, 9)
    with pytest.raises(UsageError, match="give fewer steps"):
        equal_budget(entries, TRAINING, tokens=8, steps=9)


def test_every_student_learns_as_much_and_takes_every_test(
    tiny: Path, rows: Rows, tmp_path: Path
) -> None:
    entries = [entry("short", rows, tmp_path, count=2), entry("long", rows, tmp_path, count=9)]
    tests = [entry.items for entry in entries]
    training = equal_budget(entries, TRAINING, tokens=300, steps=5)
    told = Told()
    outcomes = compete(entries, tests, tiny, training, parallel=1, emit=told)
    for one, outcome in zip(entries, outcomes, strict=True):
        assert outcome.error is None
        report = json.loads((one.folder / "adapter" / "training.json").read_text("utf-8"))
        assert (report["tokens"], report["steps"]) == (300, 5)
        asked = [[answer.item for answer in answers] for answers in outcome.answers]
        assert asked == [[item.id for item in test] for test in tests]
    assert [outcome.rows for outcome in outcomes] == [2, 9]
    assert outcomes[0].readings > outcomes[1].readings
    base = base_answers(tests, tiny, tmp_path / "base.json", told)
    assert all(outcome.answers != tuple(base) for outcome in outcomes)


def test_what_was_done_is_not_done_again_and_one_more_costs_only_itself(
    tiny: Path, rows: Rows, tmp_path: Path
) -> None:
    entries = [entry("first", rows, tmp_path), entry("second", rows, tmp_path)]
    training = equal_budget(entries, TRAINING, tokens=120, steps=2)

    def held(entries: Sequence[Entry]) -> tuple[Any, Told]:
        told = Told()
        tests = [entry.items for entry in entries]
        base_answers(tests, tiny, tmp_path / "base.json", told)
        return compete(entries, tests, tiny, training, parallel=1, emit=told), told

    before, told = held(entries)
    assert len(told.of("train")) == 4
    again, told = held(entries)
    assert again == before and not told.of("train") and not told.of("evaluate")
    turned, told = held([*reversed(entries), entry("third", rows, tmp_path)])
    assert len(told.of("train")) == 2
    # The base and the two that were there are asked the new test, the new one all three.
    assert told.of("of") == [3, 3, 3, 9]
    assert turned[1].answers[1] == before[0].answers[0]


def test_other_training_is_examined_anew(tiny: Path, rows: Rows, tmp_path: Path) -> None:
    entries = [entry("only", rows, tmp_path)]
    tests = [entries[0].items]

    def held(tokens: int) -> Told:
        told = Told()
        training = equal_budget(entries, TRAINING, tokens=tokens, steps=2)
        compete(entries, tests, tiny, training, parallel=1, emit=told)
        return told

    assert held(100).of("evaluate") and held(140).of("evaluate")
    (tmp_path / "only" / "answers.json").write_text('{"student": [', encoding="utf-8")
    told = held(140)
    assert told.of("evaluate") and not told.of("train")


def test_one_that_cannot_be_taught_does_not_lose_the_others(
    tiny: Path, rows: Rows, tmp_path: Path
) -> None:
    whole, broken = entry("whole", rows, tmp_path), entry("broken", rows, tmp_path)
    broken.data.write_text("{]\n", encoding="utf-8")
    nowhere = entry("nowhere", rows, tmp_path)
    (tmp_path / "nowhere").write_text("a file in the place of a folder", encoding="utf-8")
    entries = [broken, whole, nowhere]
    tests = [entry.items for entry in entries]
    training = equal_budget(entries, TRAINING, tokens=100, steps=2)
    first, second, third = compete(entries, tests, tiny, training, parallel=1, emit=Told())
    assert first.error and "line 1" in first.error and not first.answers
    assert second.error is None and len(second.answers) == 3
    assert third.error and "\n" not in third.error


def test_a_full_disk_ends_the_tournament_at_once(
    tiny: Path, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def full(*arguments: Any, **named: Any) -> Any:
        tried.append(arguments)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("distillnet.training.tournament.train_lora", full)
    entries = [entry("first", rows, tmp_path), entry("second", rows, tmp_path)]
    training = equal_budget(entries, TRAINING, tokens=100, steps=2)
    with pytest.raises(StorageError, match="the disk is full"):
        compete(entries, [one.items for one in entries], tiny, training, parallel=1, emit=Told())
    assert len(tried) == 1


@pytest.mark.slow
def test_several_at_once_do_the_same(
    tiny: Path, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distillnet.training.tournament.free_bytes", lambda: 2**40)
    entries = [entry("first", rows, tmp_path), entry("second", rows, tmp_path)]
    tests = [(), *(entry.items for entry in entries)]
    training = equal_budget(entries, TRAINING, tokens=80, steps=2)
    told = Told()
    at_once = compete(entries, tests, tiny, training, parallel=2, emit=told)
    assert not told.of("train")
    assert sorted(told.of("note")) == [
        "trained and examined: first",
        "trained and examined: second",
    ]
    told = Told()
    assert compete(entries, tests, tiny, training, parallel=1, emit=told) == at_once
    assert not told.of("train") and not told.of("evaluate")
    assert [len(answers) for answers in at_once[0].answers] == [0, 3, 3]


def test_without_memory_for_two_they_come_one_after_the_other(
    tiny: Path, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distillnet.training.tournament.free_bytes", lambda: 2**30)
    entries = [entry("first", rows, tmp_path), entry("second", rows, tmp_path)]
    training = equal_budget(entries, TRAINING, tokens=80, steps=2)
    told = Told()
    compete(entries, [e.items for e in entries], tiny, training, parallel=2, emit=told)
    assert told.of("note")[0] == "there is memory for 1 at a time"
    assert len(told.of("train")) == 4
