"""A run that a race or a tournament made: its caps are a share, which only the whole can tell."""

import os
from pathlib import Path
from typing import Literal, get_args

from distillnet.config import Settings
from distillnet.errors import UsageError
from distillnet.graphs.one_of_several import caps_of
from distillnet.memory.storage import storage_errors

Whole = Literal["race", "tournament"]
_NAME = ".part_of"
_LONGEST = 1_000


def note_whole(run: Path, whole: Whole, out: Path) -> None:
    """Keeps in the directory ``run`` that it is made for the ``whole`` in ``out``.

    Raises UsageError where there can be no such directory, and StorageError.
    """
    with storage_errors(run):
        try:
            run.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise UsageError(f"{run} cannot be a directory: give another --out") from None
        note = (whole, os.path.relpath(out, run), os.path.relpath(run, out))
        (run / _NAME).write_text("\n".join(note), "utf-8")


def require_alone(run: Path, settings: Settings) -> None:
    """Raises UsageError for a run that shares the caps of its ``settings`` with others.

    Alone it would spend its share again, whatever the others have used since. One that was copied
    or moved out of the whole is alone.
    """
    if not caps_of(settings) or not (run / _NAME).is_file():
        return
    with (run / _NAME).open(encoding="utf-8", errors="replace") as file:
        noted = file.read(_LONGEST).split("\n")
    if len(noted) != 3 or noted[0] not in get_args(Whole) or "\0" in "".join(noted):
        return
    whole, up, down = noted
    out = Path(os.path.normpath(run / up))
    if (out / down).is_dir() and (out / down).samefile(run):
        raise UsageError(
            f"{str(run)!r} is written for the {whole} in {str(out)!r} and has a share of "
            f"its caps (--budget-...): give the same 'distillnet {whole}' again, which goes on"
        )
