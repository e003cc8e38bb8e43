"""The library in one screen: what the command line does, for programs.

What runs is imported by the functions that run it, so that a plan is there at once.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distillnet.config import Settings, load_settings
from distillnet.errors import UsageError
from distillnet.graphs.background import wait_for
from distillnet.graphs.drawing import draw_graph as draw_graph
from distillnet.graphs.estimates import Range as Range
from distillnet.graphs.explanation import Explanation as Explanation
from distillnet.graphs.explanation import Judgement as Judgement
from distillnet.graphs.explanation import Relative as Relative
from distillnet.graphs.explanation import Telling as Telling
from distillnet.graphs.forecast import Plan as Plan
from distillnet.graphs.forecast import PlannedCell as PlannedCell
from distillnet.graphs.forecast import forecast
from distillnet.graphs.plan_file import confirmed, load_plan
from distillnet.graphs.plan_file import planned_settings as planned_settings
from distillnet.graphs.plan_file import write_plan as write_plan
from distillnet.graphs.run_file import read_run, write_run
from distillnet.records import Lens, Seed
from distillnet.tools.lenses import load_lenses
from distillnet.tools.seeds import parse_seed, run_name

if TYPE_CHECKING:
    from distillnet.graphs.comparison import Comparison as Comparison
    from distillnet.graphs.comparison import Numbers as Numbers
    from distillnet.graphs.coverage_map import CoverageMap as CoverageMap
    from distillnet.graphs.coverage_map import Teller as Teller
    from distillnet.graphs.coverage_map import ToldFact as ToldFact
    from distillnet.graphs.export_card import Export as Export
    from distillnet.graphs.export_card import Order as Order
    from distillnet.graphs.export_exam import ExamExport as ExamExport
    from distillnet.graphs.previewing import Preview as Preview
    from distillnet.graphs.previewing import Sample as Sample
    from distillnet.graphs.race_seed import SeedRace as SeedRace
    from distillnet.graphs.racing import Race as Race
    from distillnet.graphs.racing import RacePlan as RacePlan
    from distillnet.graphs.retriever import SceneRetriever
    from distillnet.graphs.running import Run as Run
    from distillnet.graphs.searching import Match as Match
    from distillnet.graphs.searching import Names, SceneSearch
    from distillnet.models.checking import Check as Check
    from distillnet.models.speeds import Speed
    from distillnet.records import Gap as Gap
    from distillnet.tools.export import Fiction as Fiction
    from distillnet.tools.formats import Format as Format
    from distillnet.training.race_result import ArmComparison as ArmComparison
    from distillnet.training.race_result import ArmResult as ArmResult
    from distillnet.training.race_result import RaceResult as RaceResult
    from distillnet.training.tournament_result import Competitor as Competitor
    from distillnet.training.tournament_result import Tournament as Tournament
    from distillnet.training.training_estimate import TrainingEstimate as TrainingEstimate

OnEvent = Callable[[dict[str, Any]], None]


def plan(seed: str | Path | Seed, *, out: str | Path | None = None, **settings: Any) -> Plan:
    """What ``distill`` would do with the same arguments, and what it would take.

    Calls no model, needs no key and no network, and writes nothing.
    """
    chosen, parsed = _read(seed, settings)
    return forecast(parsed, chosen, directory=str(_directory(parsed, out)))


def preview(
    seed: str | Path | Seed,
    *,
    cells: int = 3,
    out: str | Path | None = None,
    on_event: OnEvent | None = None,
    **settings: Any,
) -> "Preview":
    """Makes a few cells of the plan for real and estimates the whole from them.

    The answers are kept in the run directory, where ``distill`` with the same arguments finds them,
    so that nothing is paid for twice.
    """
    if cells < 1:
        raise UsageError("a preview has at least 1 cell")
    from distillnet.graphs.previewing import Preview, make_preview
    from distillnet.graphs.running import Brake

    directory, chosen, parsed = _prepared(seed, None, out, settings)
    before = forecast(parsed, chosen, directory=str(directory))
    emit = on_event or _silent
    brake = Brake(emit, "what was answered is kept, and the same command again goes on")
    work = make_preview(directory, chosen, before, cells, brake)
    samples, speed, stopped = wait_for(work, drain=brake.pull)
    after = forecast(parsed, chosen, directory=str(directory), speed=speed)
    return Preview(samples, before, after, stopped)


def probe(seed: str | Path | Seed, *, seconds: float = 10.0, **settings: Any) -> "Speed":
    """Measures how fast the embedded model answers here, for about so long, and notes it."""
    from distillnet.graphs.probing import probe as measured

    chosen, parsed = _read(seed, settings)
    return measured(chosen, parsed, seconds=seconds)


def check_model(**settings: Any) -> "Check":
    """Asks the model of the settings one short question and says what that showed.

    Raises UsageError for a model that cannot be opened; ``Check.require_usable`` raises what a
    server did in the place of an answer.
    """
    from distillnet.models.checking import check

    return wait_for(check(load_settings(**settings)))


def read_plan(path: str | Path, *, out: str | Path | None = None) -> Plan:
    """The plan in a file, as it would run now.

    Raises ConfigError, telling every difference, when something that shapes it has changed.
    """
    settings, seed = confirmed(load_plan(Path(path)))
    return forecast(seed, settings, directory=str(_directory(seed, out)))


def require_ready(plan: Plan) -> None:
    """Raises what would stop a run of ``plan`` before its first call: no key, no package."""
    from distillnet.graphs.context import check_settings

    check_settings(planned_settings(plan))


def distill(
    seed: str | Path | Seed | None = None,
    *,
    plan: Plan | str | Path | None = None,
    out: str | Path | None = None,
    on_event: OnEvent | None = None,
    **settings: Any,
) -> "Run":
    """Runs the whole graph on a seed and returns what it left; ``adistill`` is the coroutine.

    ``seed`` is a phrase, a path, "-" for standard input, or a Seed; ``settings`` are the fields of
    ``distillnet.config.Settings``. ``plan``, or a file of one, stands in the place of both: exactly
    that is run, or ConfigError raised when something that shapes it has changed. The run directory
    is ``out``, or a name under ``runs/`` made of the seed, so that the same call again reuses what
    is there.
    """
    from distillnet.graphs.running import Brake, run_graph

    brake = Brake(on_event or _silent)
    work = run_graph(*_prepared(seed, plan, out, settings), brake)
    return wait_for(work, drain=brake.pull)


async def adistill(
    seed: str | Path | Seed | None = None,
    *,
    plan: Plan | str | Path | None = None,
    out: str | Path | None = None,
    on_event: OnEvent | None = None,
    **settings: Any,
) -> "Run":
    """See ``distill``. Nothing is written before seed and settings are known to be usable."""
    from distillnet.graphs.running import Brake, run_graph

    return await run_graph(*_prepared(seed, plan, out, settings), Brake(on_event or _silent))


def resume(directory: str | Path, *, on_event: OnEvent | None = None, **settings: Any) -> "Run":
    """Finishes a run that was cut off, with its own settings; ``settings`` may change some."""
    from distillnet.graphs.context import check_settings
    from distillnet.graphs.running import Brake, run_graph

    directory = Path(directory)
    stored, seed = read_run(directory)
    chosen = load_settings(stored.model_dump(), **settings)
    check_settings(chosen)
    brake = Brake(on_event or _silent)
    return wait_for(run_graph(directory, chosen, seed, brake), drain=brake.pull)


def report(directory: str | Path) -> Path:
    """Draws report.html again from what the run directory holds; returns its path."""
    from distillnet.graphs import finishing

    with _opened(Path(directory)) as context:
        finishing.report(context)
    return Path(directory) / "report.html"


def explain(directory: str | Path, scene: str) -> Explanation:
    """How a scene of a run came about, from the seed to its verdict and place in the data set.

    ``scene`` is an id, at least 4 characters of one, or the name of a lens. Calls no model, needs
    no lock and writes nothing.
    """
    from distillnet.graphs import explaining

    directory = Path(directory)
    return explaining.explain(directory, *read_run(directory), scene)


def search(
    directory: str | Path,
    question: str,
    *,
    k: int = 5,
    lens: "Names" = None,
    role: "Names" = None,
    family: "Names" = None,
    form: "Names" = None,
    faithfulness: "Names" = None,
) -> "list[Match]":
    """The ``k`` accepted scenes of a run that are nearest to ``question``, the nearest first.

    Each of the filters is a name or several, of which a scene must have one. Calls no chat model,
    needs no lock and writes nothing. Raises UnknownName for a name that no accepted scene has.
    """
    return _scenes(
        directory, lens=lens, role=role, family=family, form=form, faithfulness=faithfulness
    ).nearest(question, k)


def as_retriever(
    run: "Run | str | Path",
    *,
    k: int = 5,
    lens: "Names" = None,
    role: "Names" = None,
    family: "Names" = None,
    form: "Names" = None,
    faithfulness: "Names" = None,
) -> "SceneRetriever":
    """A LangChain retriever over the accepted scenes that a run, or its directory, has now.

    It gives what ``search`` gives, as documents: the text, and in ``metadata`` id, lens, family,
    role, form, faithfulness, the seed's id and the score. Raises what ``search`` raises.
    """
    from distillnet.graphs.retriever import SceneRetriever

    scenes = _scenes(
        run if isinstance(run, str | Path) else run.directory,
        lens=lens,
        role=role,
        family=family,
        form=form,
        faithfulness=faithfulness,
    )
    return SceneRetriever(scenes=scenes, k=k)


def coverage(directory: str | Path) -> "CoverageMap":
    """What a run has covered: the map, its targets, what is missing and what repeats.

    The run may have ended, have been cut off, or go on: needs no lock and writes nothing.
    """
    from distillnet.graphs.covering import coverage_map

    directory = Path(directory)
    return coverage_map(directory, *read_run(directory))


def catalogue() -> dict[str, Lens]:
    """Lenses by name: the built-in ones, and those of the folders that the settings name."""
    return load_lenses(load_settings().lens_folders)


def adopt_lens(directory: str | Path, name: str, into: str | Path) -> Path:
    """Puts a lens that the critic proposed in a run into a folder; returns the file there.

    The setting ``lens_folders`` names such folders. Raises UsageError where the run has no such
    proposal or its name is taken.
    """
    from distillnet.graphs.proposals import adopt_proposal

    return adopt_proposal(Path(directory), name, Path(into))


def diff(a: str | Path, b: str | Path) -> "Comparison":
    """What changed from the run in directory ``a`` to the one in ``b``.

    The runs may have ended, have been cut off, or go on: needs no lock and writes nothing. Another
    seed is no error.
    """
    from distillnet.graphs.comparing import compare

    return compare(Path(a), Path(b))


def export_dataset(
    directory: str | Path,
    *,
    out: str | Path | None = None,
    order: "Order" = "planned",
    fiction: "Fiction" = "keep",
    test_share: float = 0.1,
    format: "Format" = "messages",
) -> "Export":
    """Writes the accepted scenes of a run, and a card, to ``out`` or ``export`` in the run.

    ``order`` is that of the plan, or from the concrete and easy to the abstract and hard.
    ``fiction`` may mark what may be untrue by a line before the question (``prefix``), or drop the
    fictional scenes and those that contradict a fact (``leave-out``). No angle stands both in
    train.jsonl and in test.jsonl. The run may go on: needs no lock and calls no model.
    """
    from distillnet.graphs.exporting import export_run

    directory = Path(directory)
    return export_run(
        directory,
        *read_run(directory),
        None if out is None else Path(out),
        order=order,
        fiction=fiction,
        test_share=test_share,
        format=format,
    )


def export_exam(directory: str | Path, *, out: str | Path | None = None) -> "ExamExport":
    """Writes the exam of a run as tasks of the lm-evaluation-harness, to ``out`` or ``lm-eval``."""
    from distillnet.graphs.export_exam import export_exam as write

    directory = Path(directory)
    settings, _ = read_run(directory)
    return write(directory, settings, None if out is None else Path(out))


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
) -> "Race | SeedRace":
    """A race between ways of teaching the same text, with its plan; ``run`` of it races.

    ``source`` is a seed or the directory of a run; ``views`` in its place a file of ready-made
    interpretations (see ``distillnet/training/views.py``), of which ``documents`` race at most.
    Each arm's students learn exactly ``tokens`` tokens in ``steps`` steps, at the learning rate
    that did best on a part of the items that the result does not count. ``credit`` (lens, role,
    family or style) also trains without each group. Calls no model and trains nothing.
    """
    from distillnet.graphs.race_seed import prepare_seed
    from distillnet.graphs.racing import Options, prepare_views

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
    return prepare_seed(str(source), arms, folder, chosen, options, placebo=placebo)


def require_whole_race(result: "RaceResult") -> None:
    """Raises TooManyFailures where an arm of a race has no students."""
    from distillnet.graphs.racing import require_whole

    require_whole(result)


def race(
    source: str | Path | None = None, *, on_event: OnEvent | None = None, **options: Any
) -> "RaceResult":
    """Runs what ``prepare_race`` prepares from the same arguments.

    The race goes on where it was cut off, and an arm that fails does not lose the others: it is
    named in the result.
    """
    return prepare_race(source, **options).run(on_event or _silent)


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
    off goes on, and a text that cannot compete is named and does not lose the others.
    """
    from distillnet.graphs.tournament import hold_tournament

    return hold_tournament(
        files,
        Path("runs/tournament") if out is None else Path(out),
        load_settings(**settings),
        tokens=tokens,
        steps=steps,
        parallel=parallel,
        on_event=on_event or _silent,
    )


def estimate(*, model: str | None = None, **asked: Any) -> "TrainingEstimate":
    """What training would take; ``asked`` as ``training.estimating.estimate_training`` has it.

    ``model`` is the teacher; None: that of the settings, three to compare where it is embedded.
    """
    from distillnet.training.estimating import REFERENCES, estimate_training

    named = model or load_settings().model
    compared = REFERENCES if model is None and named == "embedded" else (named,)
    return estimate_training(**asked, teachers=compared)


def train(
    directory: str | Path,
    *,
    student: str | None = None,
    from_scratch: int | None = None,
    on_event: OnEvent | None = None,
    **training: Any,
) -> Path:
    """Trains the student of a run on its data set; returns the adapter's folder.

    ``training`` are fields of ``distillnet.config.Training``. ``from_scratch`` trains a new model
    of about so many parameters instead, with a tokenizer of its own; its folder is returned.
    """
    from distillnet.graphs import finishing

    directory, emit = Path(directory), on_event or _silent
    stored, seed = read_run(directory)
    changed = stored.training.model_dump() | {k: v for k, v in training.items() if v is not None}
    with _opened(directory, student=student, training=changed) as context:
        if from_scratch is not None:
            return finishing.train_new(context, from_scratch, emit)
        finishing.train(context, emit)
        # The run now has this student: evaluate and report read it from here.
        write_run(directory, context.settings, seed)
    return directory / "adapter"


def merge(directory: str | Path, out: str | Path) -> Path:
    """Writes the last student of a run as one whole model to the folder ``out``; returns it."""
    from distillnet.graphs.student_rounds import final_adapter
    from distillnet.models.weights import model_folder
    from distillnet.training.merge import merge_adapter

    directory = Path(directory)
    settings, _ = read_run(directory)
    return merge_adapter(final_adapter(directory), model_folder(settings.student), Path(out))


def evaluate(directory: str | Path, *, on_event: OnEvent | None = None) -> dict[str, Any]:
    """Examines the first trained student of a run; returns the content of evaluation.json.

    Those of rounds through the student are examined by the run: ``relearned/`` holds that.
    """
    from distillnet.graphs import finishing

    directory = Path(directory)
    with _opened(directory) as context:
        finishing.evaluate(context, on_event or _silent)
        finishing.report(context)
    path = directory / "evaluation.json"
    if not path.is_file():
        raise UsageError(
            f"no trained student of this data in {directory}: distillnet train {directory}"
        )
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return result


def _prepared(
    seed: str | Path | Seed | None,
    plan: Plan | str | Path | None,
    out: str | Path | None,
    settings: dict[str, Any],
) -> tuple[Path, Settings, Seed]:
    """Directory, settings and seed of a run, all known to be usable; nothing is written."""
    from distillnet.graphs.context import check_settings

    if plan is None:
        chosen, parsed = _read(seed, settings)
    elif seed is not None or settings:
        raise UsageError("a plan has its own seed and settings: give it alone, or give them")
    else:
        chosen, parsed = confirmed(plan if isinstance(plan, Plan) else load_plan(Path(plan)))
    check_settings(chosen)
    return _directory(parsed, out), chosen, parsed


def _read(seed: str | Path | Seed | None, settings: dict[str, Any]) -> tuple[Settings, Seed]:
    chosen = load_settings(**settings)
    if isinstance(seed, Seed):
        return chosen, seed
    return chosen, parse_seed(seed, language=chosen.language)


def _directory(seed: Seed, out: str | Path | None) -> Path:
    return Path("runs") / run_name(seed) if out is None else Path(out)


def _opened(directory: Path, **settings: Any) -> Any:
    from distillnet.graphs.context import open_context

    stored, _ = read_run(directory)
    return open_context(directory, load_settings(stored.model_dump(), **settings))


def _scenes(directory: str | Path, **wanted: "Names") -> "SceneSearch":
    from distillnet.graphs.searching import SceneSearch

    directory = Path(directory)
    settings, _ = read_run(directory)
    return SceneSearch(directory, settings, wanted)


def _silent(event: dict[str, Any]) -> None:
    pass
