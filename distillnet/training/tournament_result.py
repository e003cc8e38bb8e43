"""What a tournament leaves: gains, places and the competitors, as in tournament.json."""

from typing import Literal

from distillnet.errors import TooManyFailures
from distillnet.records import Language, Record


class Gain(Record):
    """A student against its base on one test: shares of 1 of the items answered rightly.

    ``ci95``, ``smallest_detectable`` and ``unit`` are those of ``statistics.paired_difference``.
    """

    items: int
    facts: int
    base: float
    student: float
    mean: float
    ci95: tuple[float, float]
    smallest_detectable: float
    unit: Literal["fact", "item"]


class Standing(Record):
    """A competitor's place by one gain, from 1.

    ``places`` are the best and the worst place that it may have in truth (95 %, all competitors
    together), ``tied`` the numbers of those that it could not be told apart from.
    """

    place: int
    places: tuple[int, int]
    mean: float
    ci95: tuple[float, float]
    tied: tuple[int, ...]


class Competitor(Record):
    """One file or run and its student; ``own`` is by its own test, ``all`` by the mean of all.

    ``readings`` is how often its ``rows`` of training data were read within the equal budget.
    ``error`` says why there is no student; it then stands nowhere.
    """

    number: int
    name: str
    source: str
    folder: str
    teacher: str
    rows: int = 0
    readings: float = 0.0
    seconds: float = 0.0
    own: Standing | None = None
    all: Standing | None = None
    error: str | None = None


class Tournament(Record):
    """The content of tournament.json.

    ``gains[i][j]`` is that of the student of ``competitors[i]`` on the test of ``competitors[j]``,
    None where either has failed. Each student learned ``tokens`` in ``steps`` optimizer steps.
    ``verdict`` is one sentence in ``language``.
    """

    directory: str
    base: str
    language: Language
    tokens: int
    steps: int
    competitors: tuple[Competitor, ...]
    gains: tuple[tuple[Gain | None, ...], ...]
    verdict: str = ""

    def require_whole(self) -> None:
        """Raises TooManyFailures, naming each, where a competitor has no student."""
        failed = [f"{c.name} ({c.error})" for c in self.competitors if c.error]
        if failed:
            raise TooManyFailures(
                f"{len(failed)} of {len(self.competitors)} have no student: {'; '.join(failed)}. "
                "The same command again tries them once more"
            )
