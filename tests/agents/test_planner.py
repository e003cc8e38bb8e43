from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from distillnet import load_roles
from distillnet.agents.planner import Cast, plan_cells
from distillnet.records import Cell, Gap, Text
from distillnet.tools.lenses import load_forms, load_lenses
from distillnet.tools.seeds import parse_seed

LENSES = load_lenses()
ROLES = load_roles()
FORMS = load_forms()
NAMES = list(LENSES)
LONG = parse_seed("\n\n".join(f"Paragraph {i}. " + "It goes on and on. " * 60 for i in range(9)))
assert 2 < len(LONG.passages) <= 20


def cast(**changes: Any) -> Cast:
    return Cast(
        **{
            "seed": parse_seed("Freedom is the recognition of necessity."),
            "language": "en",
            "lenses": LENSES,
            "roles": ROLES,
            "forms": FORMS,
            "model": "embedded",
            "parameters": {"temperature": 0.6, "max_tokens": 320},
        }
        | changes
    )


def gaps(*names: str) -> list[Gap]:
    return [Gap(lens=name, reason="missing") for name in names]


def ids(cells: list[Cell]) -> dict[str, str]:
    return {cell.lens: cell.id for cell in cells}


ALL = plan_cells(cast(), gaps(*NAMES), [], round=1)


def test_each_gap_gets_one_cell_in_its_order_and_its_lens_s_own_form() -> None:
    assert [cell.lens for cell in ALL] == NAMES
    assert all(cell.form == LENSES[cell.lens].form for cell in ALL)
    assert {(cell.round, cell.attempt, cell.reason) for cell in ALL} == {(1, 0, "missing")}
    assert len({cell.id for cell in ALL}) == len(ALL)


def test_roles_take_turns_and_mostly_suit_their_lens() -> None:
    busy = Counter(cell.role for cell in ALL)
    assert set(busy) == set(ROLES)
    assert max(busy.values()) <= 2 * len(ALL) / len(ROLES)
    suits = sum(bool({*ROLES[cell.role].lens_tags} & {*LENSES[cell.lens].tags}) for cell in ALL)
    assert suits > 0.8 * len(ALL)


def test_the_first_cell_goes_to_a_role_that_shares_most_tags() -> None:
    (cell,) = plan_cells(cast(), gaps("umwelt"), [], round=1)
    shared = {
        name: len({*role.lens_tags} & {*LENSES["umwelt"].tags}) for name, role in ROLES.items()
    }
    assert shared[cell.role] == max(shared.values()) > 0


@pytest.mark.parametrize("lens", ["irony", "umwelt", "dimensional-analysis"])
def test_a_further_attempt_goes_to_another_role_in_another_form(lens: str) -> None:
    # The other roles have much to do already.
    busy = [cell for cell in ALL if cell.lens != lens and cell.role != ALL[NAMES.index(lens)].role]
    cells: list[Cell] = []
    for round in range(1, 6):
        cells += plan_cells(cast(), gaps(lens), busy + cells, round=round)
    assert [cell.attempt for cell in cells] == [0, 1, 2, 3, 4]
    assert len({cell.role for cell in cells}) == len({cell.form for cell in cells}) == 5


def test_attempts_go_on_when_roles_and_forms_are_used_up() -> None:
    small = cast(roles={"dog": ROLES["dog"]})
    cells: list[Cell] = []
    for round in range(1, len(FORMS) + 3):
        cells += plan_cells(small, gaps("irony"), cells, round=round)
    assert {cell.form for cell in cells} == set(FORMS)
    assert len({cell.id for cell in cells}) == len(cells)


def test_passages_of_a_long_seed_take_turns() -> None:
    cells = plan_cells(cast(seed=LONG), gaps(*NAMES[:20]), [], round=1)
    assert {cell.passage for cell in cells} == set(range(len(LONG.passages)))
    text = LONG.passages[cells[1].passage].text
    assert text in cast(seed=LONG).messages(cells[1])[1][1]


@examples(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(NAMES), max_size=30), st.integers(0, 30))
def test_a_plan_is_steady_and_can_be_cut_anywhere(names: list[str], cut: int) -> None:
    long = cast(seed=LONG)
    whole = plan_cells(long, gaps(*names), [], round=1)
    assert whole == plan_cells(long, gaps(*names), [], round=1)
    head = plan_cells(long, gaps(*names[:cut]), [], round=1)
    assert head + plan_cells(long, gaps(*names[cut:]), head, round=1) == whole
    assert len({cell.id for cell in whole}) == len(whole)


def test_a_changed_lens_changes_the_ids_of_its_own_cells_alone() -> None:
    lens = LENSES["irony"]
    question = Text(en=lens.question.en + " Be brief.", ru=lens.question.ru)
    changed = LENSES | {"irony": lens.model_copy(update={"question": question})}
    before, after = ids(ALL), ids(plan_cells(cast(lenses=changed), gaps(*NAMES), [], round=1))
    assert {name for name in NAMES if before[name] != after[name]} == {"irony"}


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "openai:gpt-5-mini"},
        {"parameters": {"temperature": 0.7, "max_tokens": 320}},
        {"language": "ru"},
        {"seed": parse_seed("Freedom is not the recognition of necessity.")},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_shapes_every_answer_changes_every_id(changes: dict[str, Any]) -> None:
    after = ids(plan_cells(cast(**changes), gaps(*NAMES), [], round=1))
    assert not set(ids(ALL).values()) & set(after.values())


def test_a_changed_stance_changes_the_cells_of_its_role_alone() -> None:
    class Dog(type(ROLES["dog"])):  # type: ignore[misc]
        stance = "You are a very old dog."

    after = plan_cells(cast(roles=ROLES | {"dog": Dog()}), gaps(*NAMES), [], round=1)
    changed = {cell.role for cell, other in zip(ALL, after, strict=True) if cell.id != other.id}
    assert changed == {"dog"}
