from typing import Any

from distillnet.cli.battery_text import battery_lines
from tests.page.test_exam import BATTERY

_DIFFERENCE = {"difference": {"mean": 0.125, "ci95": [-0.1, 0.3]}, "items": 8}
EVALUATION: dict[str, Any] = {
    "battery": BATTERY
    | {
        "kinds": {kind: row | _DIFFERENCE for kind, row in BATTERY["kinds"].items()},
        "robustness": {
            who: {"worst": 0.2, "all_right": 0.3, "flip_rate": 0.4} for who in ("base", "student")
        },
        "memorisation": {
            "verbatim": {"base": 2.5, "student": 1.0},
            "reworded": {"base": 2.75, "student": 2.5},
            "gap": {"mean": 1.25, "ci95": [1, 1.5]},
        },
    },
    "contamination": {"items": 3, "share": 0.08},
}


def test_each_kind_and_finding_is_a_line() -> None:
    lines = list(battery_lines(EVALUATION))
    text = "\n".join(lines)
    assert "reversal     25 % -> 38 % of 8 items, +12 points [-10, +30]" in lines
    assert "denial       50 % -> 77 % of 8 items, +12 points [-10, +30]" in lines
    assert "near miss    50 % -> 43 % of 8 items, +12 points [-10, +30]" in lines
    assert "recall" not in text
    assert "verbatim 2.50 -> 1.00, reworded 2.75 -> 2.50" in text
    assert "+1.25 [+1.00," in text
    assert "ECE 0.06 -> 0.06, Brier 0.62 -> 0.64" in text
    assert "3 items (8 %)" in text
    assert max(map(len, lines)) < 80


def test_an_evaluation_without_a_battery_has_no_lines() -> None:
    assert list(battery_lines({})) == []
