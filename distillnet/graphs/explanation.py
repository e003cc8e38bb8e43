"""The explanation of one cell, as a record."""

from typing import Literal

from distillnet.records import (
    Attempt,
    Call,
    Cell,
    Direction,
    Language,
    Lens,
    Passage,
    Record,
    Scene,
    Verdict,
)
from distillnet.tools.gates import Bound

MEANINGS: dict[Verdict, str] = {
    "accepted": "passed every gate",
    "echo": "the wording of the seed or of the prompt came back",
    "repeat": "says again what an accepted scene says",
    "refusal": "the model declined to answer",
    "off_topic": "has lost the seed",
    "wrong_language": "written in another language than asked",
    "truncated": "cut off before its end",
    "leak": "gives away an item of the exam",
    "unfaithful": "contradicts a fact of the seed, which a literal scene may not",
    "degenerate": "empty, too short, a loop, or gibberish",
    "failed": "the call itself failed; there is nothing to judge",
}


class Gate(Record):
    """One gate as it was asked: ``what`` it looks at; some look at the text and have no number."""

    name: str
    what: str
    gives: Verdict
    number: float | None
    bound: Bound | None
    threshold: float | None
    state: Literal["passed", "stopped", "not asked"]


class Relative(Record):
    """Another scene, how like this one it is, and how it begins.

    ``likeness`` is the cosine, the share of 4-word runs, or the probability of making one point.
    """

    id: str
    lens: str
    role: str
    verdict: Verdict
    likeness: float
    begins: str


class Place(Record):
    """A file of the run directory and the line, from 1, at which the scene begins there."""

    file: str
    line: int


class Ancestor(Record):
    """A scene that another one reinterprets."""

    id: str
    lens: str
    role: str
    depth: int
    begins: str


class Telling(Record):
    """A fact of the seed, and the direction in which it is told."""

    fact: int
    statement: str
    direction: Direction


class Angle(Record):
    """The angle that a scene shows, with ``others`` accepted scenes.

    ``nearest`` is the likeliest earlier scene of it or, where this one opened it, of all; None for
    the first scene. ``measure`` says what its likeness is: the probability that the two make one
    point, or, with another encoder than the packaged one, the cosine.
    """

    number: int
    others: int
    opened: bool
    nearest: Relative | None
    measure: Literal["probability", "cosine"]


class Judgement(Record):
    """What the gates said of an answer, and what it was like.

    ``verdict_now`` differs from the scene's when the run's thresholds have changed since. ``leaks``
    is the id of the exam's item that was given away, ``overlaps`` the accepted scene whose wording
    was repeated, ``nearest`` the scene nearest in meaning of those accepted before, ``neighbours``
    are the nearest of the whole run. ``contradicts`` are facts of the seed, in words. ``angle`` is
    None until the critic has seen the scene.
    """

    scene: Scene
    gates: tuple[Gate, ...]
    verdict_now: Verdict
    leaks: str | None
    overlaps: Relative | None
    nearest: Relative | None
    neighbours: tuple[Relative, ...]
    tells: tuple[Telling, ...]
    contradicts: tuple[str, ...]
    angle: Angle | None


class Explanation(Record):
    """All that a run knows of one cell.

    ``lens`` is None when it is there no longer, or with another question. ``asked`` is the fact
    that it was to tell. ``ancestors`` lead from its parent to a scene of the seed. ``prompt`` is
    the one that was sent if ``sent``, else the one that would be sent now, or None when its role
    or lens is not installed. ``usd`` is None where the price is unknown. ``verdict`` and
    ``judgement`` are None until the answer is judged; ``meaning`` says in words what is so.
    """

    cell: Cell
    language: Language
    origin: str
    question: str | None
    statement: str
    passage: Passage
    passages: int
    lens: Lens | None
    asked: Telling | None
    ancestors: tuple[Ancestor, ...]
    stance: str | None
    prompt: str | None
    sent: bool
    call: Call | None
    attempts: tuple[Attempt, ...]
    usd: float | None
    verdict: Verdict | None
    meaning: str
    judgement: Judgement | None
    places: tuple[Place, ...]
