"""Lines of so many columns: as ``textwrap``, which takes a wide character for one column."""

import re
from collections.abc import Iterator
from itertools import islice

from distillnet.tools.terminal import columns, fitted

_WORD = re.compile("( *)([^ ]+)")


def folded(
    text: str,
    width: int,
    *,
    further: int | None = None,
    most: int | None = None,
    whole: bool = False,
) -> list[str]:
    """A line that ``terminal`` returned, in lines of ``width`` columns; see ``columns``.

    Lines after the first have ``further`` columns where it is given. At most ``most`` lines; a cut
    is shown by an ellipsis. A word wider than a line is broken, unless ``whole``: then it has a
    line that is too wide. Spaces at a break are lost, all others are kept.
    """
    later = width if further is None else further
    lines = _lines(text.rstrip(" "), width, later, whole)
    if most is None:
        return list(lines)
    shown = list(islice(lines, most + 1))
    if len(shown) <= most:
        return shown
    return [*shown[: most - 1], _cut(shown[most - 1], width if most == 1 else later)]


def _lines(text: str, width: int, later: int, whole: bool) -> Iterator[str]:
    line, used = "", 0
    for match in _WORD.finditer(text):
        gap, word = match.groups()
        wide = columns(word)
        if used + len(gap) + wide <= width:
            line, used = f"{line}{gap}{word}", used + len(gap) + wide
            continue
        if line:
            yield line
            width = later
        line, used = word, wide
        if wide > width and not whole:
            *full, line = _pieces(word, min(width, later))
            yield from full
            width, used = later, columns(line)
    if line:
        yield line


def _pieces(word: str, width: int) -> Iterator[str]:
    begin = used = 0
    for place, character in enumerate(word):
        wide = columns(character)
        if used + wide > width:
            yield word[begin:place]
            begin, used = place, 0
        used += wide
    yield word[begin:]


def _cut(line: str, width: int) -> str:
    """With an ellipsis after the last word that leaves room for one."""
    while " " in line.strip() and columns(line) + 2 > width:
        line = line.rpartition(" ")[0].rstrip()
    return fitted(f"{line} …", width)
