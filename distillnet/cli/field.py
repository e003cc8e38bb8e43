"""Texts of strangers set in 79 columns, alone or beside a name."""

from collections.abc import Iterator, Sequence

from distillnet.cli.folding import folded
from distillnet.tools.terminal import terminal

WIDTH = 79
NAMES = 11  # columns of the names at the left
FEW = 3  # lines of a text that is one among many


def field(
    name: str, text: str, *, names: int = NAMES, most: int | None = None, whole: bool = False
) -> Iterator[str]:
    """``text`` beside ``name``, its further lines below its beginning; see ``wrapped``."""
    yield from beside(name, wrapped(text, indent=names, most=most, whole=whole), names=names)


def beside(name: str, lines: Sequence[str], *, names: int = NAMES) -> Iterator[str]:
    """``lines``, which are indented by ``names`` columns, with ``name`` before the first."""
    first, *rest = lines or [""]
    yield f"{name:<{names}}{first[names:]}".rstrip()
    yield from rest


def wrapped(
    text: str,
    *,
    indent: int,
    hang: int | None = None,
    most: int | None = None,
    whole: bool = False,
) -> list[str]:
    """Inert lines of a text, the further ones indented by ``hang`` columns where it is given.

    At most so many lines; a cut is shown by an ellipsis. ``whole`` breaks no word, so that a path
    can be copied, even where it is too long.
    """
    rest = indent if hang is None else hang
    lines = folded(terminal(text), WIDTH - indent, further=WIDTH - rest, most=most, whole=whole)
    return [f"{' ' * (rest if number else indent)}{line}" for number, line in enumerate(lines)]
