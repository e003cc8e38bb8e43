"""A race that is ready to run: what it will take, and what each arm teaches."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from distillnet.config import Settings, Training
from distillnet.errors import TooManyFailures, UnknownName, UsageError
from distillnet.graphs.estimates import Range
from distillnet.graphs.holding import holding
from distillnet.models.speeds import read_training_speed
from distillnet.models.weights import load_tokenizer, model_folder, require_torch
from distillnet.records import Item, Language, Record
from distillnet.tools.export import write_jsonl
from distillnet.tools.text import detect_language, words
from distillnet.training.arms import CONTEXT, PLACEBO, Arms, document_arms, split_documents
from distillnet.training.dataset import load_dataset
from distillnet.training.race import count_students, race
from distillnet.training.race_result import RaceResult
from distillnet.training.race_student import Conditions
from distillnet.training.schedule import steps_for
from distillnet.training.views import document_items, load_documents

Emit = Callable[[dict[str, Any]], None]
RACES = Path("races")
_READ = 1_000
"""So many characters of a passage say which language it is in."""


class PlannedArm(Record):
    """``tokens`` is what one reading of its rows teaches; None for an arm that is not trained."""

    arm: str
    rows: int
    tokens: int | None


class TeacherRun(Record):
    """What the teacher writes for an arm before the race; ``directory`` keeps it."""

    arm: str
    directory: str
    calls: Range
    seconds: Range | None
    usd: Range | None


class RacePlan(Record):
    """``arms`` is empty as long as the teacher has to write them first (``teacher``).

    ``seconds`` is what training will take, as measured here before; None if nothing was.
    ``language`` is that in which the race is told.
    """

    documents: int
    items: int
    arms: tuple[PlannedArm, ...]
    teacher: tuple[TeacherRun, ...] = ()
    tokens: int | None
    steps: int | None
    learning_rates: tuple[float, ...]
    seeds: int
    students: int | None
    seconds: float | None
    language: Language = "en"


@dataclass(frozen=True)
class Options:
    """``tokens`` is one reading of the longest arm by default, ``steps`` one for 512 tokens."""

    tokens: int | None = None
    steps: int | None = None
    learning_rates: tuple[float, ...] = (1e-4, 3e-4, 1e-3)
    seeds: int = 3
    credit: str | None = None

    def __post_init__(self) -> None:
        if not self.learning_rates or min(self.learning_rates) <= 0:
            raise UsageError("a race needs learning rates over 0, as in 1e-4,3e-4,1e-3")
        if self.seeds < 1:
            raise UsageError("a race needs one training seed at least")
        if self.tokens and self.steps:
            steps_for(self.tokens, self.steps)


@dataclass(frozen=True)
class Race:
    """``run`` trains, examines and compares; what is kept under ``out`` is not made again."""

    plan: RacePlan
    arms: Arms
    items: Sequence[Item]
    contexts: Mapping[str, str]
    conditions: Conditions
    settings: Settings
    out: Path

    def run(self, on_event: Emit) -> RaceResult:
        with holding(self.out, "the race"):
            return self.held(on_event)

    def held(self, on_event: Emit) -> RaceResult:
        """``run``, for whoever holds the folder already."""
        return race(
            self.arms,
            self.items,
            self.contexts,
            model_folder(self.settings.student),
            self.out,
            self.conditions,
            self.settings.training,
            language=self.plan.language,
            on_event=on_event,
        )


def require_whole(result: RaceResult) -> None:
    """Raises TooManyFailures where an arm has no students."""
    if failed := [arm.arm for arm in result.arms if arm.error]:
        raise TooManyFailures(
            f"{len(failed)} of {len(result.arms)} arms failed ({', '.join(failed)[:200]}); the "
            "others are kept, and the same command again tries what is missing"
        )


def prepare_views(
    path: Path,
    names: Sequence[str],
    out: Path | None,
    settings: Settings,
    options: Options,
    *,
    documents: int | None = None,
) -> Race:
    """A race on a file of ready-made views; see ``training/views.py``. Trains nothing.

    It is kept in ``out``, or under ``races`` by the file's name. Raises UsageError, UnknownName and
    ConfigError for what cannot race.
    """
    require_arms(names)
    racing, others = split_documents(load_documents(path), documents, placebo=PLACEBO in names)
    return ready(
        document_arms(dict.fromkeys(names), racing, others),
        items := document_items(racing),
        {item.id: racing[item.fact].passage for item in items},
        out or RACES / "-".join(words(path.stem)[:5] or ["views"]),
        settings,
        options,
        language=settings.language
        or detect_language(" ".join(document.passage[:_READ] for document in racing)),
    )


def require_arms(names: Sequence[str]) -> None:
    """Raises UsageError for fewer than two, MissingExtra where nothing can be trained."""
    if len(set(names)) < 2:
        raise UsageError("a race needs two arms at least, as in --arms copies,paraphrases")
    require_torch("the race")


def ready(
    arms: Arms,
    items: Sequence[Item],
    contexts: Mapping[str, str],
    out: Path,
    settings: Settings,
    options: Options,
    *,
    language: Language,
) -> Race:
    """The race of these arms, its tokens counted by the student's own tokenizer."""
    tokenizer = load_tokenizer(model_folder(settings.student))
    planned = []
    for name, rows in arms.items():
        reading = None
        if name != CONTEXT:
            reading = _reading(rows, tokenizer, settings.training)
        planned.append(PlannedArm(arm=name, rows=len(rows), tokens=reading))
    keys = {key for rows in arms.values() for row in rows for key in row} - {"text", "messages"}
    if options.credit and options.credit not in keys:
        raise UnknownName("credit", options.credit, keys)
    tokens = options.tokens or max(arm.tokens or 0 for arm in planned if arm.arm != PLACEBO)
    if not tokens:
        raise UsageError("no arm of the race has rows to teach: give more lenses or other arms")
    conditions = Conditions(
        tokens=tokens,
        steps=steps_for(tokens, options.steps),
        learning_rates=options.learning_rates,
        seeds=options.seeds,
        credit=options.credit,
    )
    students = count_students(arms, conditions)
    speed = read_training_speed(settings.student)
    plan = RacePlan(
        documents=len({item.fact for item in items}),
        items=len(items),
        arms=tuple(planned),
        tokens=tokens,
        steps=conditions.steps,
        learning_rates=conditions.learning_rates,
        seeds=conditions.seeds,
        students=students,
        seconds=students * tokens / speed.tokens_per_second if speed else None,
        language=language,
    )
    return Race(plan, arms, items, contexts, conditions, settings, out)


def _reading(rows: Sequence[dict[str, Any]], tokenizer: Any, training: Training) -> int:
    """Tokens that one reading of the rows teaches; 0 where there are none."""
    if not rows:
        return 0
    with TemporaryDirectory() as folder:
        file = Path(folder, "rows.jsonl")
        write_jsonl(file, rows)
        dataset = load_dataset(
            file, tokenizer, max_tokens=training.max_tokens, mixture=training.mixture
        )
        return dataset.tokens
