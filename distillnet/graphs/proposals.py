"""The lenses that a run has of its own, read from its ledger."""

from pathlib import Path

from distillnet.errors import UnknownName, UsageError
from distillnet.graphs.reading import read_ledger
from distillnet.graphs.run_file import read_run
from distillnet.memory.ledger import Ledger
from distillnet.records import Lens
from distillnet.tools.adoption import adopt
from distillnet.tools.axis import Axis


def proposals(ledger: Ledger) -> list[Lens]:
    """Those that the critic proposed, in their order."""
    entries = ledger.fact("proposed") or []
    return [Lens.model_validate(entry["lens"]) for entry in entries if entry["lens"]]


def own_lenses(ledger: Ledger) -> dict[str, Lens]:
    """By name: those that a person wrote into the axis, and the critic's."""
    written = (ledger.fact("axis") or {}).get("axis", {})
    lenses = [*Axis.model_validate(written).lenses(), *proposals(ledger)]
    return {lens.name: lens for lens in lenses}


def adopt_proposal(directory: Path, name: str, folder: Path) -> Path:
    """Puts a proposed lens of the run in ``directory`` into ``folder``; returns the file there.

    Raises UsageError where the run has no such proposal, and what ``adopt`` raises.
    """
    read_run(directory)
    with read_ledger(directory) as ledger:
        found = {lens.name: lens for lens in proposals(ledger)}
    if not found:
        raise UsageError(
            f"the critic proposed no lens in {str(directory)!r}: run it again with --propose 1"
        )
    if name not in found:
        raise UnknownName("proposed lens", name, found)
    return adopt(found[name], folder)
