"""How the texts of a run are set in 79 columns."""

import textwrap
from collections.abc import Iterator

from distillnet.cli.coverage_table import WIDTH
from distillnet.tools.terminal import terminal

_LINES = 3


def hanging(name: str, text: str) -> Iterator[str]:
    """``text`` beside ``name``, further lines below its beginning."""
    first, *rest = wrapped(text, indent=len(name)) or [""]
    yield f"{name}{first.strip()}"
    yield from rest


def wrapped(text: str, *, indent: int) -> list[str]:
    """A text of a stranger as a few lines."""
    pad = " " * indent
    return textwrap.wrap(
        terminal(text),
        WIDTH,
        initial_indent=pad,
        subsequent_indent=pad,
        max_lines=_LINES,
        placeholder=" …",
    )
