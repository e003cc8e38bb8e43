"""Texts of strangers set in 79 columns, alone or beside a name."""

import textwrap
from collections.abc import Iterator, Sequence

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
    from distillnet.tools.terminal import fitted, terminal

    lines = textwrap.wrap(
        terminal(text),
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent if hang is None else hang),
        max_lines=most,
        break_on_hyphens=False,
        break_long_words=not whole,
        placeholder=" …",
    )
    # Wide characters are counted as one each above.
    return lines if whole else [fitted(line, WIDTH) for line in lines]
