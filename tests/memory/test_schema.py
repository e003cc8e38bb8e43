import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from distillnet.errors import ConfigError
from distillnet.memory.ledger import Ledger
from distillnet.records import Attempt, Spent
from tests.memory.conftest import MakeCall


def make_format_1(path: Path, *calls: tuple[str, str, int]) -> None:
    """A ledger as it was before requests were counted one by one."""
    Ledger(path).close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DROP TABLE attempts")
        db.executemany("INSERT INTO calls VALUES (?, 'p', ?, ?)", calls)
        db.execute("PRAGMA user_version=1")


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


def test_a_ledger_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version=99")
    with pytest.raises(ConfigError, match=r"newer DistillNet .format 99.: upgrade"):
        Ledger(path)
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
