"""The tables of the ledger, and how those of an older format become those of this one."""

import sqlite3
from pathlib import Path

from distillnet.errors import ConfigError

_VERSION = 3
_SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS cells (
    place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, cell TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS calls (
    cell TEXT PRIMARY KEY, prompt TEXT NOT NULL, call TEXT NOT NULL, failed INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS attempts (
    number INTEGER PRIMARY KEY AUTOINCREMENT, cell TEXT NOT NULL, outcome TEXT,
    input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, usd REAL, seconds REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS attempts_by_cell ON attempts (cell);
CREATE TABLE IF NOT EXISTS scenes (
    place INTEGER PRIMARY KEY REFERENCES cells (place), id TEXT NOT NULL UNIQUE,
    verdict TEXT NOT NULL, scene TEXT NOT NULL, embedding BLOB
) STRICT;
CREATE INDEX IF NOT EXISTS scenes_by_verdict ON scenes (verdict);
CREATE TABLE IF NOT EXISTS angles (
    id TEXT PRIMARY KEY, angle INTEGER NOT NULL, nearest TEXT, probability REAL NOT NULL
) STRICT;
"""

# Computed from the scene, so that the critic finds those of a round without reading all others.
_FROM_2 = """
BEGIN;
ALTER TABLE scenes ADD COLUMN round INTEGER AS (json_extract(scene, '$.round'));
CREATE INDEX scenes_by_round ON scenes (round);
PRAGMA user_version=3;
COMMIT;
"""

# Format 1 knew calls, but not the single requests.
_FROM_1 = """
BEGIN;
INSERT INTO attempts SELECT NULL, cell, iif(failed, 'failed', 'ok'),
    json_extract(call, '$.input_tokens'), json_extract(call, '$.output_tokens'), NULL,
    json_extract(call, '$.seconds') FROM calls;
PRAGMA user_version=2;
COMMIT;
"""


def prepare(db: sqlite3.Connection, path: Path) -> None:
    """Makes what is missing. Raises ConfigError when ``path`` is of a newer format."""
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > _VERSION:
        raise ConfigError(f"{path} was written by a newer DistillNet (format {version}): upgrade")
    db.executescript(_SCHEMA)
    if version == 1:
        db.executescript(_FROM_1)
    if version < 3:
        db.executescript(_FROM_2)
    db.execute(f"PRAGMA user_version={_VERSION}")
