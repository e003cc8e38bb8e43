"""From gaps to cells: which role looks through which lens, in which form, at which passage."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from distillnet.agents.prompts import Messages, render
from distillnet.agents.role import Role
from distillnet.records import Cell, Form, Gap, Language, Lens, Seed


@dataclass(frozen=True)
class Cast:
    """Everything that shapes a prompt, besides the cell itself."""

    seed: Seed
    language: Language
    lenses: dict[str, Lens]
    roles: dict[str, Role]
    forms: dict[str, Form]
    model: str
    parameters: dict[str, Any]

    def messages(self, cell: Cell) -> Messages:
        """The prompt of a cell, as it is sent."""
        return self._render(cell.lens, cell.role, cell.form, cell.passage)

    def _render(self, lens: str, role: str, form: str, passage: int) -> Messages:
        return render(
            self.seed,
            self.seed.passages[passage],
            self.lenses[lens],
            self.roles[role],
            self.forms[form],
            self.language,
        )

    def cell(
        self, gap: Gap, *, round: int, role: str, form: str, passage: int, attempt: int
    ) -> Cell:
        """A cell with its content id."""
        messages = self._render(gap.lens, role, form, passage)
        prompt_hash = _digest(messages)
        id = _digest([prompt_hash, self.model, self.parameters, gap.lens, role, attempt])
        return Cell(
            id=id,
            round=round,
            lens=gap.lens,
            role=role,
            form=form,
            passage=passage,
            attempt=attempt,
            reason=gap.reason,
            prompt_hash=prompt_hash,
        )


def plan_cells(
    cast: Cast, gaps: Sequence[Gap], before: Iterable[Cell], *, round: int
) -> list[Cell]:
    """One cell for each gap, after those of ``before``; the same input gives the same cells.

    A lens is first given to the least busy of the roles that share most of its tags, in its own
    form; each further attempt goes to another role, in another form. Passages take turns.
    """
    before = list(before)
    used: dict[str, list[Cell]] = {}
    for cell in before:
        used.setdefault(cell.lens, []).append(cell)
    busy = Counter(cell.role for cell in before)
    cells: list[Cell] = []
    for place, gap in enumerate(gaps, start=len(before)):
        earlier = used.setdefault(gap.lens, [])
        lens = cast.lenses[gap.lens]
        cell = cast.cell(
            gap,
            round=round,
            role=_next_role(cast.roles, lens, earlier, busy),
            form=_next_form(cast.forms, lens, earlier),
            passage=place % len(cast.seed.passages),
            attempt=len(earlier),
        )
        busy[cell.role] += 1
        earlier.append(cell)
        cells.append(cell)
    return cells


def _next_role(roles: dict[str, Role], lens: Lens, earlier: list[Cell], busy: Counter[str]) -> str:
    tried = Counter(cell.role for cell in earlier)
    return min(
        roles,
        key=lambda name: (
            tried[name],
            # One shared tag outweighs two scenes already given to the role.
            busy[name] - 2 * len({*roles[name].lens_tags} & {*lens.tags}),
            name,
        ),
    )


def _next_form(forms: dict[str, Form], lens: Lens, earlier: list[Cell]) -> str:
    if not earlier:
        return lens.form
    names = list(forms)
    tried = {cell.form for cell in earlier}
    start = names.index(lens.form)
    turned = names[start + 1 :] + names[: start + 1]
    return next((name for name in turned if name not in tried), lens.form)


def _digest(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
