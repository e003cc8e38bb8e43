"""The library in one screen: what the command line does, for programs.

What runs is imported by the functions that run it, so that a plan is there at once.
"""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distillnet.config import Settings, load_settings
from distillnet.errors import (
    BudgetReached,
    ConfigError,
    DistillNetError,
    Interrupted,
    TooManyFailures,
    UsageError,
)
from distillnet.graphs.background import wait_for
from distillnet.graphs.drawing import draw_graph as draw_graph
from distillnet.graphs.estimates import Range as Range
from distillnet.graphs.explanation import Explanation as Explanation
from distillnet.graphs.explanation import Judgement as Judgement
from distillnet.graphs.explanation import Relative as Relative
from distillnet.graphs.forecast import Plan as Plan
from distillnet.graphs.forecast import PlannedCell as PlannedCell
from distillnet.graphs.forecast import forecast
from distillnet.graphs.plan_file import confirmed, load_plan
from distillnet.graphs.plan_file import planned_settings as planned_settings
from distillnet.graphs.plan_file import write_plan as write_plan
from distillnet.records import Scene, Seed
from distillnet.tools.export import write_yaml
from distillnet.tools.seeds import parse_seed, run_name

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig

    from distillnet.graphs.context import Context
    from distillnet.graphs.previewing import Preview as Preview
    from distillnet.graphs.previewing import Sample as Sample
    from distillnet.models.checking import Check as Check
    from distillnet.models.speeds import Speed

OnEvent = Callable[[dict[str, Any]], None]
_RUN_FILE = "run.yaml"


@dataclass(frozen=True)
class Run:
    """What a run left. ``evaluation`` is None when no student was trained."""

    directory: Path
    seed: Seed
    scenes: list[Scene]
    coverage: dict[str, Any]
    evaluation: dict[str, Any] | None
    failed_share: float
    max_failed: float

    def require_whole(self) -> None:
        """Raises BudgetReached when a hard cap stopped the run, TooManyFailures when more calls
        failed than the settings allow."""
        if (cap := self.coverage["cap"]) and self.coverage["stopped"] == "budget":
            raise BudgetReached(
                f"{self.coverage['reason']}; everything is kept: "
                f"distillnet resume {self.directory} --budget-{cap} N"
            )
        if self.failed_share > self.max_failed:
            faults = {k: n for k, n in self.coverage["requests"].items() if k != "ok"}
            named = ", ".join(f"{n} {k}" for k, n in sorted(faults.items(), key=lambda p: -p[1]))
            raise TooManyFailures(
                f"{self.failed_share:.0%} of the calls failed (more than {self.max_failed:.0%}; "
                f"requests: {named}): see rejected.jsonl, then 'distillnet resume {self.directory}'"
            )


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
    from distillnet.graphs.previewing import Preview

    directory, chosen, parsed = _prepared(seed, None, out, settings)
    before = forecast(parsed, chosen, directory=str(directory))
    emit = on_event or _silent
    brake = _Brake(emit, "what was answered is kept, and the same command again goes on")
    work = _preview(directory, chosen, before, cells, emit, brake)
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
) -> Run:
    """Runs the whole graph on a seed and returns what it left; ``adistill`` is the coroutine.

    ``seed`` is a phrase, a path, "-" for standard input, or a Seed; ``settings`` are the fields of
    ``distillnet.config.Settings``. ``plan``, or a file of one, stands in the place of both: exactly
    that is run, or ConfigError raised when something that shapes it has changed. The run directory
    is ``out``, or a name under ``runs/`` made of the seed, so that the same call again reuses what
    is there.
    """
    brake = _Brake(on_event or _silent)
    work = _run(*_prepared(seed, plan, out, settings), on_event or _silent, brake)
    return wait_for(work, drain=brake.pull)


async def adistill(
    seed: str | Path | Seed | None = None,
    *,
    plan: Plan | str | Path | None = None,
    out: str | Path | None = None,
    on_event: OnEvent | None = None,
    **settings: Any,
) -> Run:
    """See ``distill``. Nothing is written before seed and settings are known to be usable."""
    return await _run(*_prepared(seed, plan, out, settings), on_event or _silent)


def resume(directory: str | Path, *, on_event: OnEvent | None = None, **settings: Any) -> Run:
    """Finishes a run that was cut off, with its own settings; ``settings`` may change some."""
    from distillnet.graphs.context import check_settings

    directory = Path(directory)
    stored, seed = _read_run(directory)
    given = {name: value for name, value in settings.items() if value is not None}
    chosen = load_settings(**(stored.model_dump() | given))
    check_settings(chosen)
    brake = _Brake(on_event or _silent)
    work = _run(directory, chosen, seed, on_event or _silent, brake)
    return wait_for(work, drain=brake.pull)


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
    return explaining.explain(directory, *_read_run(directory), scene)


def train(
    directory: str | Path,
    *,
    student: str | None = None,
    epochs: int | None = None,
    learning_rate: float | None = None,
    on_event: OnEvent | None = None,
) -> Path:
    """Trains the student of a run on its data set; returns the adapter's folder."""
    from distillnet.graphs import finishing

    directory = Path(directory)
    stored, seed = _read_run(directory)
    given = {"epochs": epochs, "learning_rate": learning_rate}
    training = stored.training.model_dump() | {k: v for k, v in given.items() if v is not None}
    with _opened(directory, student=student, training=training) as context:
        finishing.train(context, on_event or _silent)
        # The run now has this student: evaluate and report read it from here.
        write_yaml(directory / _RUN_FILE, _run_record(context.settings, seed))
    return directory / "adapter"


def evaluate(directory: str | Path, *, on_event: OnEvent | None = None) -> dict[str, Any]:
    """Examines the trained student of a run; returns the content of evaluation.json."""
    from distillnet.graphs import finishing

    directory = Path(directory)
    with _opened(directory) as context:
        finishing.evaluate(context, on_event or _silent)
        finishing.report(context)
    path = directory / "evaluation.json"
    if not path.is_file():
        raise UsageError(f"no trained student in {directory}: distillnet train {directory}")
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


@dataclass
class _Brake:
    """Ends a run softly: no further call starts, those in flight are kept."""

    on_event: OnEvent
    cure: str | None = None
    context: "Context | None" = None

    def pull(self) -> int:
        if self.context is None:
            return 0
        cure = self.cure or _go_on(self.context.directory)
        left = self.context.halt(Interrupted(f"interrupted; {cure}"))
        if left:
            note = f"finishing {left} calls in flight; Ctrl-C again stops at once"
            self.on_event({"note": note})
        return left


def _go_on(directory: Path) -> str:
    return f"'distillnet resume {directory}' goes on"


async def _run(
    directory: Path, settings: Settings, seed: Seed, on_event: OnEvent, brake: _Brake | None = None
) -> Run:
    os.environ.setdefault("LANGSMITH_TRACING", "false")
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    from distillnet.graphs.context import open_context
    from distillnet.graphs.distill import build_distill_graph
    from distillnet.graphs.measuring import note_session
    from distillnet.graphs.state import Input

    with open_context(directory, settings) as context:
        if brake:
            brake.context = context
        _plant(context, seed)
        write_yaml(directory / _RUN_FILE, _run_record(settings, seed))
        thread = _thread(settings, seed)
        config: RunnableConfig = {
            "configurable": {"thread_id": thread},
            "recursion_limit": 50 + 1_000 * settings.max_rounds,
        }
        async with AsyncSqliteSaver.from_conn_string(str(directory / "checkpoint.sqlite")) as saver:
            # The checkpoint holds plain JSON types; a Python object in it is not ours, and making
            # one could run code.
            saver.serde = JsonPlusSerializer(allowed_msgpack_modules=None)
            graph = build_distill_graph(saver)
            checkpoint = await graph.aget_state(config)
            if unfinished := bool(checkpoint.next):
                left = checkpoint.values.get("pending", [])
                on_event({"stage": "resume", "cells": len(left)})
            stream = graph.astream(
                None if unfinished else Input(seed=seed.id),
                config,
                context=context,
                stream_mode="custom",
                durability="sync",
            )
            try:
                async for event in stream:
                    on_event(event)
            finally:
                context.note_minutes()
                await context.teacher.aclose()
            await saver.adelete_thread(thread)
        note_session(context)
        return _result(context, seed)


async def _preview(
    directory: Path, settings: Settings, plan: Plan, count: int, on_event: OnEvent, brake: _Brake
) -> "tuple[tuple[Sample, ...], Speed | None, DistillNetError | None]":
    from distillnet.graphs.context import open_context
    from distillnet.graphs.previewing import make_samples, spread, stopped

    with open_context(directory, settings) as context:
        brake.context = context
        _plant(context, plan.seed)
        cells = spread(plan.cells, {lens.name: lens.family for lens in context.planned}, count)
        on_event({"note": f"asking {settings.model} for {len(cells)} of {len(plan.cells)} cells"})
        try:
            samples, speed = await make_samples(context, cells)
        finally:
            context.note_minutes()
            await context.teacher.aclose()
        return samples, speed, stopped(context)


def _plant(context: "Context", seed: Seed) -> None:
    """Raises ConfigError for a directory that belongs to another seed."""
    known = context.ledger.fact("seed")
    if known is not None and known["id"] != seed.id:
        raise ConfigError(
            f"{context.directory} holds a run of another seed ({known['statement'][:60]!r}): "
            "give another --out"
        )
    context.ledger.write_fact("seed", seed.model_dump(mode="json"))


def _result(context: "Context", seed: Seed) -> Run:
    scenes = context.ledger.scenes()
    failed = sum(scene.verdict == "failed" for scene in scenes)
    evaluation = context.directory / "evaluation.json"
    return Run(
        directory=context.directory,
        seed=seed,
        scenes=[scene for scene in scenes if scene.verdict == "accepted"],
        coverage=context.ledger.fact("coverage"),
        evaluation=json.loads(evaluation.read_text("utf-8"))
        if context.settings.train and evaluation.is_file()
        else None,
        failed_share=failed / len(scenes) if scenes else 0.0,
        max_failed=context.settings.max_failed,
    )


def _opened(directory: Path, **settings: Any) -> Any:
    from distillnet.graphs.context import open_context

    stored, _ = _read_run(directory)
    given = {name: value for name, value in settings.items() if value is not None}
    return open_context(directory, load_settings(**(stored.model_dump() | given)))


def _read_run(directory: Path) -> tuple[Settings, Seed]:
    import yaml

    path = directory / _RUN_FILE
    if not path.is_file():
        raise UsageError(
            f"no run in {str(directory)!r}: give a directory that 'distillnet run' made"
        )
    try:
        record = yaml.safe_load(path.read_text(encoding="utf-8"))
        return load_settings(**record["settings"]), Seed.model_validate(record["seed"])
    except (yaml.YAMLError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ConfigError(f"cannot read {path}: {error}") from None


def _run_record(settings: Settings, seed: Seed) -> dict[str, Any]:
    from importlib.metadata import version

    from distillnet.models.spec import describe_teacher

    return {
        "distillnet": version("distillnet"),
        "key_variable": describe_teacher(settings).key or None,
        "settings": settings.model_dump(mode="json"),
        "seed": seed.model_dump(mode="json"),
    }


def _thread(settings: Settings, seed: Seed) -> str:
    """One checkpoint thread for one seed and settings: other settings start the graph anew."""
    shaped = json.dumps([settings.model_dump(mode="json"), seed.id], sort_keys=True)
    return hashlib.sha256(shaped.encode()).hexdigest()[:16]


def _silent(event: dict[str, Any]) -> None:
    pass
