"""Each condition is made for real, where a test can make it."""

import errno
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from distillnet.errors import ConfigError, StorageError
from distillnet.memory.storage import storage_errors


def write_to_a_full_device(folder: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with open("/dev/full", "wb", buffering=0) as file:
        file.write(b"x")


def write_where_it_is_not_allowed(folder: Path) -> None:
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder / "scenes.jsonl"))


def write_to_a_full_database(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "db")) as db:
        db.execute("CREATE TABLE t (x)")
        db.execute("PRAGMA max_page_count=2")
        db.execute("INSERT INTO t VALUES (zeroblob(100000))")


def write_to_a_locked_database(folder: Path) -> None:
    with (
        closing(sqlite3.connect(folder / "db", isolation_level=None)) as owner,
        closing(sqlite3.connect(folder / "db", isolation_level=None, timeout=0)) as other,
    ):
        owner.execute("BEGIN EXCLUSIVE")
        other.execute("CREATE TABLE t (x)")


def write_to_a_database_opened_for_reading(folder: Path) -> None:
    sqlite3.connect(folder / "db").close()
    with closing(sqlite3.connect(f"file:{folder / 'db'}?mode=ro", uri=True)) as db:
        db.execute("CREATE TABLE t (x)")


def open_a_database_in_no_folder(folder: Path) -> None:
    sqlite3.connect(folder / "none" / "db")


def write_to_a_vector_store_on_a_full_disk(folder: Path) -> None:
    from chromadb.errors import InternalError

    raise InternalError("error returned from database: (code: 13) database or disk is full")


def save_weights_on_a_full_disk(folder: Path) -> None:
    from safetensors import SafetensorError

    raise SafetensorError("I/O error: No space left on device (os error 28)")


@pytest.mark.parametrize(
    ("happens", "cure"),
    [
        (write_to_a_full_device, "the disk is full: free some space"),
        (write_where_it_is_not_allowed, "no permission to write: change it"),
        (write_to_a_full_database, "the disk is full: free some space"),
        (write_to_a_locked_database, "another program holds a file of the run locked: close it"),
        (write_to_a_database_opened_for_reading, "the disk is read-only: make it writable"),
        (open_a_database_in_no_folder, "no permission to write: change it"),
        (write_to_a_vector_store_on_a_full_disk, "the disk is full: free some space"),
        (save_weights_on_a_full_disk, "the disk is full: free some space"),
    ],
)
def test_what_is_the_disk_s_fault_is_said_with_its_cure(
    tmp_path: Path, happens: Callable[[Path], None], cure: str
) -> None:
    with pytest.raises(StorageError) as raised, storage_errors(tmp_path):
        happens(tmp_path)
    assert str(raised.value) == (
        f"cannot write to {tmp_path}: {cure}, then 'distillnet resume {tmp_path}'; "
        "what was paid for is kept"
    )
    assert raised.value.exit_code == 1


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(errno.ENOENT, "No such file", "seed.txt"),
        PermissionError(errno.EACCES, "of a socket, which has no file name"),
        sqlite3.OperationalError("no such table: scenes"),
        ValueError("the disk is full of surprises"),
        ConfigError("database is locked"),
        KeyboardInterrupt(),
    ],
    ids=repr,
)
def test_all_else_passes_through(tmp_path: Path, error: BaseException) -> None:
    with pytest.raises(type(error)) as raised, storage_errors(tmp_path):
        raise error
    assert raised.value is error
