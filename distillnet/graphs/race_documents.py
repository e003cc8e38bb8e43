"""A race on a file of documents: with its ready views, and with what a teacher writes for each.

The arm ``run`` is written by one run a document, through the same graph, gates and ledger as any.
What is asked is the file's: no teacher sees it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from distillnet.agents.coverage_critic import TOKENS_A_PAGE
from distillnet.config import Settings
from distillnet.errors import UnknownName, UsageError
from distillnet.graphs.checks import check_settings
from distillnet.graphs.estimates import Range
from distillnet.graphs.forecast import forecast
from distillnet.graphs.holding import holding
from distillnet.graphs.member_run import write_member
from distillnet.graphs.one_of_several import caps_of, own_error
from distillnet.graphs.race_estimate import SCENE_TOKENS, expected
from distillnet.graphs.race_runs import GROUPS, LENSES, ArmRun
from distillnet.graphs.racing import (
    RACES,
    Options,
    Race,
    RacePlan,
    TeacherRun,
    ready,
    require_arms,
)
from distillnet.records import Language, OnEvent
from distillnet.tools.export import prose_rows
from distillnet.tools.seeds import run_name, text_seed
from distillnet.tools.text import detect_language, words
from distillnet.training.arms import MIXED, RUN, Row, Split, document_arms, row_of, split_documents
from distillnet.training.race_result import RaceResult
from distillnet.training.views import Document, document_items, load_documents

_READ = 1_000
"""So many characters of a passage say which language it is in."""


@dataclass(frozen=True)
class DocumentsRace:
    """A race with the arm ``run``: ``runs`` holds that of each document of ``given.racing``."""

    plan: RacePlan
    given: Split
    runs: tuple[ArmRun, ...]
    names: tuple[str, ...]
    settings: Settings
    options: Options
    out: Path

    def run(self, on_event: OnEvent) -> RaceResult:
        """Lets the teacher write what is missing, then trains, examines and compares."""
        with holding(self.out, "the race"):
            return self.written(on_event).held(on_event)

    def written(self, on_event: OnEvent) -> Race:
        """The race once the teacher has written.

        A document of which it wrote nothing, or failed to write, does not race, in no arm: it would
        be asked of those who never read of it. Raises UsageError where none is left.
        """
        racing: list[Document] = []
        rows: list[Row] = []
        for document, run in zip(self.given.racing, self.runs, strict=True):
            name = run_name(run.seed)
            error = own_error(partial(self._write, name, run, on_event))
            told = [] if error else prose_rows(run.scenes(), self.settings.fiction)
            if told:
                racing.append(document)
                rows += [{**row, **row_of(document, row["text"], RUN)} for row in told]
            else:
                why = error or "no scene was accepted"
                on_event({"note": f"{name} does not race: {why}"})
        if not racing:
            raise UsageError(f"the teacher wrote of no document: {why}")
        given = self.given._replace(racing=racing)
        return _race(given, self.names, self.settings, self.options, self.out, written=rows)

    def _write(self, name: str, run: ArmRun, on_event: OnEvent) -> None:
        others = {other.directory for other in self.runs} - {run.directory}
        write_member(
            name, run.seed, run.directory, run.settings, others, "race", self.out, on_event
        )


def prepare_views(
    path: Path,
    names: Sequence[str],
    out: Path | None,
    settings: Settings,
    options: Options,
    *,
    documents: int | None = None,
) -> Race | DocumentsRace:
    """A race on the documents of a file; see ``training/views.py``. Calls no model, trains nothing.

    It is kept in ``out``, or under ``races`` by the file's name. Raises UsageError, UnknownName,
    SeedError and ConfigError for what cannot race.
    """
    require_arms(names)
    given = split_documents(load_documents(path), documents, names)
    out = out or RACES / "-".join(words(path.stem)[:5] or ["views"])
    each = tuple(dict.fromkeys(names))
    if RUN not in each:
        return _race(given, each, settings, options, out)
    keys = ("style", *GROUPS)
    if options.credit and options.credit not in keys:
        raise UnknownName("credit", options.credit, keys)
    runs = tuple(_run(document, out, settings) for document in given.racing)
    check_settings(runs[0].settings)
    plan = _plan(given, runs, each, settings, options, out)
    return DocumentsRace(plan, given, runs, each, settings, options, out)


def _run(document: Document, out: Path, settings: Settings) -> ArmRun:
    text = row_of(document, document.passage, RUN)["text"]  # with the title, as the copies have it
    seed = text_seed(text, "file", language=settings.language)
    own = settings.model_copy(update={"train": False})
    return ArmRun(seed, out / "teacher" / run_name(seed), own)


def _sum(ranges: Iterable[Range | None]) -> Range | None:
    """None where one of them is unknown."""
    known = list(ranges)
    least = [each.least for each in known if each]
    most = [each.most for each in known if each]
    return Range(least=sum(least), most=sum(most)) if len(least) == len(known) else None


def _race(
    given: Split,
    names: Sequence[str],
    settings: Settings,
    options: Options,
    out: Path,
    *,
    written: Sequence[Row] = (),
) -> Race:
    items = document_items(given.racing)
    return ready(
        document_arms(names, given.racing, given.others, written),
        items,
        {item.id: given.racing[item.fact].passage for item in items},
        out,
        settings,
        options,
        left_out=given.left_out,
        language=_language(given, settings),
    )


def _language(given: Split, settings: Settings) -> Language:
    openings = " ".join(document.passage[:_READ] for document in given.racing)
    return settings.language or detect_language(openings)


def _plan(
    given: Split,
    runs: Sequence[ArmRun],
    names: tuple[str, ...],
    settings: Settings,
    options: Options,
    out: Path,
) -> RacePlan:
    """As an estimate: what the teacher writes decides how long the arms are, and what races."""
    forecasts = [forecast(run.seed, run.settings, directory=str(run.directory)) for run in runs]
    language, items = _language(given, settings), document_items(given.racing)
    there = document_arms([n for n in names if n not in (RUN, MIXED)], given.racing, given.others)
    pages = len(runs) * settings.lenses * SCENE_TOKENS / TOKENS_A_PAGE
    calls = _sum(plan.estimate.calls for plan in forecasts)
    assert calls is not None, "calls are always known"
    teacher = TeacherRun(
        arm=RUN,
        directory=str(out / "teacher"),
        calls=calls,
        seconds=_sum(plan.estimate.answering for plan in forecasts),
        usd=_sum(plan.estimate.usd for plan in forecasts),
    )
    return RacePlan(
        documents=len(given.racing),
        items=len(items),
        left_out=given.left_out,
        arms=(),
        teacher=(teacher,),
        caps=caps_of(settings),
        learning_rates=options.learning_rates,
        seeds=options.seeds,
        credit=options.credit,
        estimated=True,
        language=language,
        **expected(
            names, there, {LENSES: forecasts[0]}, len(items), pages, settings, options, language
        ),
    )
