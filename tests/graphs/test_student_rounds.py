from collections.abc import Iterator
from pathlib import Path

import pytest

from distillnet.errors import ConfigError
from distillnet.graphs.student_rounds import (
    all_cells,
    cells_not_taught,
    cells_of,
    final_adapter,
    note_cells,
)
from distillnet.memory.ledger import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.sqlite")
    yield opened
    opened.close()


def test_cells_of_earlier_errors_are_still_not_the_first_students(ledger: Ledger) -> None:
    assert all_cells(ledger) == set() and cells_of(ledger, 1) == []
    note_cells(ledger, 1, ["a", "b"])
    note_cells(ledger, 2, ["c"])
    note_cells(ledger, 1, ["b", "d"])
    assert cells_of(ledger, 1) == ["b", "d"] and cells_of(ledger, 2) == ["c"]
    assert all_cells(ledger) == set("abcd")
    assert cells_not_taught(ledger, 0) == set("abcd")
    assert cells_not_taught(ledger, 1) == set("ac")
    assert cells_not_taught(ledger, 2) == {"a"}


def test_what_an_earlier_version_noted_counts(ledger: Ledger) -> None:
    ledger.write_fact("student rounds", {"1": ["a"]})
    assert all_cells(ledger) == {"a"}
    note_cells(ledger, 1, ["b"])
    assert all_cells(ledger) == {"a", "b"}


def test_the_final_adapter_is_that_of_the_last_round_that_taught(tmp_path: Path) -> None:
    assert final_adapter(tmp_path) == tmp_path / "adapter"
    for round in "13":
        (tmp_path / "relearned" / round).mkdir(parents=True)
        (tmp_path / "relearned" / round / "train.jsonl").touch()
    assert final_adapter(tmp_path) == tmp_path / "adapter", "no round has ended"
    loop = tmp_path / "student_loop.json"
    loop.write_text('[{"round": 1}, {"round": 2}]')
    assert final_adapter(tmp_path) == tmp_path / "relearned" / "1" / "adapter"
    loop.write_text('[{"round": 1}, {"round": 2}, {"round": 3}]')
    assert final_adapter(tmp_path) == tmp_path / "relearned" / "3" / "adapter"


@pytest.mark.parametrize("content", [b"", b"\xff", b"{}", b"[" * 100_000])
def test_a_damaged_file_is_said_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "student_loop.json").write_bytes(content)
    with pytest.raises(ConfigError, match=r"student_loop\.json holds no list of rounds"):
        final_adapter(tmp_path)
