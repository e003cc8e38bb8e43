"""A tournament in the terminal, at 80 columns: places, who is tied, and the matrix."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from distillnet.cli.field import field, wrapped
from distillnet.tools.terminal import columns, fitted, terminal

if TYPE_CHECKING:
    from distillnet.api import Competitor, Tournament

_NAME = 22
_TESTS = 7
"""So many columns of the matrix stand side by side."""


def lines(result: "Tournament") -> Iterator[str]:
    standing = sorted(
        (c for c in result.competitors if c.own),
        key=lambda c: (c.own.place if c.own else 0, c.number),
    )
    yield (
        f"{len(standing)} students of {result.tokens:,} tokens in {result.steps:,} steps each; "
        "gains in points"
    )
    yield ""
    yield f"{'place':<10}{'text':<{_NAME}}{'own test':>13}{'gain, 95%':>23}{'all tests':>11}"
    for one in standing:
        yield _row(result, one)
    yield ""
    for begin in range(0, len(standing), _TESTS):
        yield from _matrix(result, standing, standing[begin : begin + _TESTS], begin)
        yield ""
    for one in result.competitors:
        if one.error:
            yield from wrapped(f"no student of {one.name}: {one.error}", indent=0, hang=2, most=4)
    yield from wrapped(result.verdict, indent=0)
    yield from field("files", f"{result.directory}/  (open tournament.html)", whole=True)


def _row(result: "Tournament", one: "Competitor") -> str:
    gain = result.gains[one.number - 1][one.number - 1]
    assert one.own and one.all and gain
    low, high = (100 * bound for bound in one.own.ci95)
    place = f"{one.own.place} ({one.own.places[0]}-{one.own.places[1]})"
    right = f"{100 * gain.base:.0f} -> {100 * gain.student:.0f} %"
    return (
        f"{place:<10}{_name(one)}{right:>13}"
        f"{f'{100 * one.own.mean:+.1f} [{low:+.1f}, {high:+.1f}]':>23}{100 * one.all.mean:>+11.1f}"
    )


def _matrix(
    result: "Tournament",
    students: Sequence["Competitor"],
    tests: Sequence["Competitor"],
    before: int,
) -> Iterator[str]:
    """Tests are named by the place of their line; a student's own is marked."""
    head = "".join(f"{before + n:>6} " for n in range(1, len(tests) + 1))
    yield f"{'student':<{_NAME - 7}}on test of{head}".rstrip()
    for line, student in enumerate(students, start=1):
        gains = (result.gains[student.number - 1][test.number - 1] for test in tests)
        cells = "".join(
            f"{100 * gain.mean:>+6.1f}{'*' if test is student else ' '}" if gain else f"{'-':>7}"
            for gain, test in zip(gains, tests, strict=True)
        )
        yield f"{line:>2} {_name(student)}{cells}".rstrip()


def _name(one: "Competitor") -> str:
    shown = fitted(terminal(one.name), _NAME - 1)
    return shown + " " * (_NAME - columns(shown))
