"""Families by roles, as a table of counts that fits into 79 columns."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count

from distillnet.cli.field import WIDTH
from distillnet.cli.folding import folded
from distillnet.tools.terminal import columns, fitted, terminal

_FAMILY = 11
_SHADES = "░▒▓█"


def table(
    counts: Mapping[str, Mapping[str, int]],
    names: Mapping[str, str],
    everything: str,
    *,
    shaded: bool,
) -> Iterator[str]:
    """A row a family of ``counts``, a column a role, and the sum at the end; then the legend.

    ``names`` translates families, ``everything`` heads the sums. A count is ``0`` where scenes
    were planned and none was accepted, ``.`` where none was planned; ``shaded`` puts a block before
    the others, darker for more. Roles that do not fit beside each other go below.
    """
    codes = _codes(sorted({role for row in counts.values() for role in row}))
    most = max((n for row in counts.values() for n in row.values()), default=0)
    width = 2 + len(str(most))
    sums = {family: sum(row.values()) for family, row in counts.items()}
    last = 1 + max(len(everything), len(str(max(sums.values(), default=0))))
    fit = (WIDTH - _FAMILY - last) // width
    roles = list(codes)
    for start in range(0, len(roles), fit):
        block = roles[start : start + fit]
        head = "".join(f"{codes[role]:>{width}}" for role in block)
        yield f"{'':<{_FAMILY}}{head}{everything:>{last}}"
        for family, row in counts.items():
            cells = "".join(_cell(row.get(role), most, width, shaded) for role in block)
            yield f"{_name(names.get(family, family))}{cells}{sums[family]:>{last}}"
    yield from _legend(codes)


def _cell(number: int | None, most: int, width: int, shaded: bool) -> str:
    if not number:
        return f"{'.' if number is None else '0':>{width}}"
    shade = _SHADES[(len(_SHADES) * number - 1) // most] if shaded else ""
    return f"{shade}{number}".rjust(width)


def _name(family: str) -> str:
    shown = fitted(terminal(family), _FAMILY)
    return shown + " " * (_FAMILY - columns(shown))


def _codes(roles: Sequence[str]) -> dict[str, str]:
    """Two characters a role: its first and the next of its letters that no other has taken."""
    codes: dict[str, str] = {}
    for role in roles:
        letters = [c for c in role if c.isascii() and c.isalnum()]
        tried = chain((letters[0] + c for c in letters[1:]), map(str, count(1)))
        codes[role] = next(code for code in tried if code not in codes.values())
    return codes


def _legend(codes: Mapping[str, str]) -> Iterator[str]:
    # Unlike a space, this one is no place to break a line.
    entries = "  ".join(f"{code}\xa0{terminal(role)}" for role, code in codes.items())
    for line in folded(entries, WIDTH - 2):
        yield f"  {line}".replace("\xa0", " ")
