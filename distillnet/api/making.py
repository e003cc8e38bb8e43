"""Runs: planned, tried, made and gone on with."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from distillnet.api.given import directory_of, prepared, read, silent
from distillnet.config import load_settings
from distillnet.errors import UsageError
from distillnet.graphs.background import wait_for
from distillnet.graphs.forecast import Plan, forecast
from distillnet.graphs.plan_file import confirmed, load_plan, planned_settings
from distillnet.graphs.run_file import read_run
from distillnet.records import OnEvent, Seed

if TYPE_CHECKING:
    from distillnet.graphs.previewing import Preview
    from distillnet.graphs.running import Run
    from distillnet.models.checking import Check
    from distillnet.models.speeds import Speed


def plan(seed: str | Path | Seed, *, out: str | Path | None = None, **settings: Any) -> Plan:
    """What ``distill`` would do with the same arguments, and what it would take.

    Calls no model, needs no key and no network, and writes nothing.
    """
    chosen, parsed = read(seed, settings)
    return forecast(parsed, chosen, directory=str(directory_of(parsed, out)))


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

    directory, chosen, parsed = prepared(seed, None, out, settings)
    before = forecast(parsed, chosen, directory=str(directory))
    emit = on_event or silent
    brake = Brake(emit, "what was answered is kept, and the same command again goes on")
    work = make_preview(directory, chosen, before, cells, brake)
    samples, speed, stopped = wait_for(work, drain=brake.pull)
    after = forecast(parsed, chosen, directory=str(directory), speed=speed)
    return Preview(samples, before, after, stopped)


def probe(seed: str | Path | Seed, *, seconds: float = 10.0, **settings: Any) -> "Speed":
    """Measures how fast the embedded model answers here, for about so long, and notes it."""
    from distillnet.graphs.probing import probe as measured

    chosen, parsed = read(seed, settings)
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
    return forecast(seed, settings, directory=str(directory_of(seed, out)))


def require_ready(plan: Plan) -> None:
    """Raises what would stop a run of ``plan`` before its first call: no key, no package."""
    from distillnet.graphs.checks import check_settings

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

    brake = Brake(on_event or silent)
    work = run_graph(*prepared(seed, plan, out, settings), brake)
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

    return await run_graph(*prepared(seed, plan, out, settings), Brake(on_event or silent))


def resume(directory: str | Path, *, on_event: OnEvent | None = None, **settings: Any) -> "Run":
    """Finishes a run that was cut off, with its own settings; ``settings`` may change some.

    Raises UsageError for one run of a race or a tournament that has caps: they are for all of its
    runs together.
    """
    from distillnet.graphs.checks import check_settings
    from distillnet.graphs.part_of import require_alone
    from distillnet.graphs.running import Brake, run_graph

    directory = Path(directory)
    stored, seed = read_run(directory)
    require_alone(directory, stored)
    chosen = load_settings(stored.model_dump(), **settings)
    check_settings(chosen)
    brake = Brake(on_event or silent)
    return wait_for(run_graph(directory, chosen, seed, brake), drain=brake.pull)
