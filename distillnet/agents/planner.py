"""From gaps to cells: which role looks through which lens, in which form, at what."""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from heapq import merge
from itertools import count, islice
from typing import Any

from distillnet.agents.prompts import Messages, render
from distillnet.agents.role import Role
from distillnet.records import Cell, Direction, Fact, Form, Gap, Language, Lens, Passage, Seed
from distillnet.tools.lenses import PROPOSED, lens_order

# One shared tag makes a role ten times as likely for a lens.
_SUITED = 10.0
Tried = Mapping[str, int]
"""How many cells each lens, and each direction of each fact, had so far: see ``key``."""


def _no_scene(id: str) -> str:
    raise LookupError(f"no scene {id} to reinterpret")


@dataclass(frozen=True)
class Cast:
    """Everything that shapes a prompt, besides the cell itself.

    ``lenses`` and ``facts`` grow during a run: the critic proposes lenses, the examiner writes the
    facts. ``text_of`` gives the text of a scene that is to be reinterpreted. Weights, above 0,
    say how likely a lens or a role is to be asked, or a form to be asked for (1 where there is
    none); a form of weight 0 is written in only where it is a lens's own.
    """

    seed: Seed
    language: Language
    lenses: dict[str, Lens]
    roles: dict[str, Role]
    forms: dict[str, Form]
    model: str
    parameters: dict[str, Any]
    facts: list[Fact] = field(default_factory=list)
    text_of: Callable[[str], str] = _no_scene
    lens_weights: Mapping[str, float] = field(default_factory=dict)
    role_weights: Mapping[str, float] = field(default_factory=dict)
    form_weights: Mapping[str, float] = field(default_factory=dict)

    def messages(self, cell: Cell) -> Messages:
        """The prompt of a cell, as it is sent."""
        passage = self.seed.passages[cell.passage]
        text = passage.text if cell.parent is None else self.text_of(cell.parent)
        return render(
            self.seed,
            Passage(index=passage.index, start=passage.start, end=passage.end, text=text),
            self.lenses[cell.lens],
            self.roles[cell.role],
            self.forms[cell.form],
            self.language,
            fact=None if cell.fact is None else self.facts[cell.fact].statement,
            direction=cell.direction,
        )

    def cell(self, gap: Gap, *, round: int, attempt: int) -> Cell:
        """The cell that is to fill ``gap``, with its content id."""
        draft = Cell(
            id="",
            round=round,
            lens=gap.lens,
            role=gap.role or self._role(gap, attempt),
            form=self._form(gap.lens, attempt),
            passage=self._passage(gap.lens, attempt) if gap.passage is None else gap.passage,
            attempt=attempt,
            depth=gap.depth,
            parent=gap.parent,
            fact=gap.fact,
            direction=gap.direction,
            reason=gap.reason,
            prompt_hash="",
        )
        prompt_hash = _digest(self.messages(draft))
        shaped = [prompt_hash, self.model, self.parameters, gap.lens, draft.role, attempt]
        if draft.parent is None and (earlier := self._repeated.get(draft.passage)):
            shaped.append(f"passage {earlier + 1} of this text")
        id = _digest(shaped)
        return draft.model_copy(update={"id": id, "prompt_hash": prompt_hash})

    def _role(self, gap: Gap, attempt: int) -> str:
        """Each attempt at a lens goes to the next of its roles.

        Their order is drawn for each lens by weighted rendezvous hashing (Thaler and Ravishankar
        1998): it depends on the names alone, so that a role that joins takes its own share of the
        lenses and leaves all others where they were.
        """
        tags = {*self.lenses[gap.lens].tags}
        order = {
            name: _draw(gap.lens, name)
            / (self.role_weights.get(name, 1.0) * _SUITED ** len({*role.lens_tags} & tags))
            for name, role in self.roles.items()
        }
        return sorted(order, key=lambda name: (order[name], name))[attempt % len(order)]

    def _form(self, lens: str, attempt: int) -> str:
        """The lens's own form first; then all take turns, each as often as its weight says.

        Every form walks in strides of 1 / weight (Waldspurger and Weihl 1995), from a start that is
        drawn for the lens: so a form of twice the weight is twice as likely at any attempt, and of
        equal ones none comes again before all others came.
        """
        own = self.lenses[lens].form
        turns = merge(*(self._turns(lens, form, is_own=form == own) for form in self.forms))
        return next(islice(turns, attempt, None), (0.0, own))[1]

    def _turns(self, lens: str, form: str, *, is_own: bool) -> Iterator[tuple[float, str]]:
        start = 0.0 if is_own else math.exp(-_draw(lens, form))
        if weight := self.form_weights.get(form, 1.0):
            yield from (((n + start) / weight, form) for n in count())
        elif is_own:
            yield start, form

    def _passage(self, lens: str, attempt: int) -> int:
        """Passages take turns by the place of the lens in the fixed order."""
        place = self._places.get(lens, len(self._places))
        return (place + attempt) % len(self.seed.passages)

    @cached_property
    def _repeated(self) -> dict[int, int]:
        """How many passages of the same text stand before each that is not the first of it.

        Their prompts are the same, yet each is to have cells of its own.
        """
        counts: Counter[str] = Counter()
        found = {}
        for passage in self.seed.passages:
            if earlier := counts[passage.text]:
                found[passage.index] = earlier
            counts[passage.text] += 1
        return found

    @cached_property
    def _places(self) -> dict[str, int]:
        known = {name: lens for name, lens in self.lenses.items() if lens.family != PROPOSED}
        return {lens.name: place for place, lens in enumerate(lens_order(known))}


def first_gaps(lenses: Iterable[Lens]) -> list[Gap]:
    """Before the first round every planned lens is a gap."""
    return [Gap(kind="lens", lens=lens.name, reason="planned at the start") for lens in lenses]


def plan_cells(cast: Cast, gaps: Iterable[Gap], tried: Tried, *, round: int) -> list[Cell]:
    """One cell for each gap; each depends on the gap and on what was tried for it, nothing else.

    So a plan that has grown holds the cells of the smaller one, and a run that goes on asks only
    for what is missing.
    """
    tries = Counter(tried)
    cells: list[Cell] = []
    for gap in gaps:
        if gap.attempt is None:
            cells.append(cast.cell(gap, round=round, attempt=tries[key(gap)]))
            tries[key(gap)] += 1
        else:
            cells.append(cast.cell(gap, round=round, attempt=gap.attempt))
    # Two gaps may ask for one cell; it is made once.
    return list({cell.id: cell for cell in cells}.values())


def tried_after(tried: Tried, gaps: Iterable[Gap]) -> dict[str, int]:
    """``tried`` once cells were planned for ``gaps``."""
    return dict(Counter(tried) + Counter(key(gap) for gap in gaps if gap.attempt is None))


def key(gap: Gap) -> str:
    """The name under which attempts are counted."""
    return gap.lens if gap.fact is None else fact_key(gap.fact, gap.direction)


def fact_key(fact: int, direction: Direction) -> str:
    # No lens has a space in its name.
    return f"fact {fact} {direction}"


LENSES_A_FACT = 2
"""Through so many lenses each direction of a fact is told that the student got wrong."""


def lens_for_fact(statement: str, attempt: int, lenses: Sequence[Lens]) -> str:
    """The lens through which a fact is told: among the literal ones another for every attempt."""
    literal = [lens.name for lens in lenses if lens.faithfulness == "literal"]
    names = sorted(
        literal or [lens.name for lens in lenses], key=lambda name: _draw(statement, name)
    )
    return names[attempt % len(names)]


def _draw(one: str, other: str) -> float:
    """An exponentially distributed number that depends on the two texts alone."""
    digest = hashlib.sha256(f"{one}\n{other}".encode("utf-8", "replace")).digest()
    return -math.log((int.from_bytes(digest[:6], "big") + 1) / (2**48 + 1))


def _digest(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
