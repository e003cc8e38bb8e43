"""A run that a race or a tournament makes: within its share of the caps, noted as a part of it."""

from collections.abc import Iterable
from pathlib import Path

from distillnet.config import Settings
from distillnet.errors import BudgetReached
from distillnet.graphs.background import wait_for
from distillnet.graphs.holding import GOES_ON
from distillnet.graphs.one_of_several import with_shared_caps
from distillnet.graphs.part_of import Whole, note_whole
from distillnet.graphs.running import Brake, run_graph
from distillnet.records import OnEvent, Seed


def write_member(
    name: str,
    seed: Seed,
    run: Path,
    settings: Settings,
    others: Iterable[Path],
    whole: Whole,
    out: Path,
    on_event: OnEvent,
) -> None:
    """Runs, or resumes, the one in the directory ``run`` for the ``whole`` in ``out``.

    A cap that it reaches ends it early, and ``on_event`` is told that ``name`` takes part with what
    is written. Raises BudgetReached where the runs in ``others`` have left nothing of a cap, and
    what a run raises.
    """
    shared = with_shared_caps(settings, run, others)
    note_whole(run, whole, out)
    brake = Brake(on_event, GOES_ON)
    written = wait_for(run_graph(run, shared, seed, brake), drain=brake.pull)
    try:
        written.require_whole()
    except BudgetReached:
        on_event({"note": f"a cap is reached: {name} takes part with what is written"})
