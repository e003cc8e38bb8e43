"""The states of cells against the critic's own count, and what a report of many weighs."""

from collections import Counter
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from distillnet.memory.cell_states import CellState, CellStates, cell_states
from distillnet.records import Cell, Verdict
from tests.memory.conftest import MakeCell

DRAWN = st.lists(
    st.fixed_dictionaries(
        {
            "lens": st.sampled_from(["irony", "koan", "ode"]),
            "role": st.sampled_from(["child", "dog"]),
            "form": st.sampled_from(["letter", "essay"]),
            "round": st.integers(1, 3),
            "verdict": st.sampled_from(["accepted", "accepted", "echo", None]),
            "angle": st.integers(0, 4),
        }
    ),
    max_size=16,
)


def cells_of(drawn: list[dict[str, Any]]) -> list[Cell]:
    """In the order in which they were planned."""
    return [
        Cell(
            id=f"s{number:02}",
            passage=0,
            attempt=0,
            reason="",
            prompt_hash="h",
            **{name: entry[name] for name in ("lens", "role", "form", "round")},
        )
        for number, entry in enumerate(drawn)
    ]


def found(drawn: list[dict[str, Any]]) -> CellStates:
    entries = {f"s{number:02}": entry for number, entry in enumerate(drawn)}
    return cell_states(
        ("irony", "koan", "ode", "umwelt"),
        ("child", "dog", "monk"),
        ("letter", "essay"),
        cells_of(drawn),
        {id: entry["verdict"] for id, entry in entries.items() if entry["verdict"]},
        {id: e["angle"] for id, e in entries.items() if e["verdict"] == "accepted"},
    )


@given(DRAWN)
def test_every_cell_has_one_state_and_all_are_counted(drawn: list[dict[str, Any]]) -> None:
    states = found(drawn)
    planned = {(e["lens"], e["role"], e["form"]) for e in drawn}
    listed = {
        (lens, role, form): state
        for lens, roles in states.states.items()
        for role, forms in roles.items()
        for form, state in forms.items()
    }
    assert set(listed) == planned
    assert set(states.counts) == set(get_args(CellState))
    assert sum(states.counts.values()) == 4 * 3 * 2
    assert states.counts["not_planned"] == 24 - len(planned)
    for state, count in Counter(listed.values()).items():
        assert states.counts[state] == count
    done = {(e["lens"], e["role"], e["form"]) for e in drawn if e["verdict"] == "accepted"}
    assert {place for place, state in listed.items() if state != "planned"} == done


@given(DRAWN)
def test_as_many_cells_are_unique_as_were_the_first_of_an_angle(
    drawn: list[dict[str, Any]],
) -> None:
    opened: dict[int, tuple[str, ...]] = {}
    for entry in sorted(drawn, key=lambda entry: entry["round"]):
        if entry["verdict"] == "accepted":
            place = (entry["lens"], entry["role"], entry["form"])
            opened.setdefault(entry["angle"], place)
    states = found(drawn)
    assert states.counts["unique"] == len({*opened.values()})
    for lens in ("irony", "koan", "ode", "umwelt"):
        is_first = lens in {place[0] for place in opened.values()}
        assert (states.of_lens(lens) == "unique") == is_first


def test_a_scene_whose_angle_is_not_known_yet_repeats_nothing(cell: MakeCell) -> None:
    accepted: dict[str, Verdict] = {"a": "accepted", "b": "accepted"}
    cells = [cell("a"), cell("b", lens="koan")]
    states = cell_states((), (), (), cells, accepted, {"a": 0})
    assert states.of_lens("koan") == "unique"
    states = cell_states((), (), (), cells, accepted, {"a": 0, "b": 0})
    assert states.of_lens("koan") == "repeating"
    assert states.of_lens("umwelt") == "not_planned"


def test_a_lens_that_repeats_is_covered_where_no_own_angle_is_asked_for(cell: MakeCell) -> None:
    cells = [cell("a", lens="irony"), cell("b", lens="koan"), cell("c", lens="ode")]
    verdicts: dict[str, Verdict] = {"a": "accepted", "b": "accepted", "c": "echo"}
    states = cell_states((), (), (), cells, verdicts, {"a": 0, "b": 0})
    lenses = ["ode", "koan", "irony", "umwelt"]
    assert states.covered(lenses, own_angle=True) == ["irony"]
    assert states.covered(lenses, own_angle=False) == ["koan", "irony"]


def test_only_planned_cells_are_listed(cell: MakeCell) -> None:
    lenses, roles, forms = ([f"{kind}{n}" for n in range(100)] for kind in "lrf")
    states = cell_states(lenses, roles[:16], forms[:20], [cell("a", lens="l0")], {}, {})
    assert states.counts["not_planned"] == 100 * 17 * 21 - 1
    assert len(states.model_dump_json()) < 200


def test_of_nothing_every_count_is_zero() -> None:
    assert set(cell_states((), (), (), [], {}, {}).counts.values()) == {0}


def test_what_probably_differs_repeats_nothing(cell: MakeCell) -> None:
    cells = [cell("a", lens="irony"), cell("b", lens="koan")]
    verdicts: dict[str, Verdict] = {"a": "accepted", "b": "accepted"}
    angles = {"a": 0, "b": 0}
    assert cell_states((), (), (), cells, verdicts, angles).of_lens("koan") == "repeating"
    sure = cell_states((), (), (), cells, verdicts, angles, unsure={"a", "b"})
    assert sure.of_lens("koan") == sure.of_lens("irony") == "unique"
