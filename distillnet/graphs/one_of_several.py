"""One run of several that one result is made of: its failure is its own, the caps are shared."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from distillnet.config import Settings
from distillnet.errors import (
    BudgetReached,
    DistillNetError,
    Interrupted,
    ModelAccessError,
    RunLocked,
    StorageError,
    one_line,
)
from distillnet.graphs.reading import LEDGER, read_ledger

T = TypeVar("T")
CAPS = ("calls", "tokens", "usd", "minutes")


def own_error(work: Callable[[], T]) -> T | str:
    """What ``work`` returns, or one sentence on why it failed.

    What concerns all of them is raised: an interrupt, no access to the model, a lock, the disk.
    """
    try:
        return work()
    except (Interrupted, ModelAccessError, RunLocked, StorageError):
        raise
    except DistillNetError as error:
        return str(error)
    except Exception as error:
        return one_line(error)


def caps_of(settings: Settings) -> dict[str, int | float]:
    """Those that are set, by their names in ``CAPS``."""
    caps = {name: getattr(settings, f"budget_{name}") for name in CAPS}
    return {name: cap for name, cap in caps.items() if cap is not None}


def with_shared_caps(settings: Settings, run: Path, others: Iterable[Path]) -> Settings:
    """``settings`` whose caps are what the runs in ``others`` have left of them to ``run``.

    Never less than what ``run`` itself has used, so that what is there can be used. Raises
    BudgetReached where nothing is left and ``run`` has used nothing.
    """
    own, rest = _used(run), [_used(other) for other in others]
    changes = {}
    for name, cap in caps_of(settings).items():
        left = max(cap - sum(used[name] for used in rest), own[name])
        if left <= 0:
            raise BudgetReached(
                f"the cap of {cap:,.15g} {name} for all together was reached before its turn: the "
                f"same command with a larger --budget-{name} goes on"
            )
        changes[f"budget_{name}"] = left
    return settings.model_copy(update=changes)


def _used(run: Path) -> Mapping[str, float]:
    """By the names in ``CAPS``; nothing where no run was begun."""
    if not (run / LEDGER).is_file():
        return dict.fromkeys(CAPS, 0)
    with read_ledger(run) as ledger:
        spent = ledger.spent()
        minutes = ledger.fact("minutes") or 0.0
    return {"calls": spent.calls, "tokens": spent.tokens, "usd": spent.usd, "minutes": minutes}
