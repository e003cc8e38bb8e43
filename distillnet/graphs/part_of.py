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
        (run / _NAME).write_text(f"{whole} {os.path.relpath(out, run)}", "utf-8")


def require_alone(run: Path, settings: Settings) -> None:
    """Raises UsageError for a run that shares the caps of its ``settings`` with others.

    Alone it would spend its share again, whatever the others have used since.
    """
    if not caps_of(settings) or not (run / _NAME).is_file():
        return
    with (run / _NAME).open(encoding="utf-8", errors="replace") as file:
        whole, _, out = file.read(_LONGEST).partition(" ")
    if whole in get_args(Whole):
        raise UsageError(
            f"{run} is written for the {whole} in {os.path.normpath(run / out)} and has a share of "
            f"its caps (--budget-...): give the same 'distillnet {whole}' again, which goes on"
        )
