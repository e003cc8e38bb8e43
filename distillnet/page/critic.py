"""What the coverage critic knows, picked for the page: targets, facts, and what is missing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from distillnet.page.text import excerpt
from distillnet.records import Scene

KINDS = ("lens", "beyond", "role", "fact", "angle")
_FACT = 160


@dataclass(frozen=True)
class Aim:
    """A target and how far it was reached: shares of 1, or numbers of pages or of steps."""

    name: Literal["lenses", "facts", "good_turing", "pages", "depth"]
    reached: float
    target: float

    @property
    def is_share(self) -> bool:
        return self.name not in ("pages", "depth")

    @property
    def scale(self) -> float:
        """The length of a whole bar."""
        return 1.0 if self.is_share else max(self.reached, self.target)


def aims(
    settings: Mapping[str, Any], coverage: Mapping[str, Any], scenes: Iterable[Scene]
) -> list[Aim]:
    """The targets above 0, in the order in which the critic looks at them."""
    depth = max((scene.depth for scene in scenes if scene.verdict == "accepted"), default=0)
    wanted, lenses = settings.get("coverage", {}), coverage["lenses"]
    facts = coverage.get("facts", [])
    told = sum(bool(fact[way]) for fact in facts for way in ("forward", "reverse"))
    ways = sum(1 if fact.get("one_way") else 2 for fact in facts)
    found = [
        Aim("lenses", lenses["covered"] / (lenses["planned"] or 1), wanted.get("lenses", 0)),
        Aim("facts", told / (ways or 1), wanted.get("facts", 0) if facts else 0),
        Aim("good_turing", coverage["angles"]["good_turing"], wanted.get("good_turing", 0)),
        Aim("pages", coverage.get("pages", 0.0), settings.get("pages", 0)),
        Aim("depth", depth, settings.get("depth", 0)),
    ]
    return [aim for aim in found if aim.target > 0]


@dataclass(frozen=True)
class FactRow:
    """How many accepted scenes tell a fact, each way, and how many say what it is not.

    Only figurative and fictional scenes may do that.
    """

    statement: str
    forward: int
    reverse: int
    against: int


def facts(told: Iterable[Mapping[str, Any]], scenes: Iterable[Scene]) -> list[FactRow]:
    """In the order of the seed's facts."""
    against = Counter(
        number for scene in scenes if scene.verdict == "accepted" for number in scene.contradicts
    )
    return [
        FactRow(fact["statement"], len(fact["forward"]), len(fact["reverse"]), against[number])
        for number, fact in enumerate(told)
    ]


def missing(
    coverage: Mapping[str, Any],
    titles: Mapping[str, str],
    words: Mapping[str, str],
) -> dict[str, list[str]]:
    """Sentences on the critic's gaps by their kind, and on the lenses that it has given up.

    Those are lenses without an accepted scene, or with such as only repeat.

    The critic's own reasons are English: Russian ``words`` say them anew.
    """
    gaps: Sequence[Mapping[str, Any]] = coverage.get("gaps", [])
    found = {
        kind: [_sentence(gap, coverage, titles, words) for gap in gaps if gap["kind"] == kind]
        for kind in KINDS
    }
    named = {gap["lens"] for gap in gaps if gap["kind"] in ("lens", "beyond")}
    for key, state in (("gap_given_up", "missing"), ("gap_repeating_still", "repeating")):
        found["lens"] += (
            words[key].format(lens=titles.get(name, name))
            for name in dict.fromkeys(coverage["lenses"].get(state, ()))
            if name not in named
        )
    return {kind: sentences for kind, sentences in found.items() if sentences}


def _sentence(
    gap: Mapping[str, Any],
    coverage: Mapping[str, Any],
    titles: Mapping[str, str],
    words: Mapping[str, str],
) -> str:
    key = "deeper" if gap["kind"] == "angle" and gap["depth"] else gap["kind"]
    if key == "fact":
        key = gap["direction"]
    if key in ("lens", "beyond") and gap["lens"] in coverage["lenses"].get("repeating", ()):
        key = "repeating"
    fact = coverage["facts"][gap["fact"]]["statement"] if "fact" in gap else ""
    said = words[f"gap_{key}"].format(
        lens=titles.get(gap["lens"], gap["lens"]),
        role=gap.get("role"),
        depth=gap["depth"],
        fact=excerpt(fact, _FACT),
        reason=gap["reason"],
    )
    return excerpt(said, 400)
