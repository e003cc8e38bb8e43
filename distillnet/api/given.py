"""What every entry point begins with: settings, seed and directory, all known to be usable."""

from pathlib import Path
from typing import Any

from distillnet.config import Settings, load_settings
from distillnet.errors import UsageError
from distillnet.graphs.forecast import Plan
from distillnet.graphs.plan_file import confirmed, load_plan
from distillnet.graphs.run_file import read_run
from distillnet.records import Seed
from distillnet.tools.seeds import parse_seed, run_name


def prepared(
    seed: str | Path | Seed | None,
    plan: Plan | str | Path | None,
    out: str | Path | None,
    settings: dict[str, Any],
) -> tuple[Path, Settings, Seed]:
    """Directory, settings and seed of a run, all known to be usable; nothing is written."""
    from distillnet.graphs.checks import check_settings

    if plan is None:
        chosen, parsed = read(seed, settings)
    elif seed is not None or settings:
        raise UsageError("a plan has its own seed and settings: give it alone, or give them")
    else:
        chosen, parsed = confirmed(plan if isinstance(plan, Plan) else load_plan(Path(plan)))
    check_settings(chosen)
    return directory_of(parsed, out), chosen, parsed


def read(seed: str | Path | Seed | None, settings: dict[str, Any]) -> tuple[Settings, Seed]:
    chosen = load_settings(**settings)
    if chosen.reuse is not None:
        read_run(chosen.reuse)
    if isinstance(seed, Seed):
        return chosen, seed
    return chosen, parse_seed(seed, language=chosen.language)


def directory_of(seed: Seed, out: str | Path | None) -> Path:
    return Path("runs") / run_name(seed) if out is None else Path(out)


def opened(directory: Path, **settings: Any) -> Any:
    from distillnet.graphs.context import open_context

    stored, _ = read_run(directory)
    return open_context(directory, load_settings(stored.model_dump(), **settings))


def silent(event: dict[str, Any]) -> None:
    pass
