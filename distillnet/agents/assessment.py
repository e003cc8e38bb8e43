"""What the coverage critic sees after a round."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from distillnet.records import Direction, Gap


@dataclass(frozen=True)
class Assessment:
    """The figures of a round, and the gaps they leave.

    ``missing`` of the ``planned`` lenses have no accepted scene; those of the ``repeating`` ones
    show nothing but angles that the earlier lenses named there had shown (none where the settings
    do not ask for an angle of its own). ``told`` holds the ids of the scenes that tell each fact,
    in each direction in which it can be told; ``untried`` counts lenses and directions that had no
    cell yet. ``angles``, ``good_turing`` and ``chao1`` are of all accepted scenes; ``new_angles``
    are those of this round alone, ``gain`` is how many a call brought lately that was to seek one
    (None where too few were). ``pages`` are what was accepted so far; ``deeper`` says that a depth
    wanted was not tried yet, ``depth`` is how deep accepted scenes lie. ``silent_rounds`` are the
    last ones that brought no scene.
    """

    planned: int
    missing: list[str]
    repeating: Mapping[str, Sequence[str]]
    facts: int
    told: Mapping[tuple[int, Direction], Sequence[str]]
    untried: int
    angles: int
    new_angles: int
    gain: float | None
    good_turing: float
    chao1: float
    chao1_interval: tuple[float, float]
    pages: float
    deeper: bool
    depth: int = 0
    silent_rounds: int = 0
    gaps: list[Gap] = field(default_factory=list)

    @property
    def covered(self) -> int:
        return self.planned - len(self.missing) - len(self.repeating)

    @property
    def share(self) -> float:
        return self.covered / self.planned if self.planned else 0.0

    @property
    def told_share(self) -> float:
        """Of the directions of the facts; 1 where the seed states none."""
        return sum(map(bool, self.told.values())) / len(self.told) if self.told else 1.0
