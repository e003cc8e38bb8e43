"""A run that a race or a tournament made is not gone on with alone where it has shared caps."""

import shutil
from pathlib import Path

import pytest

from distillnet.config import load_settings
from distillnet.errors import UsageError
from distillnet.graphs.part_of import Whole, note_whole, require_alone

CAPPED = load_settings(budget_calls=7)


@pytest.mark.parametrize("whole", ["race", "tournament"])
def test_it_names_the_whole_wherever_that_was_moved_to(tmp_path: Path, whole: Whole) -> None:
    out = tmp_path / "here"
    note_whole(out / "teacher" / "lenses", whole, out)
    require_alone(out / "teacher" / "lenses", load_settings())
    moved = out.rename(tmp_path / "there")
    with pytest.raises(UsageError) as error:
        require_alone(moved / "teacher" / "lenses", CAPPED)
    assert f"the {whole} in {str(moved)!r} and" in str(error.value)
    assert f"give the same 'distillnet {whole}' again" in str(error.value)


def test_what_was_moved_or_copied_out_of_the_whole_is_alone(tmp_path: Path) -> None:
    out = tmp_path / "races" / "sky"
    run = out / "teacher" / "lenses"
    note_whole(run, "race", out)
    copied = shutil.copytree(run, tmp_path / "runs" / "mine")
    require_alone(copied, CAPPED)
    moved = run.rename(tmp_path / "alone")
    require_alone(moved, CAPPED)


def test_a_run_of_its_own_may_have_a_cap(tmp_path: Path) -> None:
    require_alone(tmp_path, CAPPED)


@pytest.mark.parametrize(
    "noted", [b"", b"race", b"race\n..", b"race\n\0\n\0", b"a\n.\n.", b"\xff\xfe\x00", b"x" * 10**6]
)
def test_a_damaged_note_breaks_nothing(tmp_path: Path, noted: bytes) -> None:
    (tmp_path / ".part_of").write_bytes(noted)
    require_alone(tmp_path, CAPPED)


def test_where_no_directory_can_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    for run in (tmp_path / "file", tmp_path / "file" / "run"):
        with pytest.raises(UsageError, match="give another --out"):
            note_whole(run, "race", tmp_path)
