"""The labelled scenes, and what the shipped judge makes of those that nothing was fitted to."""

import functools
import json
import sys
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import yaml

from benchmarks.angle_clusters import online
from benchmarks.angle_fitting import labelled
from benchmarks.scenes import HALVES, likeliest_shift, main, measured, read_scenes, table
from distillnet.testing.known_angles import KnownAngles
from distillnet.tools.same_angle import load_judge, read_card
from distillnet.tools.text import words

SENTENCES, SHIPPED = "judge as between sentences", "judge as shipped"


@functools.cache
def held_out() -> dict[str, dict[str, Any]]:
    return measured(read_scenes("held_out"), load_judge())


def test_the_scenes_are_paragraphs_with_three_tellings_of_each_point() -> None:
    rows = [
        row | {"half": half}
        for half, path in HALVES.items()
        for row in yaml.safe_load(path.read_text("utf-8"))
    ]
    angles = [angle for row in rows for angle in row["angles"]]
    texts = [scene["text"] for angle in angles for scene in angle["scenes"]]
    assert len(set(texts)) == len(texts) >= 130
    assert all(40 <= len(words(text)) <= 150 for text in texts)
    assert all(len({scene["image"] for scene in angle["scenes"]}) == 3 for angle in angles)
    seeds = Counter((row["language"], row["half"]) for row in rows)
    assert seeds == {
        ("en", "develop"): 5,
        ("en", "held_out"): 5,
        ("ru", "develop"): 2,
        ("ru", "held_out"): 2,
    }
    # The images of a point differ, so that an image that comes twice makes two points.
    hard: Counter[str] = Counter()
    for row in rows:
        images = Counter(scene["image"] for angle in row["angles"] for scene in angle["scenes"])
        hard[row["half"]] += sum(n * (n - 1) // 2 for n in images.values())
    assert min(hard["develop"], hard["held_out"]) >= 25


@pytest.mark.parametrize(("language", "f1"), [("en", 0.13), ("ru", 0.06)])
def test_on_held_out_scenes_the_shift_helps(language: str, f1: float) -> None:
    rows = held_out()[language]
    before, after = rows[SENTENCES], rows[SHIPPED]
    assert after["f1_shipped"] >= max(f1, before["f1_shipped"] + 0.03)
    assert after["calibration_error"] < before["calibration_error"] + 0.01
    assert after["true"] < after["found"] <= before["found"] - 0.5
    assert after["auc"] == pytest.approx(before["auc"], abs=1e-3)


def test_the_card_says_what_is_measured() -> None:
    card = read_card()["scenes"]
    assert card["held_out"].keys() == held_out().keys()
    for language, rows in held_out().items():
        for name, row in rows.items():
            assert row == pytest.approx(card["held_out"][language][name], abs=0.02), name


def test_a_teacher_of_thousands_of_angles_is_still_counted_about_right() -> None:
    model = KnownAngles(5000, subject="freedom and necessity")
    answers = [model(f"prompt {k}") for k in range(100)]
    told: dict[int | None, list[str]] = {}
    for answer in answers:
        told.setdefault(model.angle_of(answer), []).append(answer)
    claim = labelled("Freedom is the recognition of necessity.", list(told.values()))
    found = len(set(online(claim, load_judge(), None).tolist()))
    assert 0.85 * len(told) <= found <= len(told)
    most = replace(load_judge(), scene_shift=2.0)  # what fits the small seeds would ruin this
    assert len(set(online(claim, most, None).tolist())) < 0.6 * len(told)


def test_the_likeliest_shift_is_found() -> None:
    rng = np.random.default_rng(0)
    odds = rng.normal(-3, 1, 20_000)
    same = rng.random(20_000) < 1 / (1 + np.exp(-odds - 1.2))
    assert likeliest_shift(odds, same) == pytest.approx(1.2, abs=0.1)


def test_it_prints_a_table_or_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["scenes.py", "--json"])
    main()
    assert json.loads(capsys.readouterr().out) == held_out()
    printed = table(held_out(), "held_out")
    assert "ru: 2 seeds, 132 pairs, 24 of one point" in printed
    assert sum(line.startswith(SHIPPED) for line in printed.splitlines()) == 2
