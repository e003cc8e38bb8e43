"""The cells lens x role x form of a run: which were planned, which are done, which repeat."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from math import prod
from typing import Literal

from distillnet.records import Cell, Record, Scene, Verdict

CellState = Literal["not_planned", "planned", "repeating", "unique"]
_ORDER: tuple[CellState, ...] = ("not_planned", "planned", "repeating", "unique")
_Place = tuple[str, str, str]


class CellStates(Record):
    """``states`` by lens, role and form, without those not planned; ``counts`` has them, too.

    ``planned`` has no accepted scene (yet), ``unique`` was the first to show one of its angles,
    ``repeating`` shows none that an earlier cell had not shown.
    """

    counts: dict[CellState, int]
    states: dict[str, dict[str, dict[str, CellState]]]

    def of_lens(self, lens: str) -> CellState:
        """The best state that a cell of the lens is in."""
        roles = self.states.get(lens, {})
        found = {state for forms in roles.values() for state in forms.values()}
        return max(found, key=_ORDER.index, default="not_planned")

    def covered(self, lenses: Iterable[str], *, own_angle: bool) -> list[str]:
        """Those of ``lenses`` that are done, with ``own_angle`` by an angle that is theirs."""
        done = ("unique",) if own_angle else ("unique", "repeating")
        return [lens for lens in lenses if self.of_lens(lens) in done]


def cell_states(
    lenses: Iterable[str],
    roles: Iterable[str],
    forms: Iterable[str],
    cells: Iterable[Cell | Scene],
    verdicts: Mapping[str, Verdict],
    angles: Mapping[str, int],
    unsure: Collection[str] = (),
) -> CellStates:
    """The state of every cell of ``lenses`` x ``roles`` x ``forms``, and of others in ``cells``.

    ``cells`` are the planned ones in their order, several of which may be of one lens, role and
    form (passages, attempts, depths, facts); ``verdicts`` and ``angles`` are by their ids. Cells
    are read round by round, as the critic does: by it, too, a lens is covered once a cell of it is
    ``unique``. An accepted scene whose angle is not known yet, or ``unsure``, repeats nothing.
    """
    best: dict[_Place, CellState] = {}
    first: dict[int, _Place] = {}
    for cell in sorted(cells, key=lambda cell: cell.round):
        place: _Place = (cell.lens, cell.role, cell.form)
        state: CellState = "planned"
        if verdicts.get(cell.id) == "accepted":
            angle = angles.get(cell.id)
            opens = angle is None or first.setdefault(angle, place) == place
            state = "unique" if opens or cell.id in unsure else "repeating"
        best[place] = max(best.get(place, state), state, key=_ORDER.index)
    axes = [{*lenses}, {*roles}, {*forms}]
    for place in best:
        for axis, name in zip(axes, place, strict=True):
            axis.add(name)
    found = Counter(best.values())
    found["not_planned"] = prod(map(len, axes)) - len(best)
    states: dict[str, dict[str, dict[str, CellState]]] = {}
    for (lens, role, form), state in best.items():
        states.setdefault(lens, {}).setdefault(role, {})[form] = state
    return CellStates(counts={state: found[state] for state in _ORDER}, states=states)
