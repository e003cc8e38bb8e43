"""What the judges said of two students and of the scenes, as records."""

from distillnet.agents.comparator import Vote, Winner
from distillnet.records import Language, Record
from distillnet.training.race_result import is_significant


class Preference(Record):
    """Requests won by a and by b, and ties; ``difference`` is the share of a less that of b.

    ``requests`` are those that two judges or more answered, ``unjudged`` the others.

    Interval, ``unit`` and ``smallest_detectable`` as in ``training.statistics.paired_difference``,
    clustered by fact; ``p`` is two-sided, by flipping the signs of whole facts, or exact McNemar
    where the requests are the unit.
    """

    requests: int
    unjudged: int
    facts: int
    a: int
    b: int
    ties: int
    difference: float
    ci95: tuple[float, float]
    smallest_detectable: float
    unit: str
    p: float

    @property
    def is_significant(self) -> bool:
        """By its p-value and its interval alike."""
        return is_significant(self.p, self.ci95)


class Ballot(Record):
    """One judge's votes. ``consistent`` is the share of those it answered in which both orders
    name the same; None where it answered nothing.
    """

    judge: str
    a: int
    b: int
    ties: int
    unanswered: int
    consistent: float | None


class JudgedPair(Record):
    """One request with both answers and what the judges made of them.

    ``winner`` is None where fewer than two of them answered.
    """

    request: str
    framing: str
    fact: int
    a: str
    b: str
    winner: Winner | None
    votes: tuple[Vote, ...]


class Telling(Record):
    """How well one judge tells through which lens a scene looks, as ``Discrimination`` says it."""

    judge: str
    scenes: int
    accuracy: float
    ci95: tuple[float, float]
    chance: float
    unread: int


class Confused(Record):
    """Scenes of ``lens`` that were taken for ``taken_for``, over all judges."""

    lens: str
    taken_for: str
    times: int


class JudgedResult(Record):
    """The content of judged.json. ``a`` and ``b`` name the sides, in ``language``.

    ``looping`` counts the answers of a and those of b that go in circles, by the ``loop_share``
    of the judging's own gates: who judges a student by its choices alone does not see them.
    ``preference`` is None where no request was answered by two judges.
    ``tellings`` is empty where fewer than two lenses have an accepted scene. ``calls`` counts all
    requests to judges so far, ``usd`` what they cost (None where a price is unknown), ``failed``
    the calls of this time that were given up, by their fault.
    """

    directory: str
    a: str
    b: str
    language: Language
    looping: tuple[int, int]
    preference: Preference | None
    ballots: tuple[Ballot, ...]
    tellings: tuple[Telling, ...]
    confused: tuple[Confused, ...]
    warnings: tuple[str, ...]
    calls: int
    usd: float | None
    failed: dict[str, int]
    judged: tuple[JudgedPair, ...]
