"""A folder of results that one process at a time works in, and what may stop that work."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distillnet.errors import Interrupted, RunLocked, StorageError, UsageError
from distillnet.memory.storage import storage_errors

GOES_ON = "the same command again goes on"


@contextmanager
def holding(out: Path, what: str) -> Iterator[None]:
    """Makes ``out`` and locks it while ``what`` ("the tournament") is made in it.

    Raises RunLocked where another process holds it and UsageError where it cannot be made or
    written. Of what happens inside, Ctrl-C becomes Interrupted and what is the disk's fault
    StorageError; both say that the same command goes on.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(out / ".lock")
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock.acquire(blocking=False)
    except Timeout:
        raise RunLocked(
            f"another process holds {what} in {out}: wait for it or give another --out"
        ) from None
    except OSError as error:
        raise UsageError(f"cannot write to {out} ({error.strerror}): give another --out") from None
    try:
        with storage_errors(out):
            yield
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted; {GOES_ON}") from None
    except StorageError as error:
        # There is no run in ``out`` that a resume could finish.
        said = str(error).partition(", then 'distillnet resume")[0]
        raise StorageError(f"{said}, then {GOES_ON}") from error
    finally:
        lock.release()
