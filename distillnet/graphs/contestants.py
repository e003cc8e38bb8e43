"""Who takes part in a tournament, and what each brings: a run's scenes and its exam."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from distillnet.config import Settings
from distillnet.errors import ConfigError, UsageError
from distillnet.graphs.run_file import read_run
from distillnet.models.spec import describe_teacher
from distillnet.models.weights import load_tokenizer
from distillnet.records import Item, OnEvent, Seed
from distillnet.tools.export import read_jsonl
from distillnet.tools.seeds import parse_seed, run_name
from distillnet.training.dataset import load_dataset
from distillnet.training.standings import examined
from distillnet.training.tournament import Entry

_DATA, _EXAM = Path("dataset", "train.jsonl"), Path("exam.jsonl")
_NAME = 60
"""So many characters of a phrase stand for it."""


@dataclass(frozen=True)
class Contestant:
    """A text or a run: ``run`` is the directory of its run, ``folder`` that of its student.

    ``ended``: the run was given as it is, and nothing is written to it.
    """

    name: str
    source: str
    folder: Path
    run: Path
    seed: Seed
    teacher: str
    ended: bool = False


def read_contestants(
    files: Sequence[str | Path], students: Path, settings: Settings
) -> list[Contestant]:
    """Their students will live in ``students``, in folders named by the text alone.

    So another order, or a file more, leaves what was done in its place. Raises UsageError for fewer
    than two, for one given twice, and for what cannot be read.
    """
    if len(files) < 2:
        raise UsageError("a tournament takes two texts or more: give another one")
    found: dict[Path, Contestant] = {}
    for file in files:
        contestant = _read(file, students, settings)
        if twin := found.get(contestant.folder):
            raise UsageError(
                f"{contestant.source!r} holds the same text as {twin.source!r}: give it once"
            )
        found[contestant.folder] = contestant
    return list(found.values())


def _read(file: str | Path, students: Path, settings: Settings) -> Contestant:
    """A directory is a run that has ended, anything else a seed."""
    if not os.path.isdir(file):
        seed = parse_seed(file, language=settings.language)
        folder = students / run_name(seed)
        name = seed.statement[:_NAME] if seed.origin == "phrase" else Path(seed.origin).name
        teacher = describe_teacher(settings).name
        return Contestant(name, seed.origin, folder, folder / "run", seed, teacher)
    run = Path(file)
    stored, seed = read_run(run)
    if not all((run / needed).is_file() for needed in (_DATA, _EXAM)):
        raise UsageError(f"the run in {str(run)!r} has not ended: distillnet resume {run}")
    place = hashlib.sha256(str(run.resolve()).encode("utf-8", "replace")).hexdigest()[:6]
    folder = students / f"{run_name(seed)}-{place}"
    return Contestant(run.resolve().name, str(run), folder, run, seed, stored.model, ended=True)


def bring(
    contestant: Contestant,
    base: Path,
    settings: Settings,
    emit: OnEvent,
    *,
    others: Sequence[Path] = (),
) -> Entry:
    """Makes the run, if there is none, within the caps that the runs in ``others`` have left.

    Reads what it left. Raises BudgetReached where they have left nothing, UsageError where it
    cannot be taught or examined, ConfigError for a damaged file, and what a run raises.
    """
    if not contestant.ended:
        _make_run(contestant, settings, others, emit)
    data = contestant.run / _DATA
    if not data.stat().st_size:
        raise UsageError("no scene was accepted, so there is nothing to teach")
    try:
        exam = [Item.model_validate(row) for row in read_jsonl(contestant.run / _EXAM)]
    except ValueError:
        raise ConfigError(f"{contestant.run / _EXAM} does not hold test items") from None
    items = tuple(examined(exam))
    if not items:
        raise UsageError("the text states nothing that rules can distort, so there is no test")
    training = settings.training
    reading = load_dataset(
        data, load_tokenizer(base), max_tokens=training.max_tokens, mixture=training.mixture
    )
    return Entry(contestant.name, contestant.folder, data, reading.tokens, items)


def _make_run(
    contestant: Contestant, settings: Settings, others: Sequence[Path], emit: OnEvent
) -> None:
    """Exam and scenes; what was answered before is in the run's ledger."""
    from distillnet.graphs.member_run import write_member

    exam = settings.exam.model_copy(update={"untrained": True})
    chosen = settings.model_copy(update={"train": False, "exam": exam})
    whole = contestant.folder.parent.parent
    write_member(
        contestant.name,
        contestant.seed,
        contestant.run,
        chosen,
        others,
        "tournament",
        whole,
        emit,
    )
