"""The ledger: one SQLite file that holds everything that was paid for, and is the only truth.

Chroma, the exports and the report can be deleted and made again from it. A call is committed
inline, before its node returns and before anything is parsed; a thread hop in between would leave
a window in which a killed process has paid for an answer that it does not have.
"""

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from distillnet.errors import ConfigError
from distillnet.memory.embed import Vectors
from distillnet.records import Call, Cell, Scene

_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS cells (
    place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, cell TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS calls (
    cell TEXT PRIMARY KEY, prompt TEXT NOT NULL, call TEXT NOT NULL, failed INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS scenes (
    place INTEGER PRIMARY KEY REFERENCES cells (place), id TEXT NOT NULL UNIQUE,
    verdict TEXT NOT NULL, scene TEXT NOT NULL, embedding BLOB
) STRICT;
CREATE INDEX IF NOT EXISTS scenes_by_verdict ON scenes (verdict);
"""


class Ledger:
    """Opened for one run directory by one process; every writing method commits.

    Nodes may use it from worker threads, one at a time.
    """

    def __init__(self, path: Path) -> None:
        """Raises ConfigError when the file is no ledger, or one of a newer version."""
        try:
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version not in (0, _VERSION):
                raise ConfigError(
                    f"{path} was written by a newer DistillNet (format {version}): upgrade"
                )
            self._db.executescript(_SCHEMA)
            self._db.execute(f"PRAGMA user_version={_VERSION}")
        except sqlite3.DatabaseError as error:
            raise ConfigError(f"cannot open {path}: {error}") from None

    def close(self) -> None:
        self._db.close()

    def write_fact(self, name: str, value: Any) -> None:
        """Stores a JSON value under a name: the seed, the exam, the coverage."""
        self._db.execute(
            "INSERT INTO facts VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, _encodable(json.dumps(value, ensure_ascii=False))),
        )

    def fact(self, name: str) -> Any:
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else json.loads(row[0])

    def add_cells(self, cells: Iterable[Cell]) -> None:
        """Adds those that are new, all or none, and gives each its place in the order.

        Scenes are judged in this order, whatever order their answers arrive in.
        """
        self._db.execute("BEGIN")
        self._db.executemany(
            "INSERT OR IGNORE INTO cells (id, cell) VALUES (?, ?)",
            [(cell.id, cell.model_dump_json()) for cell in cells],
        )
        self._db.execute("COMMIT")

    def cell(self, id: str) -> Cell:
        (text,) = self._db.execute("SELECT cell FROM cells WHERE id = ?", (id,)).fetchone()
        return Cell.model_validate_json(text)

    def cells(self) -> list[Cell]:
        """All planned cells, in their order."""
        rows = self._db.execute("SELECT cell FROM cells ORDER BY place")
        return [Cell.model_validate_json(text) for (text,) in rows]

    def record_call(self, call: Call, *, prompt: str) -> None:
        """Commits what a call brought; a later success replaces a failure, never the reverse.

        Lone surrogates, which servers do send, become U+FFFD: neither JSON nor SQLite takes them.
        """
        error = None if call.error is None else _encodable(call.error)
        call = call.model_copy(update={"raw": _encodable(call.raw), "error": error})
        self._db.execute(
            "INSERT INTO calls VALUES (?, ?, ?, ?) ON CONFLICT (cell) DO UPDATE SET"
            " call = excluded.call, failed = excluded.failed WHERE failed",
            (call.cell, _encodable(prompt), call.model_dump_json(), error is not None),
        )

    def call(self, cell: str) -> Call | None:
        row = self._db.execute("SELECT call FROM calls WHERE cell = ?", (cell,)).fetchone()
        return None if row is None else Call.model_validate_json(row[0])

    def has_answer(self, cell: str) -> bool:
        """Whether this call was made and answered, so that it need not be paid for again."""
        row = self._db.execute("SELECT 1 FROM calls WHERE cell = ? AND NOT failed", (cell,))
        return row.fetchone() is not None

    def prompt(self, cell: str) -> str | None:
        row = self._db.execute("SELECT prompt FROM calls WHERE cell = ?", (cell,)).fetchone()
        return None if row is None else str(row[0])

    def count_calls(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM calls").fetchone()[0])

    def calls(self) -> list[Call]:
        rows = self._db.execute("SELECT call FROM calls")
        return [Call.model_validate_json(text) for (text,) in rows]

    def record_scenes(self, scenes: Iterable[tuple[Scene, Vectors | None]]) -> None:
        """Stores judged scenes, whose cells are in the ledger, with their vectors; all or none."""
        self._db.execute("BEGIN")
        self._db.executemany(
            "INSERT INTO scenes SELECT place, id, ?, ?, ? FROM cells WHERE id = ?"
            " ON CONFLICT (id) DO UPDATE SET verdict = excluded.verdict,"
            " scene = excluded.scene, embedding = excluded.embedding",
            [
                (
                    scene.verdict,
                    scene.model_dump_json(),
                    None if vector is None else np.asarray(vector, np.float32).tobytes(),
                    scene.id,
                )
                for scene, vector in scenes
            ],
        )
        self._db.execute("COMMIT")

    def is_judged(self, cell: str) -> bool:
        """Whether the cell's answer has a verdict; a failed call is judged anew on each try."""
        row = self._db.execute(
            "SELECT 1 FROM scenes WHERE id = ? AND verdict <> 'failed'", (cell,)
        ).fetchone()
        return row is not None

    def scenes(self, *, accepted: bool | None = None) -> list[Scene]:
        """Judged scenes in the order of their cells: all, or only (not) accepted ones."""
        rows = self._db.execute(f"SELECT scene FROM scenes {_where(accepted)} ORDER BY place")
        return [Scene.model_validate_json(text) for (text,) in rows]

    def vectors(self, *, accepted: bool | None = None) -> dict[str, Vectors]:
        """Vector by scene id, for the scenes that have one."""
        rows = self._db.execute(
            f"SELECT id, embedding FROM scenes {_where(accepted)} ORDER BY place"
        )
        return {id: np.frombuffer(blob, np.float32) for id, blob in rows if blob is not None}


def _encodable(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _where(accepted: bool | None) -> str:
    return {
        None: "",
        True: "WHERE verdict = 'accepted'",
        False: "WHERE verdict <> 'accepted'",
    }[accepted]
