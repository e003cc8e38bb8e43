"""What the last nodes do: export, training, evaluation and report, each from the ledger alone."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from distillnet.errors import UsageError
from distillnet.failpoints import reach
from distillnet.graphs.context import Context, middle
from distillnet.graphs.proposing import proposed_lenses
from distillnet.graphs.student_rounds import (
    LOOP_FILE,
    adapter_after,
    all_cells,
    cells_not_taught,
    round_folder,
)
from distillnet.memory.cell_states import CellStates, cell_states
from distillnet.memory.drift import drift_log, measure_drift
from distillnet.memory.embed import Vectors
from distillnet.memory.transformation_map import transformation_map
from distillnet.models.weights import model_folder
from distillnet.records import Item, Lens, OnEvent, Scene
from distillnet.tools.export import dataset_rows, write_json, write_jsonl, write_text, write_yaml


def export(context: Context) -> None:
    """scenes.jsonl and .yaml, rejected.jsonl, the data set, the map, drift and coverage."""
    ledger, out = context.ledger, context.directory
    coverage = ledger.fact("coverage")
    accepted = ledger.scenes(accepted=True)
    rows = [scene.model_dump(mode="json") for scene in accepted]
    rejected = [scene.model_dump(mode="json") for scene in ledger.scenes(accepted=False)]
    write_jsonl(out / "scenes.jsonl", rows)
    reach("during_export")
    write_yaml(out / "scenes.yaml", rows)
    write_jsonl(out / "rejected.jsonl", rejected)
    later = all_cells(ledger)
    write_jsonl(
        out / "dataset" / "train.jsonl",
        dataset_rows(
            [scene for scene in accepted if scene.id not in later],
            fiction=context.settings.fiction,
        ),
    )
    context.cells = _cells(context)
    write_yaml(
        out / "transformation_map.yaml",
        transformation_map(_lenses(context), ledger.scenes(), ledger.angles(), context.cells),
    )
    write_text(out / "drift_log.md", _drift_log(context, accepted))
    write_json(out / "coverage.json", coverage)


def _lenses(context: Context) -> list[Lens]:
    """Planned ones, and those that the critic added."""
    return [*context.planned, *proposed_lenses(context)]


def _cells(context: Context) -> CellStates:
    ledger = context.ledger
    return cell_states(
        [lens.name for lens in _lenses(context)],
        context.roles,
        context.forms,
        ledger.cells(),
        dict(ledger.select("SELECT id, verdict FROM scenes")),
        ledger.angles(),
        ledger.unsure_angles(),
    )


def _drift_log(context: Context, accepted: Sequence[Scene]) -> str:
    work = context.work()
    vectors = context.ledger.vectors(accepted=True)
    return drift_log(measure_drift(accepted, vectors, middle(work.passages)), work.cast.language)


def train(context: Context, emit: OnEvent) -> None:
    """Trains the student on the exported data set, unless there is nothing to train on.

    The students of the rounds through an earlier one are then not this student's.
    """
    from distillnet.training.adapter import finished
    from distillnet.training.loop import as_events
    from distillnet.training.lora import train_lora

    data = context.directory / "dataset" / "train.jsonl"
    if not data.is_file():
        raise UsageError(f"no data set in {context.directory}: run or resume it first")
    if not data.stat().st_size:
        emit({"note": "no scene was accepted, so there is nothing to train the student on"})
        return
    adapter = context.directory / "adapter"
    before = finished(adapter)
    report = train_lora(
        data,
        model_folder(context.settings.student),
        adapter,
        context.settings.training,
        on_progress=as_events(emit),
    )
    if report != before or not context.settings.rounds_through_student:
        _remove(context.directory / LOOP_FILE)


def evaluate(context: Context, emit: OnEvent) -> None:
    """Examines the run's first student; evaluation.json and items.jsonl stand in its directory."""
    examine_student(context, 0, emit)


def exam_of(context: Context) -> list[Item]:
    """The items that were written before the first scene; none before then."""
    return [Item.model_validate(item) for item in context.ledger.fact("exam") or []]


def require_recall(context: Context) -> None:
    """Raises UsageError for an exam that asks nothing the seed says."""
    from distillnet.training.battery import RECALL

    if not any(item.kind in RECALL for item in exam_of(context)):
        raise UsageError("there are no test items: give a longer seed, or one that states facts")


def examine_student(context: Context, round: int, emit: OnEvent) -> None:
    """Examines the student after ``round`` through the student; 0 is the first.

    Writes evaluation.json and items.jsonl, unless nothing that shapes them has changed.
    """
    from distillnet.training.battery import RECALL
    from distillnet.training.evaluation import evaluate as examine

    folder = round_folder(context.directory, round)
    adapter = adapter_after(context.directory, round)
    path, rows = folder / "evaluation.json", folder / "items.jsonl"
    items = exam_of(context)
    if not (adapter / "adapter_model.safetensors").is_file():
        emit({"note": "there is no trained student to examine"})
        _remove(path, rows)
        return
    if not round and not _is_of_the_data(context):
        emit({"note": "the student was taught an earlier data set, so it is not examined on this"})
        _remove(path, rows)
        return
    # What is asked beside recall says nothing of what was learned.
    if not any(item.kind in RECALL for item in items):
        emit({"note": "the seed states nothing that rules can distort, so there is no exam"})
        _remove(path, rows)
        return
    fingerprint = _fingerprint(context, adapter, items)
    noted = " ".join(["evaluated", *folder.relative_to(context.directory).parts])
    if path.is_file() and rows.is_file() and context.ledger.fact(noted) == fingerprint:
        return
    result = examine(
        items,
        model_folder(context.settings.student),
        adapter,
        context.settings.exam,
        trained_on=_taught(context, round),
        on_progress=lambda done, of: emit({"evaluate": done, "of": of}),
    )
    write_jsonl(rows, result.rows)
    write_json(path, result.summary)
    context.ledger.write_fact(noted, fingerprint)


def _is_of_the_data(context: Context) -> bool:
    """Whether the first student was trained on the data set that the run has now."""
    from distillnet.training.dataset import file_hash

    data = context.directory / "dataset" / "train.jsonl"
    training = _read_json(context, "adapter/training.json")
    return bool(training and data.is_file() and training.get("data_sha256") == file_hash(data))


def _taught(context: Context, round: int) -> Iterator[str]:
    """What stands in the rows that the student after ``round`` was trained on."""
    later = cells_not_taught(context.ledger, round)
    scenes = [scene for scene in context.ledger.scenes(accepted=True) if scene.id not in later]
    for row in dataset_rows(scenes, fiction=context.settings.fiction):
        yield from (message["content"] for message in row["messages"])


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def report(context: Context) -> None:
    """Writes report.html."""
    from distillnet.graphs.relearning import read_loop
    from distillnet.page.render import ReportData, render_report

    work, ledger = context.work(), context.ledger
    if ledger.fact("coverage") is None:
        raise UsageError(
            f"the run in {context.directory} has no round to report yet: "
            f"distillnet resume {context.directory}"
        )
    scenes = ledger.scenes()
    is_trained = _is_of_the_data(context)
    training = _read_json(context, "adapter/training.json") if is_trained else None
    data = ReportData(
        seed=work.cast.seed,
        model=work.cast.model,
        student=context.settings.student if training else None,
        settings=context.settings.model_dump(mode="json"),
        lenses={lens.name: lens for lens in _lenses(context)},
        roles=list(context.roles),
        scenes=scenes,
        coverage=ledger.fact("coverage"),
        angles=ledger.angles(),
        # In a run nothing is planned or judged between the export and this.
        cells=(context.cells or _cells(context)).states,
        points=_points(ledger.vectors()),
        evaluation=_read_json(context, "evaluation.json") if is_trained else None,
        training=training,
        student_loop=read_loop(context) if is_trained else [],
        items=exam_of(context),
        language=work.cast.language,
    )
    write_text(context.directory / "report.html", render_report(data))


def _fingerprint(context: Context, adapter: Path, items: list[Item]) -> str:
    shaped = [item.model_dump(mode="json") for item in items]
    shaped.append(context.settings.exam.model_dump() | {"student": context.settings.student})
    digest = hashlib.sha256(json.dumps(shaped, sort_keys=True).encode())
    digest.update((adapter / "adapter_model.safetensors").read_bytes())
    return digest.hexdigest()


def _read_json(context: Context, name: str) -> dict[str, Any] | None:
    path = context.directory / name
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _points(vectors: dict[str, Vectors]) -> list[tuple[str, float, float]]:
    """Two principal components of the vectors, by scene id."""
    if len(vectors) < 3:
        return [(id, 0.0, 0.0) for id in vectors]
    matrix = np.stack(list(vectors.values()))
    centred = matrix - matrix.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:2]
    return [(id, float(x), float(y)) for id, (x, y) in zip(vectors, centred @ axes.T, strict=True)]
