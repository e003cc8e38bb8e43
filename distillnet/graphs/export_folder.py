"""Where an export goes: never over files that no export made."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from distillnet.errors import UsageError
from distillnet.graphs.export_card import CARD_BEGINS

CARD = "README.md"


@contextmanager
def writing_to(folder: Path, names: Sequence[str], *, is_ours: bool) -> Iterator[None]:
    """Makes the folder, into which files of these ``names`` are to be written.

    Raises UsageError where it cannot be written and, unless it ``is_ours``, where it holds files of
    the same names without the card of an export.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        card = folder / CARD
        is_ours |= card.is_file() and card.read_bytes().startswith(CARD_BEGINS.encode())
        others = [name for name in names if (folder / name).exists()]
        if others and not is_ours:
            raise UsageError(
                f"{str(folder)!r} holds a {others[0]} that no export made: give another folder "
                "by --out"
            )
        yield
    except OSError as error:
        raise UsageError(
            f"cannot write to {str(folder)!r} ({error.strerror}): give another folder by --out"
        ) from None
