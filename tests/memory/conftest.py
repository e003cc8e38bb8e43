from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from distillnet.memory.ledger import Ledger
from distillnet.records import Call, Cell, Scene

MakeCell = Callable[..., Cell]
MakeCall = Callable[..., Call]
MakeScene = Callable[..., Scene]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def cell() -> MakeCell:
    def make(id: str, **changes: Any) -> Cell:
        given: dict[str, Any] = {
            "id": id,
            "round": 1,
            "lens": "irony",
            "role": "child",
            "form": "letter",
            "passage": 0,
            "attempt": 0,
            "reason": "missing",
            "prompt_hash": "h",
        }
        return Cell(**given | changes)

    return make


@pytest.fixture
def call() -> MakeCall:
    def make(cell: str, raw: str = "An answer.", **changes: Any) -> Call:
        given: dict[str, Any] = {
            "cell": cell,
            "raw": raw,
            "finish_reason": "stop",
            "input_tokens": 100,
            "output_tokens": 20,
            "token_limit": 320,
            "seconds": 0.5,
        }
        return Call(**given | changes)

    return make


def make_scene(id: str, text: str = "A scene.", **changes: Any) -> Scene:
    given: dict[str, Any] = {
        "id": id,
        "seed": "s",
        "lens": "irony",
        "family": "rhetorical",
        "role": "child",
        "form": "letter",
        "faithfulness": "fictional",
        "depth": 0,
        "parent": None,
        "passage": 0,
        "language": "en",
        "text": text,
        "self_test": None,
        "tags": ("doubt",),
        "model": "embedded",
        "prompt_hash": "h",
        "round": 1,
        "attempt": 0,
        "verdict": "accepted",
        "nearest": None,
        "gates": {"echo": 0.1},
    }
    return Scene(**given | changes)


@pytest.fixture
def scene() -> MakeScene:
    return make_scene
