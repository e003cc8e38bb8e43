"""The accepted scenes of a run as a data set of their own: ordered, split by angle, described."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from statistics import fmean
from typing import Any, get_args

from distillnet.config import Settings
from distillnet.errors import UnknownName, UsageError
from distillnet.graphs.export_card import (
    Export,
    ExportedFile,
    Level,
    Order,
    export_card,
)
from distillnet.graphs.export_folder import CARD, writing_to
from distillnet.graphs.reading import read_ledger
from distillnet.models.spec import describe_teacher
from distillnet.models.teachers import terms_of
from distillnet.records import Scene, Seed
from distillnet.tools.concreteness import concreteness
from distillnet.tools.curriculum import curriculum_levels, curriculum_order, difficulty
from distillnet.tools.export import Fiction, dataset_rows, write_jsonl, write_text
from distillnet.tools.formats import Format
from distillnet.tools.splitting import split_by_angle

_TRAIN, _TEST = "train.jsonl", "test.jsonl"
_LARGEST_TEST_SHARE = 0.5
Row = dict[str, Any]


def export_run(
    directory: Path,
    settings: Settings,
    seed: Seed,
    out: Path | None,
    *,
    order: Order,
    fiction: Fiction,
    test_share: float,
    format: Format,
) -> Export:
    """Writes train.jsonl, test.jsonl and README.md to ``out``, or to ``export`` in the run.

    Raises UsageError for a run without a ledger or without a scene to write, a share outside 0 to
    0.5, and a folder that cannot be written or holds such files that no export made; UnknownName
    for an order, a way with fiction or a format that does not exist.
    """
    _require_known(order=order, fiction=fiction, format=format)
    if not 0 <= test_share <= _LARGEST_TEST_SHARE:
        raise UsageError(f"a test share of {test_share:g}: give 0 to {_LARGEST_TEST_SHARE:g}")
    with read_ledger(directory) as ledger:
        scenes, angles = ledger.scenes(accepted=True), ledger.angles()
    if not scenes:
        raise UsageError(
            f"no scene is accepted yet in {str(directory)!r}: distillnet resume {directory}"
        )
    rows = {row["id"]: row for row in dataset_rows(scenes, fiction, format)}
    kept = [scene for scene in scenes if scene.id in rows]
    if not kept:
        raise UsageError(
            "every accepted scene is fictional or contradicts a fact: '--fiction prefix' keeps "
            "them, marked"
        )
    train, test = split_by_angle(kept, angles, test_share, settings.random_seed)
    levels = curriculum_levels(train) if order == "curriculum" else []
    if levels:
        train, test = list(chain.from_iterable(levels)), curriculum_order(test)
    for scene in kept:
        rows[scene.id] |= _measures(scene, angles)
    folder = directory / "export" if out is None else out
    with writing_to(folder, (_TRAIN, _TEST, CARD), is_ours=out is None):
        export = Export(
            folder=str(folder),
            seed=seed.statement,
            language=kept[0].language,
            teachers=dict(Counter(scene.model for scene in kept)),
            terms=terms_of(settings.model, base_url=describe_teacher(settings).url or None),
            format=format,
            order=order,
            fiction=fiction,
            test_share=test_share,
            random_seed=settings.random_seed,
            marked=sum(fiction == "prefix" and s.faithfulness != "literal" for s in kept),
            left_out=len(scenes) - len(kept),
            without_angle=sum(scene.id not in angles for scene in kept),
            levels=tuple(_level([rows[scene.id] for scene in level]) for level in levels),
            train=_write(folder / _TRAIN, [rows[scene.id] for scene in train]),
            test=_write(folder / _TEST, [rows[scene.id] for scene in test]) if test else None,
        )
        if not test:
            (folder / _TEST).unlink(missing_ok=True)
        write_text(folder / CARD, export_card(export))
    return export


def _require_known(**chosen: str) -> None:
    for (kind, name), literal in zip(chosen.items(), (Order, Fiction, Format), strict=True):
        if name not in get_args(literal):
            raise UnknownName(kind, name, get_args(literal))


def _measures(scene: Scene, angles: Mapping[str, int]) -> Row:
    return {
        "angle": angles.get(scene.id),
        "difficulty": round(difficulty(scene.text, scene.language), 1),
        "concreteness": round(concreteness(scene.text, scene.language), 3),
    }


def _level(rows: Sequence[Row]) -> Level:
    return Level(
        rows=len(rows),
        concreteness=fmean(row["concreteness"] for row in rows),
        difficulty=fmean(row["difficulty"] for row in rows),
    )


def _write(path: Path, rows: Sequence[Row]) -> ExportedFile:
    write_jsonl(path, rows)
    return ExportedFile(
        name=path.name,
        rows=len(rows),
        angles=len({row["id"] if row["angle"] is None else row["angle"] for row in rows}),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )
