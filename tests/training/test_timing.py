from pathlib import Path

import pytest

from distillnet.models.speeds import read_training_speed
from distillnet.tools.clock import operations
from distillnet.tools.known_shapes import EMBEDDED_SHAPE, shape_of
from distillnet.tools.shapes import Shape, read_shape
from distillnet.training.estimating import estimate_training
from distillnet.training.stand_in import make_random, random_shape, trained_shape
from distillnet.training.timing import (
    ROW_TOKENS,
    Timing,
    measure,
    nearest,
    read_timings,
    time_training,
)


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DISTILLNET_CACHE", str(tmp_path / "cache"))


def test_a_measurement_is_noted_and_used(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shape = read_shape(tiny / "config.json")
    found = measure(str(tiny), shape, seconds=0.1)
    assert [timing.row_tokens for timing in found] == list(ROW_TOKENS)
    assert found == read_timings(str(tiny), shape)
    assert all(timing.rate > 0 for timing in found)

    estimate = estimate_training(params=str(tiny), gpu="here", pages=(1,))
    assert estimate.measured == (found[1].as_of, shape.like)
    a_page = operations(shape, 2_000, learned=2_000, row_tokens=2_000)
    took, in_4_bit = estimate.work[0].plain.lora, estimate.work[0].plain.qlora
    assert took is not None and in_4_bit is not None and in_4_bit.most > took.most
    assert took.least == pytest.approx(a_page / (1.2 * found[1].rate))
    assert took.most == pytest.approx(a_page / (0.8 * found[1].rate))

    monkeypatch.setattr("distillnet.models.weights.has_four_bit", lambda: False)
    without = estimate_training(params=str(tiny), gpu="here", pages=(1,))
    assert without.work[0].plain.qlora is None and without.work[0].plain.lora == took


def test_plans_of_runs_do_not_see_it(tiny: Path) -> None:
    measure(str(tiny), read_shape(tiny / "config.json"), seconds=0.1)
    assert read_training_speed(str(tiny)) is None


def test_the_nearest_rows_are_those_of_the_nearest_ratio() -> None:
    short, long = (Timing(like="", row_tokens=n, rate=1.0, as_of="2026-11-22") for n in ROW_TOKENS)
    for tokens, expected in ((20, short), (256, short), (500, short), (524, long), (2_000, long)):
        assert nearest((short, long), tokens) == expected


def test_on_a_cpu_the_embedded_model_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distillnet.training.stand_in.device", lambda: "cpu")
    assert trained_shape("8B", shape_of("8B")) == EMBEDDED_SHAPE
    monkeypatch.setattr("distillnet.training.stand_in.device", lambda: "cuda")
    wide = trained_shape("8B", shape_of("8B"))
    assert (wide.hidden, wide.query, wide.key, wide.layers) == (4_096, 4_096, 1_024, 2)


@pytest.mark.parametrize("size", ["7B", "0.5B", "200B"])
def test_a_stand_in_has_whole_heads(size: str) -> None:
    shape, wide = shape_of(size), random_shape(shape_of(size))
    assert wide.query % 64 == wide.key % 64 == wide.hidden % 64 == wide.query % wide.key == 0
    assert wide.hidden == pytest.approx(shape.hidden, rel=0.05)
    assert wide.query == pytest.approx(shape.query, rel=0.15)


@pytest.mark.slow
def test_a_random_stand_in_is_what_it_says_and_trains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISTILLNET_CACHE")
    small = Shape(
        like="small",
        hidden=100,
        layers=9,
        query=90,
        key=30,
        feed_forward=128,
        vocabulary=9,
        tied=False,
    )
    wide = random_shape(small)
    make_random(wide, tmp_path)
    assert read_shape(tmp_path / "config.json").parameters == wide.parameters
    assert time_training(tmp_path, 64, seconds=0.1) > 0
