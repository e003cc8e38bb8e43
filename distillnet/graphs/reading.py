"""The ledger of a run, opened to be read while the run may go on."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from distillnet.errors import StorageError, UsageError
from distillnet.memory.ledger import Ledger

LEDGER = "ledger.sqlite"


@contextmanager
def read_ledger(directory: Path) -> Iterator[Ledger]:
    """The ledger of the run in ``directory`` as of now; needs no lock and writes nothing.

    Raises UsageError where there is none yet, StorageError for one that cannot be read.
    """
    path = directory / LEDGER
    if not path.is_file():
        raise UsageError(f"the run in {str(directory)!r} has no ledger yet: run or resume it first")
    try:
        ledger = Ledger(path, read_only=True)
    except sqlite3.OperationalError as error:
        raise StorageError(
            f"cannot read {path} ({error}): copy the run directory to where you may write"
        ) from None
    with closing(ledger):
        yield ledger
