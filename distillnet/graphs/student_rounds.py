"""What the rounds through the student leave: their cells, in the ledger, and their adapters."""

import json
from collections.abc import Sequence
from pathlib import Path

from distillnet.errors import ConfigError
from distillnet.memory.ledger import Ledger

LOOP_FILE = "student_loop.json"
_FACT, _EVER = "student rounds", "student cells"


def note_cells(ledger: Ledger, round: int, cells: Sequence[str]) -> None:
    """Keeps the ids of the cells of a round, in the place of those that it had before.

    A student that was trained anew errs elsewhere; the cells of its earlier errors are still not
    of the plan, so that ``all_cells`` keeps them.
    """
    ledger.write_fact(_EVER, sorted(all_cells(ledger).union(cells)))
    noted = dict(ledger.fact(_FACT) or {})
    ledger.write_fact(_FACT, {**noted, str(round): list(cells)})


def cells_of(ledger: Ledger, round: int) -> list[str]:
    return list((ledger.fact(_FACT) or {}).get(str(round), []))


def all_cells(ledger: Ledger) -> set[str]:
    """All that were ever noted: the first student does not learn them."""
    noted = {id for cells in (ledger.fact(_FACT) or {}).values() for id in cells}
    return noted.union(ledger.fact(_EVER) or ())


def cells_not_taught(ledger: Ledger, round: int) -> set[str]:
    """Those of ``all_cells`` that the student after ``round`` has not learned; 0 is the first."""
    learned = (cells_of(ledger, number) for number in range(1, round + 1))
    return all_cells(ledger).difference(*learned)


def round_folder(directory: Path, round: int) -> Path:
    return directory / "relearned" / str(round) if round else directory


def adapter_after(directory: Path, round: int) -> Path:
    """The newest adapter up to ``round``; a round without scenes has none of its own."""
    for number in range(round, 0, -1):
        folder = round_folder(directory, number)
        if (folder / "train.jsonl").is_file():
            return folder / "adapter"
    return directory / "adapter"


def final_adapter(directory: Path) -> Path:
    """The adapter of a run's last student: of the last round in student_loop.json, else the first.

    Raises ConfigError for a file that is no list of rounds.
    """
    path = directory / LOOP_FILE
    if not path.is_file():
        return directory / "adapter"
    try:
        rounds = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError):
        rounds = None
    if not isinstance(rounds, list):
        raise ConfigError(f"{path} holds no list of rounds: 'distillnet resume {directory}'")
    return adapter_after(directory, len(rounds))
