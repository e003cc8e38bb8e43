"""The coverage critic: reads the vector store, says what is covered and names what is missing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from distillnet import config
from distillnet.memory.store import Stored
from distillnet.records import Gap, Lens, Stopped
from distillnet.tools.angles import cluster
from distillnet.tools.richness import chao1, chao1_interval, good_turing


@dataclass(frozen=True)
class Assessment:
    """What the critic sees in the store.

    ``clusters`` are scene ids by angle, largest first; ``new_angles`` counts those of this round
    alone.
    """

    planned: int
    covered: int
    angles: int
    new_angles: int
    good_turing: float
    chao1: float
    chao1_interval: tuple[float, float]
    clusters: list[list[str]]
    gaps: list[Gap]

    @property
    def share(self) -> float:
        return self.covered / self.planned if self.planned else 0.0


def assess(
    stored: Stored, lenses: Sequence[Lens], targets: config.Coverage, *, round: int
) -> Assessment:
    """After ``round``: coverage of ``lenses`` by the store, with the gaps for a next round.

    Scenes of later rounds are left out: a repeated run finds them in the store, and must come to
    the same decisions. A lens without an accepted scene is a gap. When all are covered but
    Good-Turing coverage is below its target, the lenses with fewest scenes are gaps: new roles may
    see new angles there.
    """
    stored = stored.until(round)
    by_lens = Counter(entry["lens"] for entry in stored.metadata)
    labels = cluster(stored.vectors, targets.angle_cosine) if stored.ids else []
    groups: dict[int, list[str]] = {}
    old_angles: set[int] = set()
    for id, entry, label in zip(stored.ids, stored.metadata, labels, strict=True):
        groups.setdefault(label, []).append(id)
        if entry["round"] < round:
            old_angles.add(label)
    reached = good_turing(labels)
    gaps = [
        Gap(lens=lens.name, reason=f"no accepted scene through {lens.name}")
        for lens in lenses
        if not by_lens[lens.name]
    ]
    if not gaps and reached < targets.good_turing:
        fewest = sorted(lenses, key=lambda lens: by_lens[lens.name])
        reason = f"Good-Turing coverage {reached:.2f} is below {targets.good_turing:.2f}"
        gaps = [Gap(lens=lens.name, reason=reason) for lens in fewest[: -(-len(lenses) // 2)]]
    return Assessment(
        planned=len(lenses),
        covered=sum(by_lens[lens.name] > 0 for lens in lenses),
        angles=len(groups),
        new_angles=len(groups) - len(old_angles),
        good_turing=reached,
        chao1=chao1(labels),
        chao1_interval=chao1_interval(labels),
        clusters=sorted(groups.values(), key=len, reverse=True),
        gaps=gaps,
    )


def decide(
    found: Assessment,
    history: Sequence[dict[str, Any]],
    targets: config.Coverage,
    *,
    rounds_left: int,
    cap: str | None,
) -> tuple[Stopped | None, str]:
    """(why to stop, or None to go round again; one sentence that gives the numbers).

    ``history`` holds a record a round with its ``calls`` and ``new_angles``, the last one last;
    ``cap`` says which hard cap was reached.
    """
    gain = history[-1]["new_angles"] / max(1, history[-1]["calls"])
    covered = f"{found.covered} of {found.planned} lenses covered"
    if found.share >= targets.lenses and found.good_turing >= targets.good_turing:
        return "satisfied", f"{covered}, which is the target of {targets.lenses:.0%}"
    if cap is not None:
        return "budget", f"{covered}; {cap}"
    if gain < targets.min_gain:
        return "dried_up", (
            f"{covered}; the last round found {history[-1]['new_angles']} new angles in "
            f"{history[-1]['calls']} calls, below {targets.min_gain:.0%}"
        )
    if rounds_left == 0:
        return "budget", f"{covered}; the last round allowed has ended"
    return None, f"{covered}; {len(found.gaps)} gaps go to the next round"
