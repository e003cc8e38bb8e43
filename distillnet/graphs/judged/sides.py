"""The two that are compared, read from the directories of their runs."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from distillnet.agents.comparator import Judge, kinship
from distillnet.config import Settings
from distillnet.errors import UsageError
from distillnet.graphs.judged.answers import Side
from distillnet.graphs.reading import read_ledger
from distillnet.graphs.run_file import read_run
from distillnet.graphs.student_rounds import final_adapter
from distillnet.models.weights import model_folder
from distillnet.records import Fact, Language, Seed, Text
from distillnet.training.dataset import file_hash

_DATA = Path("dataset", "train.jsonl")
_STUDENT = Text(en="the student of {directory}", ru="ученик прогона {directory}")
_BASE = Text(en="its untrained base", ru="та же модель до обучения")
_TWO_SEEDS = Text(
    en="the two runs have different seeds: each student is asked about both",
    ru="у двух прогонов разные зёрна: каждого ученика спрашивают об обоих",
)


@dataclass(frozen=True)
class Taught:
    """A run with a student; ``files`` hold all rows that any student of it was taught."""

    directory: Path
    settings: Settings
    seed: Seed
    facts: tuple[Fact, ...]
    files: tuple[Path, ...]
    adapter: Path

    @property
    def language(self) -> Language:
        """In which a judging of it is told."""
        return self.settings.language or self.seed.language

    def side(self, language: Language) -> Side:
        name = _STUDENT.in_(language).format(directory=self.directory)
        return Side(name, model_folder(self.settings.student), self.adapter)


def read_taught(directory: Path) -> Taught:
    """The run in ``directory`` with its last student.

    Raises UsageError where there is no run, no student, or only one of an earlier data set.
    """
    settings, seed = read_run(directory)
    adapter = final_adapter(directory)
    data = directory / _DATA
    if adapter.parent != directory:
        data = adapter.parent / "train.jsonl"
    if not (adapter / "adapter_model.safetensors").is_file():
        raise UsageError(f"no trained student in {str(directory)!r}: distillnet train {directory}")
    if _data_sha256(adapter) != file_hash(data):
        raise UsageError(
            f"the student in {str(directory)!r} was taught an earlier data set: "
            f"distillnet train {directory}"
        )
    with read_ledger(directory) as ledger:
        facts = tuple(Fact.model_validate(fact) for fact in ledger.fact("facts") or [])
    rounds = sorted(directory.glob("relearned/*/train.jsonl"))
    return Taught(directory, settings, seed, facts, (directory / _DATA, *rounds), adapter)


def _data_sha256(adapter: Path) -> str | None:
    """Of the data set that it was taught; None where that is not known."""
    try:
        training = json.loads((adapter / "training.json").read_text("utf-8"))
        return str(training["data_sha256"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def read_sides(directory: Path, against: Path | None) -> tuple[list[Taught], tuple[Side, Side]]:
    """The runs, one or two, and the sides: two students, or a student and its untrained base.

    Raises what ``read_taught`` raises, and UsageError for one run given twice and for runs whose
    seeds are in different languages.
    """
    if against is None:
        run = read_taught(directory)
        side = run.side(run.language)
        return [run], (side, Side(_BASE.in_(run.language), side.base, None))
    if against.resolve() == directory.resolve():
        raise UsageError("a student is not compared with itself: give --against another run")
    run, other = read_taught(directory), read_taught(against)
    if run.seed.language != other.seed.language:
        raise UsageError("the two runs are in different languages: give --against another run")
    return [run, other], (run.side(run.language), other.side(run.language))


def facts_of(runs: Sequence[Taught]) -> list[Fact]:
    """Those of each run in turn, each statement once, so that no seed is at home."""
    most = max(len(run.facts) for run in runs)
    facts = [run.facts[i] for i in range(most) for run in runs if i < len(run.facts)]
    return list({fact.statement: fact for fact in facts}.values())


def warnings_on(runs: Sequence[Taught], judges: Sequence[str]) -> Iterator[str]:
    """What may favour a side, in the language of the first run."""
    language = runs[0].language
    if len({run.seed.id for run in runs}) > 1:
        yield _TWO_SEEDS.in_(language)
    named = [Judge(name, _never) for name in judges]
    found = [
        warning
        for run in runs
        for warning in kinship(
            named, teacher=run.settings.model, student=run.settings.student, language=language
        )
    ]
    yield from dict.fromkeys(found)


async def _never(prompt: str) -> str:
    raise AssertionError("only the judge's name is looked at")
