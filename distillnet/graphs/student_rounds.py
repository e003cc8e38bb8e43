"""Which cells were planned for what the student got wrong, round by round, in the ledger."""

from collections.abc import Sequence

from distillnet.memory.ledger import Ledger

_FACT = "student rounds"


def note_cells(ledger: Ledger, round: int, cells: Sequence[str]) -> None:
    """Keeps the ids of the cells of a round through the student."""
    noted = dict(ledger.fact(_FACT) or {})
    ledger.write_fact(_FACT, {**noted, str(round): list(cells)})


def cells_of(ledger: Ledger, round: int) -> list[str]:
    return list((ledger.fact(_FACT) or {}).get(str(round), []))


def all_cells(ledger: Ledger) -> set[str]:
    """Those of all rounds through the student: the first student does not learn them."""
    return {id for cells in (ledger.fact(_FACT) or {}).values() for id in cells}
