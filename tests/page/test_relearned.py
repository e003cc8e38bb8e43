"""The rounds through the student on the page."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from distillnet import api, distill
from distillnet.page.render import ReportData, render_report
from distillnet.testing import ScriptedServer
from distillnet.training.dataset import file_hash
from tests.conftest import PHRASE
from tests.page.test_render import Page, assert_self_contained


def entry(round: int, after: float, control: float | None = None) -> dict[str, Any]:
    """A round after which the other items are answered ``after`` well, and the control so."""
    made: dict[str, Any] = {
        "round": round,
        "cells": 8 * round,
        "scenes": 3 * round,
        "adapter": f"relearned/{round}/adapter",
        "choosing": {"items": 15, "before": 0.6, "after": 0.625},
        "others": {"items": 16, "before": 0.533, "after": after} | worth(after - 0.533),
    }
    if control is not None:
        made["control"] = {"items": 16, "after": control} | worth(after - control)
    return made


def worth(difference: float) -> dict[str, Any]:
    ci95 = [difference - 0.2, difference + 0.2]
    return {"difference": difference, "ci95": ci95, "smallest_detectable": 0.25}


def shown(sample: ReportData, *rounds: dict[str, Any], language: Any = "en") -> Page:
    page = Page(render_report(replace(sample, student_loop=list(rounds), language=language)))
    assert_self_contained(page)
    return page


def test_each_round_is_a_row_with_its_control(sample: ReportData) -> None:
    text = shown(sample, entry(1, 0.6), entry(2, 0.733, control=0.65)).text
    assert "Rounds through the student What the student got wrong" in text
    assert "1 8 3 60.0% → 62.5% 53.3% → 60.0% +6.7 −13.3 to +26.7 25.0 2 16 6" in text
    assert "53.3% → 73.3% +20.0 0.0 to +40.0 25.0 beside the control 65.0% → 73.3%" in text
    assert "+8.3 −11.7 to +28.3 25.0" in text and text.count("beside the control") == 1
    assert "The items that chose (15)" in text and "only the others (16)" in text
    assert "The control learned as many tokens of old scenes" in text


def test_without_a_control_none_is_spoken_of(sample: ReportData) -> None:
    assert "control" not in shown(sample, entry(1, 0.6)).text


def test_it_is_in_the_pages_language(sample: ReportData) -> None:
    text = shown(sample, entry(1, 0.6, control=0.5), language="ru").text
    assert "Раунды через ученика" in text and "рядом с контролем" in text
    assert "+6,7 от −13,3 до +26,7 25,0" in text
    assert "Cells asked" not in text and "control" not in text


def test_without_rounds_there_is_no_section(sample: ReportData) -> None:
    page = shown(sample)
    assert "Rounds through the student" not in page.text
    assert "#relearned" not in page.values("href")
    assert "#relearned" in shown(sample, entry(1, 0.6)).values("href")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_items_may_be_wanting(sample: ReportData, language: str) -> None:
    """Where every item chose, nothing is compared."""
    bare = entry(1, 0.6) | {"others": {"items": 0, "before": None, "after": None}}
    assert "– → – – –" in shown(sample, bare, language=language).text


def test_the_report_of_a_run_reads_its_rounds(
    sample: ReportData, server: ScriptedServer, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    distill(
        PHRASE,
        out=out,
        model="openai:scripted",
        base_url=server.base_url,
        lenses=2,
        max_rounds=1,
        rounds_through_student=1,
        train=False,
    )
    (out / "student_loop.json").write_text(json.dumps([entry(1, 0.6, control=0.5)]), "utf-8")
    api.report(out)
    # There is no student of this data whose rounds these could be.
    assert "Rounds through the student" not in (out / "report.html").read_text("utf-8")

    (out / "adapter").mkdir(exist_ok=True)
    learned = (sample.training or {}) | {"data_sha256": file_hash(out / "dataset/train.jsonl")}
    (out / "adapter" / "training.json").write_text(json.dumps(learned), "utf-8")
    api.report(out)
    text = Page((out / "report.html").read_text("utf-8")).text
    assert "53.3% → 60.0% +6.7" in text and "beside the control 50.0% → 60.0% +10.0" in text
