"""A race on a seed or a run: the teacher writes what each arm teaches.

Every arm is a run of its own, through the same graph, gates and ledger: ``lenses`` through the
catalogue, ``paraphrases`` and ``seven`` through the study lenses until they have as much to say,
``placebo`` through the catalogue on another text.
"""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from distillnet.agents.coverage_critic import TOKENS_A_PAGE
from distillnet.agents.examiner import leaks
from distillnet.config import Coverage, Exam, Gates, Settings
from distillnet.errors import UnknownName, UsageError
from distillnet.graphs.background import wait_for
from distillnet.graphs.context import check_settings
from distillnet.graphs.forecast import forecast
from distillnet.graphs.holding import holding
from distillnet.graphs.racing import (
    RACES,
    Emit,
    Options,
    Race,
    RacePlan,
    TeacherRun,
    ready,
    require_arms,
)
from distillnet.graphs.reading import read_ledger
from distillnet.graphs.run_file import read_run
from distillnet.graphs.running import Brake, run_graph
from distillnet.records import Fact, Item, Scene, Seed, Text
from distillnet.tools.export import dataset_rows
from distillnet.tools.formats import conversation
from distillnet.tools.lenses import STUDY
from distillnet.tools.seeds import parse_seed, run_name
from distillnet.tools.subject import subject_line
from distillnet.training.arms import CONTEXT, COPIES, PLACEBO, Row
from distillnet.training.battery import RECALL
from distillnet.training.race_result import RaceResult

_LENSES, _ONE, _PARAPHRASES, _SEVEN = "lenses", "one", "paraphrases", "seven"
ARMS = (COPIES, _PARAPHRASES, _SEVEN, _LENSES, _ONE, PLACEBO, CONTEXT)
_PARAPHRASE = "paraphrase"
_STUDY_LENSES = (
    "key-concepts",
    "mind-map",
    "implications",
    "critical-questions",
    "case-study",
    "discussion",
    "teach-it",
)
_GROUPS = ("lens", "family", "role", "faithfulness")
# Of a scene, before any was written.
_SCENE_TOKENS = 130
_MOST_ROUNDS = 20
_NO_EXAM = (
    "the seed states nothing that rules can distort, so there is no exam to race for: "
    "give a longer text, or one that states facts"
)
_READ = Text(en="What does the text say?", ru="Что сказано в тексте?")
_OTHER = Text(
    en=(
        "The weaver keeps three looms. On the first she makes sails, on the second flags, and the "
        "third she lets nobody touch. When the river freezes, the sails wait until spring, but the "
        "flags are carried over the ice to the other bank. The third loom has been empty since the "
        "flood."
    ),
    ru=(
        "У ткачихи три станка. На первом она делает паруса, на втором флаги, а к третьему никого "
        "не подпускает. Когда река замерзает, паруса ждут весны, а флаги несут по льду на другой "
        "берег. Третий станок пуст с самого наводнения."
    ),
)


@dataclass(frozen=True)
class SeedRace:
    """A race whose arms are still to be written, or are already (in the runs' directories).

    ``pages`` is how much the other arms get to say where no arm reads the catalogue's lenses.
    """

    plan: RacePlan
    runs: Mapping[str, "_Run"]
    names: tuple[str, ...]
    pages: float
    settings: Settings
    options: Options
    out: Path

    def run(self, on_event: Emit) -> RaceResult:
        """Lets the teacher write what is missing, then trains, examines and compares."""
        with holding(self.out, "the race"):
            return self.written(on_event).held(on_event)

    def written(self, on_event: Emit) -> Race:
        """The race once the teacher has written every arm."""
        main = self.runs[_LENSES]
        if not main.is_given:
            _write(main, on_event)
        scenes = {_LENSES: _scenes(main)}
        with read_ledger(main.directory) as ledger:
            pages = self.pages
            if main.is_given or _asks_for_lenses(self.names):
                pages = float((ledger.fact("coverage") or {}).get("pages") or 0.0)
            exam = [Item.model_validate(item) for item in ledger.fact("exam") or []]
            facts = [Fact.model_validate(fact) for fact in ledger.fact("facts") or []]
        for name, run in self.runs.items():
            if name != _LENSES:
                _write(run.of_pages(pages), on_event)
                scenes[name] = _scenes(run)
        items = [item for item in exam if item.kind in (*RECALL, "reversal")]
        if not items:
            raise UsageError(_NO_EXAM)
        passages = main.seed.passages
        contexts = {item.id: passages[facts[item.fact].passage].text for item in items}
        arms = {name: self._rows(name, main.seed, scenes, items) for name in self.names}
        return ready(
            arms,
            items,
            contexts,
            self.out,
            self.settings,
            self.options,
            language=self.plan.language,
        )

    def _rows(
        self, name: str, seed: Seed, scenes: Mapping[str, Sequence[Scene]], items: Sequence[Item]
    ) -> list[Row]:
        if name == CONTEXT:
            return []
        if name == COPIES:
            return _copies(seed)
        rows = dataset_rows(
            # Those that were asked to tell a fact are of what the exam asks; no other arm has any.
            [s for s in scenes[_LENSES if name == _ONE else name] if s.fact is None],
            self.settings.fiction,
        )
        rows = [row for row in rows if not leaks(items, row["messages"][-1]["content"])]
        return rows[:1] if name == _ONE else rows


@dataclass(frozen=True)
class _Run:
    """``is_given``: it was there before the race, which then changes nothing in it."""

    seed: Seed
    directory: Path
    settings: Settings
    is_given: bool = False
    has_pages: bool = False

    def of_pages(self, pages: float) -> "_Run":
        if not self.has_pages:
            return self
        settings = self.settings.model_copy(update={"pages": pages})
        return _Run(self.seed, self.directory, settings, has_pages=True)


def prepare_seed(
    source: str,
    names: Sequence[str],
    out: Path | None,
    settings: Settings,
    options: Options,
    *,
    placebo: str | None = None,
) -> SeedRace | Race:
    """A race on a seed, or on the run in the directory ``source``. Calls no model.

    It is kept in ``out``, by default ``race`` in the run's directory, or under ``races`` by the
    seed's name. ``placebo`` is the other text, a seed like any; a short one is built in. Raises
    UsageError, UnknownName and ConfigError for what cannot race.
    """
    require_arms(names)
    for name in names:
        if name not in ARMS:
            raise UnknownName("arm", name, ARMS)
    if options.credit and options.credit not in _GROUPS:
        raise UnknownName("credit", options.credit, _GROUPS)
    main, out = _main(source, out, settings)
    settings = main.settings.model_copy(
        update={"student": settings.student, "training": settings.training}
    )
    language = main.settings.language or main.seed.language
    own: dict[str, Any] = {
        "train": False,
        "pages": 0.0,
        "depth": 0,
        "propose": 0,
        "language": language,
    }
    own["exam"] = main.settings.exam  # of which no scene may give an item away
    pages = main.settings.lenses * _SCENE_TOKENS / TOKENS_A_PAGE
    if not (main.is_given or _asks_for_lenses(names)):
        # The exam alone is wanted, which the graph writes before the first scene.
        least = {"lenses": 1, "only": (), "max_rounds": 1, "coverage": Coverage(facts=0.0)}
        main = replace(main, settings=main.settings.model_copy(update=own | least))
    runs = {_LENSES: main}
    made = out / "teacher"
    for name, lenses in ((_PARAPHRASES, (_PARAPHRASE,)), (_SEVEN, _STUDY_LENSES)):
        if name in names:
            changes = own | {
                "only": lenses,
                "lens_folders": (*settings.lens_folders, STUDY),
                # Tellings of one text in one way are alike; that is what these arms are.
                "gates": Gates(repeat_cosine=1.0, repeat_overlap=1.0, echo_overlap=0.9),
                "coverage": Coverage(facts=0.0, min_gain=0.0),
                "max_rounds": _MOST_ROUNDS,
            }
            runs[name] = _Run(
                main.seed, made / name, settings.model_copy(update=changes), has_pages=True
            )
    if PLACEBO in names:
        other = parse_seed(placebo or _OTHER.in_(language), language=None)
        if other.id == main.seed.id:
            raise UsageError("the placebo is the seed itself: give another text by --placebo")
        plain = own | {"coverage": Coverage(facts=0.0), "exam": Exam()}
        runs[PLACEBO] = _Run(other, made / PLACEBO, settings.model_copy(update=plain))
    for run in runs.values():
        check_settings(run.settings)
    planned = _planned(runs, pages)
    plan = RacePlan(
        documents=1,
        items=0,
        arms=(),
        teacher=planned,
        tokens=options.tokens,
        steps=options.steps,
        learning_rates=options.learning_rates,
        seeds=options.seeds,
        students=None,
        seconds=None,
        language=language,
    )
    each = tuple(dict.fromkeys(names))
    ready_to_write = SeedRace(plan, runs, each, pages, settings, options, out)
    if planned:
        return ready_to_write
    return ready_to_write.written(lambda event: None)  # everything is there


def _main(source: str, out: Path | None, settings: Settings) -> tuple[_Run, Path]:
    """The run that the race is about, and the race's folder: in that run's, or under ``races``."""
    # Not by Path: a seed may be longer than a file name.
    if os.path.isfile(os.path.join(source, "run.yaml")):
        stored, seed = read_run(Path(source))
        return _Run(seed, Path(source), stored, is_given=True), out or Path(source) / "race"
    seed = parse_seed(source, language=settings.language)
    out = out or RACES / run_name(seed)
    own = {"train": False, "exam": settings.exam.model_copy(update={"untrained": True})}
    return _Run(seed, out / "teacher" / _LENSES, settings.model_copy(update=own)), out


def _asks_for_lenses(names: Collection[str]) -> bool:
    return _LENSES in names or _ONE in names


def _planned(runs: Mapping[str, _Run], pages: float) -> tuple[TeacherRun, ...]:
    main = runs[_LENSES]
    planned = []
    for name, run in runs.items():
        if run.is_given:
            continue
        of = run.of_pages(pages)
        estimate = forecast(of.seed, of.settings, directory=str(of.directory)).estimate
        if run is main and not estimate.items.most:
            raise UsageError(_NO_EXAM)
        planned.append(
            TeacherRun(
                arm=name,
                directory=str(of.directory),
                calls=estimate.calls,
                seconds=estimate.answering,
                usd=estimate.usd,
            )
        )
    return tuple(planned)


def _write(run: _Run, on_event: Emit) -> None:
    brake = Brake(on_event, "the same command again goes on")
    work = run_graph(run.directory, run.settings, run.seed, brake)
    wait_for(work, drain=brake.pull).require_whole()


def _scenes(run: _Run) -> list[Scene]:
    with read_ledger(run.directory) as ledger:
        return ledger.scenes(accepted=True)


def _copies(seed: Seed) -> list[Row]:
    rows: list[dict[str, Any]] = []
    for passage in seed.passages:
        asked = f"{_READ.in_(seed.language)}\n\n{subject_line(seed, passage.text, seed.language)}"
        rows.append({**conversation(asked, passage.text, "messages"), "lens": COPIES})
    return rows
