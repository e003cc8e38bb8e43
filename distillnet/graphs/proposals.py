"""The lenses that a run has of its own, read from its ledger."""

from pathlib import Path

from distillnet.errors import UnknownName, UsageError
from distillnet.graphs.reading import read_ledger
from distillnet.graphs.run_file import read_run
from distillnet.memory.ledger import Ledger
from distillnet.records import Lens
from distillnet.tools.adoption import adopt
from distillnet.tools.axis import Axis


def proposals(ledger: Ledger, round: int | None = None) -> list[Lens]:
    """Those that the critic proposed, up to ``round`` if it is given, as it worded them."""
    return [
        Lens.model_validate(entry["lens"])
        for entry in ledger.fact("proposed") or []
        if entry["lens"] and (round is None or entry["round"] <= round)
    ]


def own_lenses(ledger: Ledger, axis: Axis | None = None) -> dict[str, Lens]:
    """By name: the critic's, and those of ``axis``, whose wording counts where both have one.

    Without ``axis`` it is the one that was last in force.
    """
    if axis is None:
        axis = Axis.model_validate((ledger.fact("axis") or {"axis": {}})["axis"])
    return {lens.name: lens for lens in (*proposals(ledger), *axis.lenses())}


def adopt_proposal(directory: Path, name: str, folder: Path) -> Path:
    """Puts a proposed lens of the run in ``directory`` into ``folder``; returns the file there.

    Raises UsageError where the run has no such proposal, and what ``adopt`` raises.
    """
    read_run(directory)
    with read_ledger(directory) as ledger:
        own = own_lenses(ledger)
        found = {lens.name: own[lens.name] for lens in proposals(ledger)}
    if not found:
        raise UsageError(
            f"the critic proposed no lens in {str(directory)!r}: run it again with --propose 1"
        )
    if name not in found:
        raise UnknownName("proposed lens", name, found)
    return adopt(found[name], folder)
