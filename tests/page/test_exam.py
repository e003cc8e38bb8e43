from dataclasses import replace
from typing import Any

import pytest

from distillnet.page.exam import findings, kinds
from distillnet.page.render import ReportData, render_report
from tests.page.test_render import Page

BATTERY: dict[str, Any] = {
    "kinds": {
        "recall": {"base": {"accuracy": 0.1}, "student": {"accuracy": 0.2}},
        "reversal": {"base": {"accuracy": 0.25}, "student": {"accuracy": 0.375}},
        "denial": {"base": {"accuracy": 0.5}, "student": {"accuracy": 0.7654}},
        "near_miss": {"base": {"accuracy": 0.5}, "student": {"accuracy": 0.4321}},
        "general": {"base": {"accuracy": 0.6}, "student": {"accuracy": 0.55}},
    },
    "robustness": {
        "base": {"all_right": 0.31, "flip_rate": 0.32},
        "student": {"all_right": 0.33, "flip_rate": 0.34},
    },
    "over_claiming": {"base": 0.41, "student": 0.42},
    "sycophancy_shift": {"base": 0.51, "student": -0.52},
    "calibration": {
        "base": {"ece": 0.061, "brier": 0.62},
        "student": {"ece": 0.063, "brier": 0.64},
    },
    "memorisation": {"gap": {"mean": 0.71, "ci95": [-0.72, 0.73]}},
}


@pytest.fixture
def examined(sample: ReportData) -> ReportData:
    evaluation = (sample.evaluation or {}) | {
        "battery": BATTERY,
        "contamination": {"items": 3, "share": 0.08},
    }
    return replace(sample, evaluation=evaluation)


def test_the_page_shows_every_kind_and_finding(examined: ReportData) -> None:
    text = Page(render_report(examined)).text
    for shown in ("reversal", "common knowledge", "37.5%", "31%", "34%", "42%", "−52%"):
        assert shown in text
    for shown in ("0.06", "0.64", "+0.71", "−0.72", "3 (8%)"):
        assert shown in text
    for shown in ("denial", "76.5%", "near miss", "43.2%"):
        assert shown in text
    assert "recall" not in text, "that is the headline"


def test_findings_are_in_the_pages_language(examined: ReportData) -> None:
    assert examined.evaluation is not None
    english = list(findings(examined.evaluation, "en"))
    russian = list(findings(examined.evaluation, "ru"))
    assert len(english) == len(russian) == 6
    assert all("{" not in text for text in english + russian)
    assert "0,71" in "".join(russian) and "0.71" in "".join(english)


def test_an_older_exam_has_its_own_kinds_and_no_findings(sample: ReportData) -> None:
    assert sample.evaluation is not None
    assert kinds(sample.evaluation) == sample.evaluation["by_kind"]
    assert list(findings(sample.evaluation, "en")) == []
