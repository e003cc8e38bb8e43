"""A race that is ready to run: what it will take, and what each arm teaches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from pydantic import Field

from distillnet.config import Settings, Training
from distillnet.errors import TooManyFailures, UnknownName, UsageError
from distillnet.graphs.estimates import Range
from distillnet.graphs.holding import holding
from distillnet.models.speeds import read_training_speed
from distillnet.models.weights import load_tokenizer, model_folder, require_torch
from distillnet.records import Item, Language, OnEvent, Record
from distillnet.tools.export import write_jsonl
from distillnet.training.arms import CONTEXT, Arms, longest_reading
from distillnet.training.dataset import load_dataset
from distillnet.training.race import count_students, groups_by_arm, race
from distillnet.training.race_result import RaceResult, Unit
from distillnet.training.race_student import SHARES, Conditions
from distillnet.training.schedule import steps_for

RACES = Path("races")


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

    ``items``, ``tokens``, ``steps``, ``students`` and ``seconds`` are then ``estimated``, items at
    most. ``unit`` is what the items' ``fact`` numbers; ``facts`` is how many facts of one text they
    ask, None where documents race (or where it is not known yet); ``left_out`` counts documents
    that lack a style which an arm teaches. ``caps`` (calls, tokens, usd, minutes) hold for all that
    the teacher writes together. ``credit_students`` are those of the ``students`` that learn all
    but one group of the key ``credit``. ``seconds`` is what training will take, as measured here
    before (None if nothing was), and the three examinations of each student where
    ``examinations_counted``. ``language`` is that in which the race is told.
    """

    documents: int
    items: int
    unit: Unit = "document"
    facts: int | None = None
    left_out: int = 0
    arms: tuple[PlannedArm, ...]
    teacher: tuple[TeacherRun, ...] = ()
    caps: dict[str, int | float] = Field(default_factory=dict)
    tokens: int
    steps: int
    learning_rates: tuple[float, ...]
    seeds: int
    students: int
    credit: str | None = None
    credit_students: int = 0
    seconds: float | None
    examinations_counted: bool = False
    estimated: bool = False
    language: Language = "en"


@dataclass(frozen=True)
class Options:
    """``tokens`` is one reading of the longest arm by default (of ``mixed`` half a one), ``steps``
    one for 512 tokens."""

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
    """``run`` trains, examines and compares; what is kept under ``out`` is not made again.

    ``failed`` says why an arm cannot race.
    """

    plan: RacePlan
    arms: Arms
    items: Sequence[Item]
    contexts: Mapping[str, str]
    conditions: Conditions
    settings: Settings
    out: Path
    failed: Mapping[str, str] = field(default_factory=dict)

    def run(self, on_event: OnEvent) -> RaceResult:
        with holding(self.out, "the race"):
            return self.held(on_event)

    def held(self, on_event: OnEvent) -> RaceResult:
        """``run``, for whoever holds the folder already."""
        return race(
            self.arms,
            self.items,
            self.contexts,
            model_folder(self.settings.student),
            self.out,
            self.conditions,
            self.settings.training,
            unit=self.plan.unit,
            failed=self.failed,
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
    unit: Unit = "document",
    failed: Mapping[str, str] = MappingProxyType({}),
    left_out: int = 0,
) -> Race:
    """The race of these arms, its tokens counted by the student's own tokenizer."""
    tokenizer = load_tokenizer(model_folder(settings.student))
    planned = []
    for name, rows in arms.items():
        if name in failed:
            continue
        reading = None
        if name != CONTEXT:
            reading = _reading(rows, tokenizer, settings.training)
        planned.append(PlannedArm(arm=name, rows=len(rows), tokens=reading))
    keys = {key for rows in arms.values() for row in rows for key in row} - {"text", "messages"}
    if options.credit and options.credit not in keys:
        raise UnknownName("credit", options.credit, keys)
    readings = {arm.arm: arm.tokens or 0 for arm in planned}
    tokens = options.tokens or round(longest_reading(readings))
    if not tokens:
        why = "; ".join(f"{name}: {error}" for name, error in failed.items())
        raise UsageError(
            f"no arm of the race has rows to teach ({why or 'give more lenses or other arms'})"
        )
    conditions = Conditions(
        tokens=tokens,
        steps=steps_for(tokens, options.steps),
        learning_rates=options.learning_rates,
        seeds=options.seeds,
        credit=options.credit,
    )
    students, for_credit = count_students(
        groups_by_arm(arms, options.credit), len(options.learning_rates), options.seeds
    )
    seconds, counted = learning_seconds(settings.student, students, tokens, len(items))
    numbered = len({item.fact for item in items})
    plan = RacePlan(
        documents=1 if unit == "fact" else numbered,
        items=len(items),
        unit=unit,
        facts=numbered if unit == "fact" else None,
        left_out=left_out,
        arms=tuple(planned),
        tokens=tokens,
        steps=conditions.steps,
        learning_rates=conditions.learning_rates,
        seeds=conditions.seeds,
        students=students,
        credit=options.credit,
        credit_students=for_credit,
        seconds=seconds,
        examinations_counted=counted,
        language=language,
    )
    return Race(plan, arms, items, contexts, conditions, settings, out, failed)


def learning_seconds(
    student: str, students: int, tokens: int, items: int
) -> tuple[float | None, bool]:
    """(seconds that the students take, whether their examinations are among them).

    By what was measured of such a student here before; (None, False) where nothing was.
    """
    speed = read_training_speed(student)
    if speed is None:
        return None, False
    training = students * tokens / speed.tokens_per_second
    if speed.seconds_per_item is None:
        return training, False
    # It is of the exam, which asks the base and the student.
    look = items * speed.seconds_per_item / 2
    return training + students * len(SHARES) * look, True


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
