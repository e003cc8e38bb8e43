"""A tournament in the terminal, at 80 columns: places, who is tied, and the matrix."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from distillnet.cli.field import field, wrapped
from distillnet.cli.phrases import Phrases, left, right
from distillnet.cli.tournament_words import TOURNAMENT

if TYPE_CHECKING:
    from distillnet.api import Competitor, Tournament

_NAME = 22
_TESTS = 7
"""So many columns of the matrix stand side by side."""


def lines(result: "Tournament") -> Iterator[str]:
    yield from _Text(result).lines()


class _Text(Phrases):
    def __init__(self, result: "Tournament") -> None:
        super().__init__(TOURNAMENT, result.language)
        self._result = result

    def lines(self) -> Iterator[str]:
        result = self._result
        standing = sorted(
            (c for c in result.competitors if c.own),
            key=lambda c: (c.own.place if c.own else 0, c.number),
        )
        yield self.say(
            "held",
            students=self.counted("students", len(standing)),
            tokens=self.counted("tokens", result.tokens),
            steps=self.counted("steps", result.steps),
        )
        yield ""
        heads = (("own", 13), ("gain", 23), ("all", 11))
        yield f"{self.say('place'):<10}{self.say('text'):<{_NAME}}" + "".join(
            right(self.say(head), width) for head, width in heads
        )
        for one in standing:
            yield self._row(one)
        yield ""
        for begin in range(0, len(standing), _TESTS):
            yield from self._matrix(standing, standing[begin : begin + _TESTS], begin)
            yield ""
        for one in result.competitors:
            if one.error:
                said = self.say("failed", name=one.name, error=one.error)
                yield from wrapped(said, indent=0, hang=2, most=4)
        yield from wrapped(result.verdict, indent=0)
        page = self.say("open", file="tournament.html")
        yield from field(self.say("files"), f"{result.directory}/  ({page})", whole=True)

    def _row(self, one: "Competitor") -> str:
        gain = self._result.gains[one.number - 1][one.number - 1]
        assert one.own and one.all and gain
        place = f"{one.own.place} ({one.own.places[0]}-{one.own.places[1]})"
        before, after = self.percent(gain.base), self.percent(gain.student)
        return (
            f"{place:<10}{left(one.name, _NAME)}{f'{before} -> {after} %':>13}"
            f"{self.points(one.own.mean, one.own.ci95):>23}{self._gain(one.all.mean):>11}"
        )

    def _matrix(
        self, standing: Sequence["Competitor"], tests: Sequence["Competitor"], before: int
    ) -> Iterator[str]:
        """Tests are named by the place of their line; a student's own is marked."""
        head = "".join(f"{before + n:>6} " for n in range(1, len(tests) + 1))
        yield f"{self.say('student'):<{_NAME - 7}}{self.say('on_test')}{head}".rstrip()
        for line, student in enumerate(standing, start=1):
            gains = (self._result.gains[student.number - 1][test.number - 1] for test in tests)
            cells = "".join(
                f"{self._gain(gain.mean):>6}{'*' if test is student else ' '}"
                if gain
                else f"{'-':>7}"
                for gain, test in zip(gains, tests, strict=True)
            )
            yield f"{line:>2} {left(student.name, _NAME)}{cells}".rstrip()

    def _gain(self, mean: float) -> str:
        return self.number(100 * mean, 1, sign=True)
