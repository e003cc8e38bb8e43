"""What the sections show, picked from the records: the map, repeats, rejections, chosen scenes."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from distillnet.records import Language, Lens, Scene

# Of a cell, lens x role x form; the best first.
STATES = ("unique", "repeating", "planned", "not_planned")
COLOURS = 8  # families beyond the eighth share colours with the first ones


@dataclass(frozen=True)
class Square:
    """One lens seen by one role: the state of its cells by form, and what became of the scenes."""

    role: str
    forms: Mapping[str, str]
    accepted: int
    rejected: tuple[tuple[str, int], ...]  # (verdict, count)

    @property
    def state(self) -> str:
        """The best of ``STATES`` that a form is in."""
        return next((s for s in STATES if s in self.forms.values()), "not_planned")

    @property
    def mark(self) -> str:
        """What stands in it: how many scenes, if several, or a cross where all were rejected."""
        if self.accepted:
            return str(self.accepted) if self.accepted > 1 else ""
        return "×" if self.rejected else ""


@dataclass(frozen=True)
class Row:
    """One lens in the map."""

    name: str
    title: str
    question: str
    planned: bool
    repeats: bool  # shows only what earlier lenses showed, by the critic
    squares: tuple[Square, ...]

    @property
    def accepted(self) -> int:
        return sum(square.accepted for square in self.squares)


@dataclass(frozen=True)
class Family:
    """A family of lenses with its colour (and mark), counted round after ``COLOURS``."""

    name: str
    colour: int
    rows: tuple[Row, ...]

    @property
    def covered(self) -> int:
        return sum(row.accepted > 0 and not row.repeats for row in self.rows)


def families(
    lenses: Mapping[str, Lens],
    roles: Sequence[str],
    scenes: Iterable[Scene],
    cells: Mapping[str, Mapping[str, Mapping[str, str]]],
    repeating: Collection[str],
    language: Language,
) -> list[Family]:
    """The map by family, in the order of ``lenses``; a scene's lens that is not there follows.

    ``cells`` are the states by lens, role and form; ``repeating`` lenses are not covered.
    """
    verdicts: dict[tuple[str, str], Counter[str]] = {}
    names: dict[str, dict[str, None]] = {}  # family -> lens names, in order
    for lens in lenses.values():
        names.setdefault(lens.family, {})[lens.name] = None
    for scene in scenes:
        family = lenses[scene.lens].family if scene.lens in lenses else scene.family
        names.setdefault(family, {})[scene.lens] = None
        verdicts.setdefault((scene.lens, scene.role), Counter())[scene.verdict] += 1

    def row(name: str) -> Row:
        squares = []
        for role in roles:
            counts = verdicts.get((name, role), Counter())
            rejected = tuple((v, n) for v, n in sorted(counts.items()) if v != "accepted")
            forms = cells.get(name, {}).get(role, {})
            squares.append(Square(role, forms, counts["accepted"], rejected))
        lens = lenses.get(name)
        return Row(
            name=name,
            title=lens.title.in_(language) if lens else name,
            question=lens.question.in_(language) if lens else "",
            planned=lens is not None,
            repeats=name in repeating,
            squares=tuple(squares),
        )

    return [
        Family(name, i % COLOURS, tuple(row(lens) for lens in inside))
        for i, (name, inside) in enumerate(names.items())
    ]


def repeats(angles: Mapping[str, int], scenes: Iterable[Scene]) -> list[list[Scene]]:
    """The angles that two scenes or more show, largest first; ``angles`` are by scene id."""
    found: dict[int, list[Scene]] = {}
    for scene in scenes:
        if scene.id in angles:
            found.setdefault(angles[scene.id], []).append(scene)
    return sorted((group for group in found.values() if len(group) > 1), key=len, reverse=True)


@dataclass(frozen=True)
class Rejection:
    """All scenes of one verdict other than "accepted", with a few of them."""

    verdict: str
    count: int
    samples: tuple[Scene, ...]


def rejections(
    counts: Mapping[str, int], scenes: Sequence[Scene], *, samples: int = 3
) -> list[Rejection]:
    """By verdict, the most frequent first."""
    return [
        Rejection(verdict, n, tuple([s for s in scenes if s.verdict == verdict][:samples]))
        for verdict, n in sorted(counts.items(), key=lambda item: -item[1])
        if verdict != "accepted" and n
    ]


def chosen(scenes: Iterable[Scene], *, count: int = 5) -> list[Scene]:
    """Accepted scenes from ``count`` different families, as unlike each other as can be had.

    In each family a scene with a self-test goes first, then one whose role, form and faithfulness
    have not been shown; of equals the earliest.
    """
    by_family: dict[str, list[Scene]] = {}
    for scene in scenes:
        if scene.verdict == "accepted":
            by_family.setdefault(scene.family, []).append(scene)
    picked: list[Scene] = []

    def novelty(scene: Scene) -> tuple[bool, int]:
        new = sum(
            getattr(scene, field) not in {getattr(other, field) for other in picked}
            for field in ("role", "form", "faithfulness")
        )
        return scene.self_test is not None, new

    for candidates in list(by_family.values())[:count]:
        picked.append(max(candidates, key=novelty))
    return picked
