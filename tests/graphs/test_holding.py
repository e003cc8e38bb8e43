import errno
import os
from pathlib import Path

import pytest

from distillnet.errors import Interrupted, RunLocked, StorageError, UsageError
from distillnet.graphs.holding import holding
from distillnet.memory.storage import storage_errors


def test_one_process_at_a_time(tmp_path: Path) -> None:
    out = tmp_path / "a" / "new folder"
    with (
        holding(out, "the race"),
        pytest.raises(RunLocked, match=f"another process holds the race in {out}: wait for it"),
        holding(out, "the race"),
    ):
        pass
    with holding(out, "the race"):
        assert out.is_dir()


@pytest.mark.parametrize("out", ["file", "file/below"])
def test_what_cannot_be_a_folder_is_said_with_the_cure(tmp_path: Path, out: str) -> None:
    (tmp_path / "file").write_text("Mine.")
    with pytest.raises(UsageError, match="give another --out"), holding(tmp_path / out, "the race"):
        pass
    assert (tmp_path / "file").read_text() == "Mine."


def test_an_interrupted_one_goes_on_by_the_same_command(tmp_path: Path) -> None:
    with (
        pytest.raises(Interrupted, match="interrupted; the same command again goes on"),
        holding(tmp_path, "the race"),
    ):
        raise KeyboardInterrupt
    with holding(tmp_path, "the race"):
        pass


@pytest.mark.parametrize("inner", ["", "run"])
def test_a_full_disk_is_said_and_no_run_is_named_to_resume(tmp_path: Path, inner: str) -> None:
    """In the folder itself, or in the directory of a run below it."""
    where = tmp_path / inner
    with (
        pytest.raises(StorageError) as raised,
        holding(tmp_path, "the race"),
        storage_errors(where),
    ):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert str(raised.value) == (
        f"cannot write to {where}: the disk is full: free some space, then the same command again "
        "goes on"
    )


def test_a_bug_is_not_taken_for_the_disk_s_fault(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), holding(tmp_path, "the race"):
        (tmp_path / "none").read_text()
