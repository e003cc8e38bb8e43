"""The SQLite file under the ledger: opened, copied to be read, written all or none."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from distillnet.errors import ConfigError
from distillnet.memory.schema import prepare

# How long another program may hold the file before we say so.
_LOCKED_SECONDS = 10.0
# Kept beside the file and given up when the disk is full, so that the answers in flight, which were
# paid for, still find room.
_BALLAST_BYTES = 2_000_000


class Database:
    """Opened by one process; may be used from worker threads, one at a time."""

    def __init__(self, path: Path, *, read_only: bool) -> None:
        """Raises ConfigError when the file is no ledger, or one of a newer version.

        ``read_only`` works on a copy in memory, as of now: it needs no lock, does not disturb the
        run that goes on, and leaves nothing on the disk. sqlite3.OperationalError and OSError
        (disk full, read-only, locked) pass through.
        """
        self.ballast = path.with_name(".ballast")
        self.is_full = False
        """The disk was found full; what came since went into the room of the ballast."""
        if not read_only and not _holds(self.ballast, _BALLAST_BYTES):
            self.ballast.write_bytes(bytes(_BALLAST_BYTES))
        try:
            self._connection = sqlite3.connect(
                ":memory:" if read_only else path,
                isolation_level=None,
                check_same_thread=False,
                timeout=_LOCKED_SECONDS,
            )
            try:
                if read_only:
                    _copy(path, self._connection)
                prepare(self._connection, path)
            except BaseException:
                self._connection.close()
                raise
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            raise ConfigError(f"cannot open {path}: {error}") from None

    def close(self) -> None:
        self._connection.close()

    def execute(self, statement: str, values: Iterable[Any] = ()) -> sqlite3.Cursor:
        """One statement, committed at once outside a transaction."""
        return self._connection.execute(statement, tuple(values))

    def write(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Commits one statement for each of the rows, all or none."""
        with self._transaction():
            self._connection.executemany(statement, rows)

    def keep(self, *changes: tuple[str, tuple[Any, ...]]) -> None:
        """Commits (statement, row) pairs, all or none, if need be in the room of the ballast."""
        while True:
            try:
                with self._transaction():
                    for statement, row in changes:
                        self._connection.execute(statement, row)
                return
            except sqlite3.OperationalError as error:
                if "full" not in str(error) or not self.ballast.exists():
                    raise
                self.ballast.unlink()
                self.is_full = True

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            # SQLite itself has done so for some errors.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise


def _copy(path: Path, into: sqlite3.Connection) -> None:
    # Without a log beside it nobody has it open, so it may lie where nothing can be written.
    mode = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "immutable=1"
    uri = f"{path.absolute().as_uri()}?{mode}"
    with closing(sqlite3.connect(uri, uri=True, timeout=_LOCKED_SECONDS)) as file:
        file.backup(into)


def _holds(path: Path, size: int) -> bool:
    return path.exists() and path.stat().st_size == size
