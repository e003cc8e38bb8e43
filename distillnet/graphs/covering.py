"""What a run has covered, so far or at its end: the map, what is missing, and what repeats."""

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from distillnet.agents.coverage_critic import DIRECTIONS
from distillnet.config import Settings
from distillnet.graphs.coverage_map import (
    CoverageMap,
    MissingLens,
    Target,
    Teller,
    Telling,
    ToldFact,
)
from distillnet.graphs.proposals import own_lenses, proposals
from distillnet.graphs.reading import read_ledger
from distillnet.memory.cell_states import cell_states
from distillnet.memory.transformation_map import by_angle
from distillnet.records import Cell, Gap, Lens, Scene, Seed, Verdict
from distillnet.tools.axis import Axis
from distillnet.tools.lenses import load_forms, load_lenses

_FIRST_CHARACTERS = 100


def coverage_map(directory: Path, settings: Settings, seed: Seed) -> CoverageMap:
    """The map of the run in ``directory``.

    Planned lenses are those that the critic looked for when the last round ended; before that
    those of which the ledger has a cell.

    Raises UsageError for a run without a ledger, StorageError for one that cannot be read.
    """
    with read_ledger(directory) as ledger:
        cells, scenes, by_id = ledger.cells(), ledger.scenes(), ledger.angles()
        unsure = ledger.unsure_angles()
        # coverage.json is a copy of it, written at the end.
        record: dict[str, Any] = ledger.fact("coverage") or {}
        axis = Axis.model_validate((ledger.fact("axis") or {"axis": {}})["axis"])
        own = own_lenses(ledger, axis)
        proposed = [own[lens.name] for lens in proposals(ledger)]
    catalogue = load_lenses(folder for folder in settings.lens_folders if folder.is_dir()) | own
    accepted = [scene for scene in scenes if scene.verdict == "accepted"]
    planned = axis.in_force() or list(dict.fromkeys(cell.lens for cell in cells))
    roles = [role for role, weight in axis.roles.items() if weight]
    verdicts = {scene.id: scene.verdict for scene in scenes}
    states = cell_states(planned, roles, load_forms(), cells, verdicts, by_id, unsure)
    covered = states.covered(planned, own_angle=settings.coverage.own_angle)
    told = {*states.covered(planned, own_angle=False)}
    missing = [lens for lens in planned if lens not in told]
    repeating = [lens for lens in planned if lens in told and lens not in covered]
    angles = record.get("angles", {})
    depths = _depths(accepted)
    return CoverageMap(
        directory=str(directory),
        statement=seed.question or seed.statement,
        language=settings.language or seed.language,
        planned=len(planned),
        covered=len(covered),
        counts=_counts(cells, scenes, catalogue),
        depths=depths,
        cells=states,
        missing=tuple(_missing(lens, scenes, catalogue) for lens in missing),
        repeating=tuple(repeating),
        proposed=tuple(proposed),
        facts=tuple(_facts(record, scenes)),
        gaps=tuple(Gap.model_validate(gap) for gap in record.get("gaps", [])),
        repeats=tuple(_repeats(by_angle(by_id), accepted)),
        verdicts=_tally(scenes),
        rounds=record.get("rounds", 0),
        stopped=record.get("stopped"),
        reason=record.get("reason"),
        cap=record.get("cap"),
        angles=angles.get("seen"),
        chao1=angles.get("chao1"),
        chao1_ci95=angles.get("chao1_ci95"),
        targets=tuple(_targets(settings, len(covered), len(planned), depths, record)),
    )


def _counts(
    cells: Sequence[Cell], scenes: Sequence[Scene], catalogue: Mapping[str, Lens]
) -> dict[str, dict[str, int]]:
    families = {lens.name: lens.family for lens in catalogue.values()}
    families |= {scene.lens: scene.family for scene in scenes}
    accepted = {scene.id for scene in scenes if scene.verdict == "accepted"}
    counts: dict[str, dict[str, int]] = {}
    for cell in cells:
        # Not judged yet, and gone from the catalogue: nothing says its family.
        roles = counts.setdefault(families.get(cell.lens, "?"), {})
        roles[cell.role] = roles.get(cell.role, 0) + (cell.id in accepted)
    return counts


def _missing(name: str, scenes: Sequence[Scene], catalogue: Mapping[str, Lens]) -> MissingLens:
    lens = catalogue.get(name)
    return MissingLens(
        lens=name,
        title=lens.title if lens else None,
        question=lens.question if lens else None,
        verdicts=_tally([scene for scene in scenes if scene.lens == name]),
    )


def _depths(accepted: Sequence[Scene]) -> tuple[int, ...]:
    counts = Counter(scene.depth for scene in accepted)
    return tuple(counts[depth] for depth in range(max(counts, default=-1) + 1))


def _facts(record: Mapping[str, Any], scenes: Sequence[Scene]) -> Iterator[ToldFact]:
    by_id = {scene.id: Teller(id=scene.id, lens=scene.lens, role=scene.role) for scene in scenes}
    for fact in record.get("facts", []):
        tellers = {way: tuple(by_id[id] for id in fact[way]) for way in DIRECTIONS}
        one_way = bool(fact.get("one_way"))
        yield ToldFact(statement=fact["statement"], one_way=one_way, **tellers)


def _tally(scenes: Sequence[Scene]) -> dict[Verdict, int]:
    return dict(Counter(scene.verdict for scene in scenes).most_common())


def _repeats(
    clusters: Sequence[Sequence[str]], accepted: Sequence[Scene]
) -> Iterator[tuple[Telling, ...]]:
    by_id = {scene.id: scene for scene in accepted}
    for cluster in clusters:
        shared = [by_id[id] for id in cluster if id in by_id]
        if len(shared) > 1:
            yield tuple(map(_telling, shared))


def _telling(scene: Scene) -> Telling:
    begins = textwrap.shorten(scene.text, _FIRST_CHARACTERS, placeholder=" …")
    return Telling(id=scene.id, lens=scene.lens, role=scene.role, begins=begins)


def _targets(
    settings: Settings,
    covered: int,
    planned: int,
    depths: Sequence[int],
    record: Mapping[str, Any],
) -> Iterator[Target]:
    targets = settings.coverage
    yield Target(
        name="lenses", target=targets.lenses, reached=covered / planned if planned else None
    )
    if targets.facts and (facts := record.get("facts")):
        told = sum(bool(fact[way]) for fact in facts for way in DIRECTIONS)
        of = sum(1 if fact.get("one_way") else len(DIRECTIONS) for fact in facts)
        yield Target(name="facts", target=targets.facts, reached=told / of)
    yield Target(
        name="good_turing",
        target=targets.good_turing,
        reached=record["angles"]["good_turing"] if record else None,
    )
    if settings.pages:
        yield Target(name="pages", target=settings.pages, reached=record.get("pages"))
    if settings.depth:
        yield Target(
            name="depth", target=settings.depth, reached=len(depths) - 1 if depths else None
        )
    last = record["history"][-1] if record else None
    yield Target(
        name="gain",
        target=targets.min_gain,
        reached=last and last.get("gain"),
    )
