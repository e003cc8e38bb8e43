"""Students: trained, examined, raced and ranked; and what training takes."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from distillnet.api.given import opened, silent
from distillnet.config import Settings, load_settings
from distillnet.errors import UsageError
from distillnet.graphs.run_file import read_run, write_run
from distillnet.records import OnEvent

if TYPE_CHECKING:
    from distillnet.graphs.race_documents import DocumentsRace
    from distillnet.graphs.race_seed import SeedRace
    from distillnet.graphs.racing import Race
    from distillnet.training.race_result import RaceResult
    from distillnet.training.tournament_result import Tournament
    from distillnet.training.training_estimate import TrainingEstimate
    from distillnet.training.training_report import TrainingReport


def train(
    directory: str | Path,
    *,
    student: str | None = None,
    from_scratch: int | None = None,
    tokenizer: str | Path | None = None,
    on_event: OnEvent | None = None,
    **training: Any,
) -> Path:
    """Trains the student of a run on its data set; returns the adapter's folder.

    ``training`` are fields of ``distillnet.config.Training``. ``from_scratch`` trains a new model
    of about so many parameters instead, in a folder of its own by their number, which is returned;
    ``tokenizer`` is the folder of one for it, without which it gets its own.

    Of several processes that a launcher starts (``training/parallel.py``) the first holds the run
    and writes; the others only learn their parts.
    """
    from distillnet.graphs import finishing

    directory, emit = Path(directory), on_event or silent
    if tokenizer is not None and from_scratch is None:
        raise UsageError("a tokenizer is for a new model: say how large, by --from-scratch N, too")
    own = None if tokenizer is None else Path(tokenizer)
    stored, seed = read_run(directory)
    changed = stored.training.model_dump() | {k: v for k, v in training.items() if v is not None}
    if not is_first_process():
        settings = load_settings(stored.model_dump(), student=student, training=changed)
        return _learn_along(directory, settings, from_scratch, own)
    with opened(directory, student=student, training=changed) as context:
        if from_scratch is not None:
            return _train_new(directory, context.settings, from_scratch, own, emit)
        finishing.train(context, emit)
        # The run now has this student: evaluate and report read it from here.
        write_run(directory, context.settings, seed)
    return directory / "adapter"


def training_report(folder: Path, *, data: Path | None = None) -> "TrainingReport | None":
    """What is told of the training in an adapter's or model's folder.

    None where nothing is, or, with ``data``, where it was trained on anything else.
    """
    from distillnet.training.adapter import report_in
    from distillnet.training.dataset import file_hash

    report = report_in(folder)
    if report and data and not (data.is_file() and file_hash(data) == report.data_sha256):
        return None
    return report


def is_first_process() -> bool:
    """Whether this is the first of the processes that a launcher has started, or the only one."""
    from distillnet.training.parallel import rank

    return rank() == 0


def _train_new(
    directory: Path,
    settings: Settings,
    parameters: int,
    tokenizer: Path | None,
    emit: OnEvent,
) -> Path:
    """Trains a model from scratch, in a folder by its size: one of another size stays."""
    from distillnet.training.loop import as_events
    from distillnet.training.scratch import train_from_scratch

    out = directory / "scratch" / str(parameters)
    train_from_scratch(
        directory / "dataset" / "train.jsonl",
        out,
        settings.training,
        parameters=parameters,
        tokenizer=tokenizer,
        on_progress=as_events(emit),
    )
    return out


def _learn_along(
    directory: Path, settings: Settings, from_scratch: int | None, tokenizer: Path | None
) -> Path:
    """A further process's part of the training, beside the first one's in ``graphs/finishing``."""
    from distillnet.models.weights import model_folder
    from distillnet.training.lora import train_lora

    if from_scratch is not None:
        return _train_new(directory, settings, from_scratch, tokenizer, silent)
    data, out = directory / "dataset" / "train.jsonl", directory / "adapter"
    if data.is_file() and data.stat().st_size:
        train_lora(data, model_folder(settings.student), out, settings.training)
    return out


def evaluate(
    directory: str | Path,
    *,
    precision: Literal["auto", "float32"] | None = None,
    on_event: OnEvent | None = None,
) -> dict[str, Any]:
    """Examines the students of a run; returns the content of the first one's evaluation.json.

    ``relearned/`` holds what is found of those of rounds through the student. ``precision`` stands
    in the place of the run's own setting, which it does not change.
    """
    from distillnet.graphs import finishing, relearning

    directory, emit = Path(directory), on_event or silent
    path = directory / "evaluation.json"
    stored, _ = read_run(directory)
    exam = stored.exam.model_dump() | ({"precision": precision} if precision else {})
    with opened(directory, exam=exam) as context:
        finishing.evaluate(context, emit)
        finishing.require_recall(context)
        rounds = len(relearning.read_loop(context)) if path.is_file() else 0
        for round in range(1, rounds):
            finishing.examine_student(context, round, emit)
        if rounds:
            relearning.evaluate(rounds, context, emit)
        finishing.report(context)
    if not path.is_file():
        raise UsageError(
            f"no trained student of this data in {directory}: distillnet train {directory}"
        )
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return result


def merge(directory: str | Path, out: str | Path) -> Path:
    """Writes the last student of a run as one whole model to the folder ``out``; returns it."""
    from distillnet.graphs.student_rounds import final_adapter
    from distillnet.models.weights import model_folder
    from distillnet.training.merge import merge_adapter

    directory = Path(directory)
    settings, _ = read_run(directory)
    return merge_adapter(final_adapter(directory), model_folder(settings.student), Path(out))


def prepare_race(
    source: str | Path | None = None,
    *,
    views: str | Path | None = None,
    arms: Sequence[str] = ("copies", "lenses", "placebo", "context"),
    placebo: str | None = None,
    documents: int | None = None,
    out: str | Path | None = None,
    tokens: int | None = None,
    steps: int | None = None,
    seeds: int = 3,
    learning_rates: Sequence[float] = (1e-4, 3e-4, 1e-3),
    credit: str | None = None,
    **settings: Any,
) -> "Race | DocumentsRace | SeedRace":
    """A race between ways of teaching the same text, with its plan; ``run`` of it races.

    ``source`` is a seed or the directory of a run; ``views`` in its place a file of documents with
    ready-made interpretations (see ``distillnet/training/views.py``), of which ``documents`` race
    at most; there the arm ``run`` is what the teacher writes for each of them. Each arm's students
    learn exactly ``tokens`` tokens in ``steps`` steps, at the learning rate that did best on a part
    of the items that the result does not count. ``credit`` (lens, role, family or style) also
    trains without each group. Caps (``budget_calls`` and so on) hold for all that the teacher
    writes for the race together. Calls no model and trains nothing.
    """
    from distillnet.graphs.race_documents import prepare_views
    from distillnet.graphs.race_seed import prepare_seed
    from distillnet.graphs.racing import Options

    if (source is None) == (views is None):
        raise UsageError("give a seed or a run's directory, or a file of views")
    options = Options(tokens, steps, tuple(learning_rates), seeds, credit)
    chosen, folder = load_settings(**settings), None if out is None else Path(out)
    if views is None and documents is not None:
        raise UsageError("documents are counted of a file of views: a seed is one document")
    if views is not None and placebo is not None:
        raise UsageError("the placebo of a file of views is of its own documents: leave it out")
    if views is not None:
        return prepare_views(Path(views), arms, folder, chosen, options, documents=documents)
    asked = [name for name, value in settings.items() if value is not None]
    return prepare_seed(str(source), arms, folder, chosen, options, placebo=placebo, asked=asked)


def require_whole_race(result: "RaceResult") -> None:
    """Raises TooManyFailures where an arm of a race has no students."""
    from distillnet.graphs.racing import require_whole

    require_whole(result)


def race(
    source: str | Path | None = None, *, on_event: OnEvent | None = None, **options: Any
) -> "RaceResult":
    """Runs what ``prepare_race`` prepares from the same arguments.

    The race goes on where it was cut off, and an arm that the teacher fails to write or that cannot
    be trained does not lose the others: it is named in the result.
    """
    return prepare_race(source, **options).run(on_event or silent)


def tournament(
    files: Sequence[str | Path],
    *,
    out: str | Path | None = None,
    tokens: int | None = None,
    steps: int | None = None,
    parallel: int = 1,
    on_event: OnEvent | None = None,
    **settings: Any,
) -> "Tournament":
    """Which of several texts teaches the most: one student each, examined on every test.

    A file may also be the directory of a run. All students learn equally many ``tokens`` in equally
    many ``steps``; ``parallel`` says how many at once. Kept in ``out``: a tournament that was cut
    off goes on, and a text that cannot compete is named and does not lose the others. Caps
    (``budget_calls`` and so on) hold for all texts together.
    """
    from distillnet.graphs.tournament import hold_tournament

    return hold_tournament(
        files,
        Path("runs/tournament") if out is None else Path(out),
        load_settings(**settings),
        tokens=tokens,
        steps=steps,
        parallel=parallel,
        on_event=on_event or silent,
    )


def estimate(*, model: str | None = None, **asked: Any) -> "TrainingEstimate":
    """What training would take; ``asked`` as ``training.estimating.estimate_training`` has it.

    ``model`` is the teacher; None: that of the settings, three to compare where it is embedded.
    """
    from distillnet.training.estimating import REFERENCES, estimate_training

    named = model or load_settings().model
    compared = REFERENCES if model is None and named == "embedded" else (named,)
    return estimate_training(**asked, teachers=compared)
