"""Answers to tests, asked once and kept in a file."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from distillnet.records import Item, OnEvent
from distillnet.tools.export import write_json
from distillnet.training.scoring import SCORING, Answer, answer_with, load_student

Tests = Sequence[Sequence[Item]]
Load = Callable[[Path, Path | None], tuple[Any, Any]]


def answers_to(
    tests: Tests,
    base: Path,
    adapter: Path | None,
    who: str,
    file: Path,
    emit: OnEvent,
    *,
    load: Load = load_student,
) -> list[tuple[Answer, ...]]:
    """Answers to each test, from ``file`` where they are ``who``'s; the others are asked.

    A test may be empty. ``load`` opens the student, as ``scoring.load_student`` does.
    """
    names = [_hash([item.model_dump(mode="json") for item in items]) for items in tests]
    kept = read_answers(file, who)
    unasked = {
        name: items
        for name, items in zip(names, tests, strict=True)
        if len(kept.get(name, ())) != len(items)
    }
    if unasked:
        model, tokenizer = load(base, adapter)
        asked = [item for items in unasked.values() for item in items]
        said = iter(
            answer_with(
                model,
                tokenizer,
                asked,
                on_progress=lambda done, of: emit({"evaluate": done, "of": of}),
            )
        )
        kept |= {name: tuple(next(said) for _ in items) for name, items in unasked.items()}
        write_answers(file, who, kept)
    return [kept.get(name, ()) for name in names]


def weights_stamp(base: Path) -> str:
    """Tells one model's weights from another's without reading them: place, sizes, times."""
    weights = [(path.name, path.stat()) for path in sorted(base.glob("*.safetensors"))]
    stamps = " ".join(f"{name} {stat.st_size} {stat.st_mtime_ns}" for name, stat in weights)
    return f"{base.resolve()} {stamps}"


def write_answers(file: Path, who: str, tests: Mapping[str, Sequence[Answer]]) -> None:
    """Keeps the answers of ``who``, by the tests' names."""
    rows = {name: [a.model_dump(mode="json") for a in answers] for name, answers in tests.items()}
    write_json(file, {"student": who, "scoring": SCORING, "tests": rows})


def read_answers(file: Path, who: str) -> dict[str, tuple[Answer, ...]]:
    """What ``write_answers`` kept; nothing where it is another's or cannot be read."""
    try:
        content = json.loads(file.read_text("utf-8"))
        if (content["student"], content["scoring"]) != (who, SCORING):
            return {}
        return {
            name: tuple(Answer.model_validate(answer) for answer in answers)
            for name, answers in content["tests"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
