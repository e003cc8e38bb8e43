"""The explanation of one cell, as a record."""

from typing import Literal

from distillnet.records import (
    Attempt,
    Call,
    Cell,
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
    """Another scene, how like this one it is (cosine, or share of 4-word runs), how it begins."""

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


class Judgement(Record):
    """What the gates said of an answer, and what it was like.

    ``verdict_now`` differs from the scene's when the run's thresholds have changed since. ``leaks``
    is the id of the exam's item that was given away, ``overlaps`` the accepted scene whose wording
    was repeated, ``nearest`` the scene nearest in meaning of those accepted before, ``neighbours``
    are the nearest of the whole run.
    """

    scene: Scene
    gates: tuple[Gate, ...]
    verdict_now: Verdict
    leaks: str | None
    overlaps: Relative | None
    nearest: Relative | None
    neighbours: tuple[Relative, ...]


class Explanation(Record):
    """All that a run knows of one cell.

    ``lens`` is None when the catalogue has it no longer, or with another question. ``prompt`` is
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
