"""The map of a run, as a record."""

from typing import Literal

from distillnet.memory.cell_states import CellStates
from distillnet.records import Gap, Language, Lens, Record, Text, Verdict


class MissingLens(Record):
    """A planned lens without an accepted scene; ``verdicts`` counts what it was tried with.

    Title and question are None where the lens is not in the catalogue any more.
    """

    lens: str
    title: Text | None
    question: Text | None
    verdicts: dict[Verdict, int]


class Telling(Record):
    """One of the scenes that share an angle, and how it begins."""

    id: str
    lens: str
    role: str
    begins: str


class Target(Record):
    """What was aimed at, and how far it came.

    ``lenses`` is the share of planned lenses that are covered; ``facts`` the share of facts
    told, each in both directions; ``good_turing`` the coverage of the angles by that estimate;
    ``pages`` what was accepted, in pages of 2,000 tokens; ``depth`` the steps of accepted scenes
    from the seed; ``gain`` the new angles that a call brought lately, under which the run dries up.
    ``reached`` is None where nothing is known of it yet.
    """

    name: Literal["lenses", "facts", "good_turing", "pages", "depth", "gain"]
    target: float
    reached: float | None


class Teller(Record):
    """A scene that tells a fact."""

    id: str
    lens: str
    role: str


class ToldFact(Record):
    """A fact of the seed, and who tells it in which direction; ``one_way``: it has no reverse."""

    statement: str
    one_way: bool = False
    forward: tuple[Teller, ...]
    reverse: tuple[Teller, ...]


class CoverageMap(Record):
    """``counts`` are accepted scenes by family and role; a pair that is not there was not planned.

    Of the ``planned`` lenses ``missing`` have no accepted scene, ``repeating`` only such as show
    what earlier lenses showed (none where the settings take any scene); the others are ``covered``.
    ``cells`` are the states of all cells lens x role x form.
    ``depths`` are accepted scenes by their steps from the seed, ``proposed`` the critic's own
    lenses, ``repeats`` the angles that several accepted scenes share, largest first. What the
    critic says (``stopped``, ``reason``, ``rounds``, ``facts``, ``gaps``, the estimates) is of the
    last round that ended; all else is of now. ``cap`` names the hard cap that was reached.
    """

    directory: str
    statement: str
    language: Language
    planned: int
    covered: int
    counts: dict[str, dict[str, int]]
    depths: tuple[int, ...]
    cells: CellStates
    missing: tuple[MissingLens, ...]
    repeating: tuple[str, ...]
    proposed: tuple[Lens, ...]
    facts: tuple[ToldFact, ...]
    gaps: tuple[Gap, ...]
    repeats: tuple[tuple[Telling, ...], ...]
    verdicts: dict[Verdict, int]
    rounds: int
    stopped: str | None
    reason: str | None
    cap: str | None
    angles: int | None
    chao1: float | None
    chao1_ci95: tuple[float, float] | None
    targets: tuple[Target, ...]
