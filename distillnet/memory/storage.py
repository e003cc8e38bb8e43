"""Disks that are full, read-only or locked: said in one sentence, wherever it was noticed."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distillnet.errors import DistillNetError, StorageError

_ERRORS = {
    errno.ENOSPC: "the disk is full: free some space",
    errno.EDQUOT: "the disk quota is used up: free some space",
    errno.EFBIG: "a file may not grow any further (ulimit -f)",
    errno.EROFS: "the disk is read-only: make it writable",
    errno.EACCES: "no permission to write: change it",
    errno.EPERM: "no permission to write: change it",
    errno.EIO: "the disk reports errors: check it",
}
# What SQLite says; Chroma passes it on in messages of its own.
_SAID = {
    "database or disk is full": _ERRORS[errno.ENOSPC],
    "database is locked": "another program holds a file of the run locked: close it",
    "readonly database": _ERRORS[errno.EROFS],
    "unable to open database file": _ERRORS[errno.EACCES],
    "disk i/o error": _ERRORS[errno.EIO],
}


@contextmanager
def storage_errors(directory: Path) -> Iterator[None]:
    """Turns what is the disk's fault into StorageError with the cure; all else passes through."""
    try:
        yield
    except DistillNetError:
        raise
    except Exception as error:
        if (cure := _cure(error)) is None:
            raise
        raise StorageError(
            f"cannot write to {directory}: {cure}, then 'distillnet resume {directory}'; "
            "what was paid for is kept"
        ) from error


def _cure(error: BaseException) -> str | None:
    if isinstance(error, OSError) and error.errno in _ERRORS and error.filename is not None:
        return _ERRORS[error.errno]
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return _ERRORS[error.errno]
    if "no space left on device" in str(error).lower():  # as safetensors puts it
        return _ERRORS[errno.ENOSPC]
    if isinstance(error, sqlite3.Error) or type(error).__module__.startswith("chromadb"):
        said = str(error).lower()
        return next((cure for text, cure in _SAID.items() if text in said), None)
    return None
