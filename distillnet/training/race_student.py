"""One student of the race: trained and examined, unless its answers are kept."""

import hashlib
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distillnet.config import Training
from distillnet.memory.storage import storage_errors
from distillnet.records import Item, OnEvent
from distillnet.tools.export import read_jsonl, write_jsonl
from distillnet.training.arms import CONTEXT, Row
from distillnet.training.kept_answers import read_answers, weights_stamp, write_answers
from distillnet.training.loop import as_events
from distillnet.training.lora import train_lora
from distillnet.training.scoring import Answer, answer_with, load_student

SHARES = (0.1, 0.3, 1.0)
"""Of the steps, after which a student is examined."""
Looks = dict[float, list[Answer]]
"""A student's answers by the share of its training."""
_ITEMS = "items"


@dataclass(frozen=True)
class Conditions:
    """What all arms have in common; ``credit`` is the key of the rows' groups, or None."""

    tokens: int
    steps: int
    learning_rates: tuple[float, ...]
    seeds: int
    credit: str | None = None


@dataclass
class Students:
    """Those of one race: equal tokens and steps for all; each answers all ``items``.

    Everything is kept under ``out``. ``count`` is how many the race has.
    """

    items: Sequence[Item]
    base: Path
    out: Path
    conditions: Conditions
    training: Training
    on_event: OnEvent
    count: int
    _done: int = 0

    @property
    def seeds(self) -> range:
        first = self.training.random_seed
        return range(first, first + self.conditions.seeds)

    def taught(self, arm: str, rows: list[Row], rate: float, seed: int) -> Looks:
        """The answers of one student; trained unless they are kept.

        Raises StorageError for what is the disk's fault, which would stop every other one, too.
        """
        with storage_errors(self.out):
            return self._taught(arm, rows, rate, seed)

    def _taught(self, arm: str, rows: list[Row], rate: float, seed: int) -> Looks:
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
            | {"number": self._done, "of": self.count}
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

    def untrained(self, contexts: Mapping[str, str] | None) -> list[Answer]:
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
