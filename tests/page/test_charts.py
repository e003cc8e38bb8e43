import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distillnet.page import charts
from tests.page.conftest import scene


def test_scatter_keeps_proportions_and_turns_y_upward() -> None:
    scenes = [scene(n) for n in range(3)]
    points = [("s0", 0.0, 0.0), ("s1", 10.0, 0.0), ("s2", 0.0, 5.0)]
    origin, right, up = charts.scatter(points, scenes, [], width=400, height=400).marks
    assert right.x - origin.x == pytest.approx(2 * (origin.y - up.y), abs=0.2)
    assert up.y < origin.y
    assert all(0 < mark.x < 400 and 0 < mark.y < 400 for mark in (origin, right, up))


@pytest.mark.parametrize("points", [[("s0", 3.0, 3.0)], [("s0", 3.0, 3.0), ("s1", 3.0, 3.0)]])
def test_points_at_one_place_stand_in_the_middle(points: list[tuple[str, float, float]]) -> None:
    drawing = charts.scatter(points, [scene(0), scene(1)], [], width=400, height=300)
    assert {(mark.x, mark.y) for mark in drawing.marks} == {(200.0, 150.0)}


def test_scatter_joins_clusters_and_rejected_repeats() -> None:
    scenes = [*(scene(n) for n in range(3)), scene(3, verdict="repeat", nearest="s0"), scene(4)]
    points = [(s.id, float(n), float(n % 2)) for n, s in enumerate(scenes)]
    points += [("gone", 0.0, 0.0), ("s4", math.nan, 0.0)]
    drawing = charts.scatter(points, scenes, [scenes[:3]])
    joined = [(k.start.scene.id, k.end.scene.id, k.rejected) for k in drawing.links]
    assert joined == [("s0", "s1", False), ("s0", "s2", False), ("s0", "s3", True)]
    assert [mark.repeats for mark in drawing.marks] == [True, True, True, False, False]


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_are_few_round_and_inside(low: float, span: float) -> None:
    found = charts.ticks(low, low + span)
    assert len(found) <= 7
    assert all(low - 1e-6 * span <= tick <= low + span * (1 + 1e-6) for tick in found)


def test_loss_curve_runs_from_the_upper_left() -> None:
    curve = charts.loss_curve([[0, 0, 4.0], [1, 50, math.nan], [2, 100, 2.0]])
    assert curve is not None
    assert curve.path == "M0.0 6.9L100.0 93.1"
    assert (curve.first, curve.last, curve.tokens) == (4.0, 2.0, 100)
    assert [value for _, value in curve.y_ticks] == [2.0, 2.5, 3.0, 3.5, 4.0]
    assert charts.loss_curve([[0, 0, 4.0]]) is None


def test_exam_lays_the_interval_at_the_base_and_stays_on_the_scale() -> None:
    drawn = charts.exam(
        {
            "base": {"accuracy": 0.9},
            "student": {"accuracy": 0.95},
            "difference": {"mean": 0.05, "ci95": [-0.1, 0.2]},
            "smallest_detectable": 0.05,
        }
    )
    assert (drawn.base, drawn.student) == (90.0, 95.0)
    assert drawn.whisker == (80.0, 100.0)
    assert drawn.band == (85.0, 95.0)
