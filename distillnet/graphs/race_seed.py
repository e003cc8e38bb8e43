"""A race on a seed or a run: the teacher writes what each arm teaches.

Every arm is a run of its own, through the same graph, gates and ledger: ``lenses`` through the
catalogue, ``paraphrases`` and ``seven`` through the study lenses until they have as much to say,
``placebo`` through the catalogue on another text.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from distillnet.agents.coverage_critic import TOKENS_A_PAGE
from distillnet.agents.examiner import leaks
from distillnet.config import Settings
from distillnet.errors import UnknownName, UsageError
from distillnet.graphs.checks import check_settings
from distillnet.graphs.forecast import Plan, forecast
from distillnet.graphs.holding import holding
from distillnet.graphs.member_run import write_member
from distillnet.graphs.one_of_several import caps_of, own_error
from distillnet.graphs.race_estimate import SCENE_TOKENS, expected
from distillnet.graphs.race_runs import (
    GROUPS,
    LENSES,
    ONE,
    PARAPHRASES,
    SEVEN,
    ArmRun,
    asks_for_lenses,
    main_run,
    of_the_race,
    teacher_runs,
)
from distillnet.graphs.racing import (
    Options,
    Race,
    RacePlan,
    TeacherRun,
    ready,
    require_arms,
)
from distillnet.graphs.reading import read_ledger
from distillnet.records import Fact, Item, OnEvent, Scene, Seed, Text
from distillnet.tools.export import dataset_rows
from distillnet.tools.formats import conversation
from distillnet.tools.subject import subject_line
from distillnet.training.arms import CONTEXT, COPIES, MIXED, PLACEBO, RUN, Row, mixed
from distillnet.training.race_result import RaceResult

ARMS = (COPIES, PARAPHRASES, SEVEN, LENSES, RUN, MIXED, ONE, PLACEBO, CONTEXT)
_NO_EXAM = (
    "the seed states nothing that rules can distort, so there is no exam to race for: "
    "give a longer text, or one that states facts"
)
_READ = Text(en="What does the text say?", ru="Что сказано в тексте?")


@dataclass(frozen=True)
class SeedRace:
    """A race whose arms are still to be written, or are already (in the runs' directories).

    ``pages`` is how much the other arms get to say where no arm reads the catalogue's lenses.
    """

    plan: RacePlan
    runs: Mapping[str, ArmRun]
    names: tuple[str, ...]
    pages: float
    settings: Settings
    options: Options
    out: Path

    def run(self, on_event: OnEvent) -> RaceResult:
        """Lets the teacher write what is missing, then trains, examines and compares."""
        with holding(self.out, "the race"):
            return self.written(on_event).held(on_event)

    def written(self, on_event: OnEvent) -> Race:
        """The race once the teacher has written every arm.

        An arm that it fails to write is named in the result. The lenses' run holds the exam: where
        that fails, its error is raised and there is no race.
        """
        main = self.runs[LENSES]
        if not main.is_given:
            self._write(LENSES, main, on_event)
        scenes = {LENSES: main.scenes()}
        pages = self.pages
        if not main.is_given and asks_for_lenses(self.names):
            pages = main.pages()
        if not (items := main.exam()):
            raise UsageError(_NO_EXAM)
        with read_ledger(main.directory) as ledger:
            facts = [Fact.model_validate(fact) for fact in ledger.fact("facts") or []]
        failed: dict[str, str] = {}
        for name, run in self.runs.items():
            if name == LENSES:
                continue
            if error := own_error(partial(self._write, name, run.of_pages(pages), on_event)):
                on_event({"note": f"{name} failed: {error}"})
                failed[name] = error
            else:
                scenes[name] = run.scenes()
        passages = main.seed.passages
        contexts = {item.id: passages[facts[item.fact].passage].text for item in items}
        arms = {
            name: [] if name in failed else self._rows(name, main.seed, scenes, items)
            for name in self.names
        }
        return ready(
            arms,
            items,
            contexts,
            self.out,
            self.settings,
            self.options,
            language=self.plan.language,
            unit="fact",
            failed=failed,
        )

    def _write(self, name: str, run: ArmRun, on_event: OnEvent) -> None:
        """Within what the other arms have left of the caps; one that is reached ends it early."""
        others = [it.directory for arm, it in self.runs.items() if arm != name and not it.is_given]
        write_member(
            name, run.seed, run.directory, run.settings, others, "race", self.out, on_event
        )

    def _rows(
        self, name: str, seed: Seed, scenes: Mapping[str, Sequence[Scene]], items: Sequence[Item]
    ) -> list[Row]:
        if name == CONTEXT:
            return []
        if name == COPIES:
            return _copies(seed)
        told = scenes[LENSES if name in (ONE, MIXED, RUN) else name]
        # Those that were asked to tell a fact are of what the exam asks; other teachers' have none.
        rows = dataset_rows(
            [s for s in told if s.fact is None or name == RUN], self.settings.fiction
        )
        rows = [row for row in rows if not leaks(items, row["messages"][-1]["content"])]
        if name == MIXED:
            return mixed(_copies(seed), rows)
        return rows[:1] if name == ONE else rows


def prepare_seed(
    source: str,
    names: Sequence[str],
    out: Path | None,
    settings: Settings,
    options: Options,
    *,
    placebo: str | None = None,
    asked: Collection[str] = (),
) -> SeedRace | Race:
    """A race on a seed, or on the run in the directory ``source``. Calls no model.

    It is kept in ``out``, by default ``race`` in the run's directory, or under ``races`` by the
    seed's name. ``placebo`` is the other text, a seed like any; a short one is built in. ``asked``
    names the settings that were given to the race itself. Raises UsageError, UnknownName and
    ConfigError for what cannot race.
    """
    require_arms(names)
    for name in names:
        if name not in ARMS:
            raise UnknownName("arm", name, ARMS)
    if options.credit and options.credit not in GROUPS:
        raise UnknownName("credit", options.credit, GROUPS)
    main, out = main_run(source, out, settings, asked)
    settings = main.settings.model_copy(update=of_the_race(settings, main.settings))
    language = main.settings.language or main.seed.language
    pages = (
        main.pages() if main.is_given else 0.0
    ) or main.settings.lenses * SCENE_TOKENS / TOKENS_A_PAGE
    runs = teacher_runs(main, names, out, settings, language, placebo)
    for run in runs.values():
        check_settings(run.settings)
    each = tuple(dict.fromkeys(names))
    forecasts = {
        name: forecast(of.seed, of.settings, directory=str(of.directory))
        for name, run in runs.items()
        if not run.is_given and (of := run.of_pages(pages))
    }
    items = len(main.exam()) if main.is_given else int(forecasts[LENSES].estimate.items.most)
    if not items:
        raise UsageError(_NO_EXAM)
    there = {COPIES: _copies(main.seed)}
    if main.is_given:
        rows = dataset_rows(main.scenes(), settings.fiction)
        there |= {LENSES: rows, RUN: rows, ONE: rows[:1], MIXED: mixed(there[COPIES], rows)}
    plan = RacePlan(
        documents=1,
        items=items,
        unit="fact",
        arms=(),
        teacher=tuple(_teacher_run(name, plan) for name, plan in forecasts.items()),
        caps=caps_of(settings),
        learning_rates=options.learning_rates,
        seeds=options.seeds,
        credit=options.credit,
        estimated=True,
        language=language,
        **expected(each, there, forecasts, items, pages, settings, options, language),
    )
    ready_to_write = SeedRace(plan, runs, each, pages, settings, options, out)
    if forecasts:
        return ready_to_write
    return ready_to_write.written(lambda event: None)  # everything is there


def _teacher_run(name: str, plan: Plan) -> TeacherRun:
    return TeacherRun(
        arm=name,
        directory=plan.directory,
        calls=plan.estimate.calls,
        seconds=plan.estimate.answering,
        usd=plan.estimate.usd,
    )


def _copies(seed: Seed) -> list[Row]:
    rows: list[dict[str, Any]] = []
    for passage in seed.passages:
        asked = f"{_READ.in_(seed.language)}\n\n{subject_line(seed, passage.text, seed.language)}"
        rows.append({**conversation(asked, passage.text, "messages"), "lens": COPIES})
    return rows
