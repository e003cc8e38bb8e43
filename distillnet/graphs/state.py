"""The state of the graph: small, JSON only, never a scene's text.

The checkpointer writes the whole state at every superstep; what is large or was paid for lives in
the ledger.
"""

from dataclasses import dataclass, field
from typing import Any

from typing_extensions import TypedDict


class Input(TypedDict):
    """What the graph is invoked with."""

    seed: str
    """A phrase, the path of a seed file, or the id of a seed that the ledger already knows."""


@dataclass
class State:
    """What nodes read."""

    seed: str
    """As given; after the first node the id of the seed in the ledger."""
    round: int = 0
    """The round being worked at, from 1."""
    pending: list[str] = field(default_factory=list)
    """Ids of planned cells that no wave has taken yet."""
    tried: dict[str, int] = field(default_factory=dict)
    """How many cells each lens, and each direction of each fact, had in this run."""
    history: list[dict[str, Any]] = field(default_factory=list)
    """A record a round: its number, calls, accepted scenes, new angles, gain."""
    stopped: str | None = None
    """Why the loop ended: satisfied, dried_up or budget."""
    student_round: int = 0
    """Which round through the student this is; 0 as long as none was begun."""
    relearning: bool = False
    """Whether what is planned now is what the student got wrong."""


class Update(TypedDict, total=False):
    """What nodes return."""

    seed: str
    round: int
    pending: list[str]
    tried: dict[str, int]
    history: list[dict[str, Any]]
    stopped: str | None
    student_round: int
    relearning: bool


class Wave(TypedDict):
    """What one interpret task is sent: the id of its cell."""

    cell: str
