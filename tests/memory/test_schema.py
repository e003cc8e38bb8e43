import json
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from distillnet.agents.census import Census
from distillnet.errors import ConfigError
from distillnet.memory.ledger import Ledger
from distillnet.records import Attempt, Record, Spent
from tests.memory.conftest import MakeCall, MakeCell, MakeScene

# The tables as format 2 had them; format 1 had no attempts, and neither had the angles of scenes.
_FORMAT_2 = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE cells (
    place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, cell TEXT NOT NULL
) STRICT;
CREATE TABLE calls (
    cell TEXT PRIMARY KEY, prompt TEXT NOT NULL, call TEXT NOT NULL, failed INTEGER NOT NULL
) STRICT;
CREATE TABLE attempts (
    number INTEGER PRIMARY KEY AUTOINCREMENT, cell TEXT NOT NULL, outcome TEXT,
    input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, usd REAL, seconds REAL NOT NULL
) STRICT;
CREATE TABLE scenes (
    place INTEGER PRIMARY KEY REFERENCES cells (place), id TEXT NOT NULL UNIQUE,
    verdict TEXT NOT NULL, scene TEXT NOT NULL, embedding BLOB
) STRICT;
CREATE INDEX scenes_by_verdict ON scenes (verdict);
PRAGMA user_version=2;
"""
# Fields that records have had since format 3.
_LATER = {"fact", "direction", "tells", "contradicts"}


def make_format_2(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(_FORMAT_2)


def make_format_1(path: Path, *calls: tuple[str, str, int]) -> None:
    """A ledger as it was before requests were counted one by one."""
    make_format_2(path)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DROP TABLE attempts")
        db.executemany("INSERT INTO calls VALUES (?, 'p', ?, ?)", calls)
        db.execute("PRAGMA user_version=1")


def as_then(record: Record) -> str:
    return record.model_dump_json(exclude=_LATER)


def test_calls_of_format_1_count_as_one_request_each(tmp_path: Path, call: MakeCall) -> None:
    path = tmp_path / "ledger.sqlite"
    failed = call("b", "", error="TimeoutError: slow", input_tokens=0, output_tokens=0, seconds=9.0)
    make_format_1(path, ("a", call("a").model_dump_json(), 0), ("b", failed.model_dump_json(), 1))
    for _ in range(2):
        ledger = Ledger(path)
        assert ledger.spent() == Spent(calls=2, input_tokens=100, output_tokens=20)
        assert ledger.outcomes() == {"failed": 1, "ok": 1}
        (attempt,) = ledger.attempts("b")
        assert attempt == Attempt(
            number=2,
            cell="b",
            outcome="failed",
            input_tokens=0,
            output_tokens=0,
            usd=None,
            seconds=9.0,
        )
        assert ledger.has_answer("a") and not ledger.has_answer("b")
        ledger.close()


def test_a_change_of_format_is_made_whole_or_not_at_all(tmp_path: Path, call: MakeCall) -> None:
    path = tmp_path / "ledger.sqlite"
    row = json.loads(call("b").model_dump_json())
    broken = json.dumps(row | {"input_tokens": "many"})
    make_format_1(path, ("a", call("a").model_dump_json(), 0), ("b", broken, 0))
    for _ in range(2):
        with pytest.raises(ConfigError, match=r"cannot open .*ledger.sqlite"):
            Ledger(path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM attempts").fetchone() == (0,)
        assert db.execute("PRAGMA user_version").fetchone() == (1,)


def test_scenes_of_format_2_are_counted_like_new_ones(
    tmp_path: Path, cell: MakeCell, call: MakeCall, scene: MakeScene
) -> None:
    path = tmp_path / "ledger.sqlite"
    make_format_2(path)
    unit = np.eye(3, dtype=np.float32)
    with closing(sqlite3.connect(path)) as db, db:
        for place, id in enumerate("ab"):
            db.execute("INSERT INTO cells VALUES (NULL, ?, ?)", (id, as_then(cell(id))))
            answer = (id, call(id).model_dump_json())
            db.execute("INSERT INTO calls VALUES (?, 'p', ?, 0)", answer)
            row = (place + 1, id, as_then(scene(id, role="dog")), unit[place].tobytes())
            db.execute("INSERT INTO scenes VALUES (?, ?, 'accepted', ?, ?)", row)
    for round in (1, 2):
        ledger = Ledger(path)
        assert ledger.cells()[:2] == [cell("a"), cell("b")]
        assert ledger.scenes()[:2] == [scene("a", role="dog"), scene("b", role="dog")]
        assert ledger.accepted_ids() == ["a", "b", "c"][: round + 1]
        ledger.add_cells([cell("c", fact=0)])
        ledger.record_scenes([(scene("c", fact=0, tells=((0, "reverse"),)), unit[2])])
        census = Census(ledger, 1)
        assert census.asked == {"dog": 2, "child": 1}
        assert census.told == {(0, "reverse"): ["c"]}
        assert census.tokens == 40 + len("A scene.") // 4  # one has no answer that was counted
        ledger.close()


@pytest.mark.parametrize("version", [1, 2])
def test_an_old_ledger_is_read_without_being_changed(
    tmp_path: Path, version: int, call: MakeCall
) -> None:
    path = tmp_path / "ledger.sqlite"
    make_format_1(path) if version == 1 else make_format_2(path)
    before = path.read_bytes()
    reader = Ledger(path, read_only=True)
    assert reader.angles() == {} and not Census(reader, 1).asked
    reader.close()
    assert path.read_bytes() == before


def test_a_ledger_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version=99")
    with pytest.raises(ConfigError, match=r"newer DistillNet .format 99.: upgrade"):
        Ledger(path)
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
