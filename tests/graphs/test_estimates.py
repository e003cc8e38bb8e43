"""Ranges that hold: nothing a run does lies outside of what was said before it."""

from datetime import date
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distillnet.agents.coverage_critic import Assessment, decide
from distillnet.config import Coverage, load_settings
from distillnet.graphs.estimates import Estimate, Range, estimate, most_cells
from distillnet.models.spec import describe_teacher
from distillnet.models.speeds import Speed, TrainingSpeed, note_speed, note_training_speed
from distillnet.models.teachers import Price
from distillnet.records import Gap

PROMPTS = [[("system", "You are a poet."), ("user", "Read this text, then write. " * 10)]] * 10


@pytest.fixture(autouse=True)
def nothing_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DISTILLNET_CACHE", str(tmp_path / "cache"))


def made(
    *, exam_prompts: tuple[str, ...] = (), price: Price | None = None, **settings: Any
) -> Estimate:
    chosen = load_settings(**({"model": "openai:some"} | settings))
    return estimate(
        PROMPTS,
        exam_prompts,
        Range(least=8, most=8),
        chosen,
        describe_teacher(chosen),
        chosen.language or "en",
        price,
    )


def speed(**more: Any) -> Speed:
    return Speed.model_validate(
        {
            "model": "openai:some",
            "host": "api.openai.com",
            "as_of": "2026-11-01",
            "calls": 50,
            "calls_per_second": 2.0,
            "concurrency": 10,
            "input_tokens_per_byte": 0.25,
            "output_tokens": 100.0,
            "accepted": 0.8,
        }
        | more
    )


@pytest.mark.parametrize(
    ("planned", "max_rounds", "targets", "rounds"),
    [
        (32, 3, {}, (32, 28, 25)),
        (32, 1, {}, (32,)),
        (1, 5, {}, (1,)),
        (10, 3, {"min_gain": 0.0}, (10, 10, 10)),
        # After a round with half of the angles the target is reached.
        (10, 9, {"min_gain": 0.5, "lenses": 0.5}, (10,)),
        (10, 3, {"good_turing": 0.9}, (10, 10, 10)),
    ],
)
def test_the_most_cells_of_each_round(
    planned: int, max_rounds: int, targets: dict[str, float], rounds: tuple[int, ...]
) -> None:
    assert most_cells(planned, max_rounds, Coverage(**targets)) == rounds


@given(st.data(), st.integers(1, 60), st.integers(1, 6), st.floats(0, 1), st.floats(0, 1))
def test_the_critic_never_asks_for_more(
    data: st.DataObject, planned: int, max_rounds: int, min_gain: float, lenses: float
) -> None:
    targets = Coverage(min_gain=min_gain, lenses=lenses)
    gaps, history, made = planned, [], []
    while True:
        made.append(gaps)
        new = data.draw(st.integers(0, gaps), label="new angles")
        covered = data.draw(st.integers(new, gaps), label="lenses covered")
        history.append({"calls": gaps, "new_angles": new})
        gaps -= covered
        found = Assessment(
            planned=planned,
            covered=planned - gaps,
            angles=new,
            new_angles=new,
            good_turing=0.0,
            chao1=0.0,
            chao1_interval=(0.0, 0.0),
            clusters=[],
            gaps=[Gap(lens="x", reason="")] * gaps,
        )
        left = max_rounds - len(made)
        stopped, _ = decide(found, history, targets, rounds_left=left, cap=None)
        if stopped or not gaps:
            break
    most = most_cells(planned, max_rounds, targets)
    assert len(made) <= len(most)
    assert all(cells <= bound for cells, bound in zip(made, most, strict=False))


def test_calls_are_those_of_the_rounds_and_the_exam_and_requests_repeat_them() -> None:
    found = made(exam_prompts=("one", "two"), attempts=4)
    assert found.exam_calls == Range(least=2, most=4)
    assert found.calls == Range(least=10 + 2, most=10 + 9 + 8 + 4)
    assert found.requests == Range(least=12, most=4 * 31)


def test_caps_bound_every_range() -> None:
    price = Price(input=1, output=10, as_of=date(2026, 1, 1), source="your settings")
    note_speed(speed())
    found = made(
        budget_calls=7, budget_tokens=500, budget_usd=0.001, budget_minutes=0.05, price=price
    )
    assert found.calls == found.requests == Range(least=7, most=7)
    assert found.input_tokens.most == found.output_tokens.most == 500
    assert found.usd and found.usd.most == 0.001
    assert found.answering and found.answering.most == 3.0


def test_money_is_tokens_times_price_and_unknown_without_one() -> None:
    price = Price(input=2, output=8, as_of=date(2026, 1, 1), source="your settings")
    found = made(price=price)
    assert found.usd == Range(
        least=price.usd(int(found.input_tokens.least), int(found.output_tokens.least)),
        most=price.usd(int(found.input_tokens.most), int(found.output_tokens.most)),
    )
    assert made().usd is None


def test_a_batch_may_be_cheaper_and_takes_its_own_time() -> None:
    note_speed(speed())
    price = Price(
        input=2, output=8, batch_factor=0.5, as_of=date(2026, 1, 1), source="your settings"
    )
    full, batch = made(price=price), made(price=price, batch=True)
    assert full.usd and batch.usd and full.answering
    assert batch.usd == Range(least=full.usd.least / 2, most=full.usd.most)
    assert batch.answering is None


def test_without_a_measurement_tokens_are_guessed_and_times_unknown() -> None:
    found = made(max_tokens=200, max_rounds=1)
    assert found.basis == "characters" and found.measured is None
    assert 0 < found.input_tokens.least < found.input_tokens.most
    assert found.output_tokens.most == 10 * 200
    assert found.answering is found.training is found.examining is None
    russian = made(max_tokens=200, max_rounds=1, language="ru")
    assert russian.input_tokens.least > found.input_tokens.least


def test_a_measurement_takes_the_place_of_guesses() -> None:
    note_speed(speed())
    found = made(max_rounds=1, concurrency=20)
    size = sum(len(text) for prompt in PROMPTS for _, text in prompt)
    assert found.basis == "measured" and found.measured == "2026-11-01"
    assert found.input_tokens == Range(least=round(size * 0.25), most=round(size * 0.25))
    assert found.output_tokens == Range(least=1000, most=1000)
    assert found.answering == Range(least=5.0, most=5.0)


def test_a_pace_at_another_width_is_a_range() -> None:
    note_speed(speed(concurrency=2))
    assert made(max_rounds=1, concurrency=20).answering == Range(least=1.0, most=5.0)
    assert made(max_rounds=1, concurrency=1).answering == Range(least=5.0, most=10.0)


def test_a_server_that_counts_no_tokens_leaves_guesses() -> None:
    note_speed(speed(input_tokens_per_byte=0.0, output_tokens=0.0))
    found = made(max_rounds=1)
    assert found.basis == "characters"
    assert found.output_tokens.least < found.output_tokens.most


def test_a_measurement_elsewhere_is_none_here() -> None:
    note_speed(speed(host="127.0.0.1:8000"))
    assert made().measured is None
    assert made(base_url="http://127.0.0.1:8000/v1").measured == "2026-11-01"


def test_training_is_estimated_for_the_scenes_that_can_be_accepted() -> None:
    note_speed(speed())
    note_training_speed(
        TrainingSpeed(
            student="embedded",
            as_of="2026-11-01",
            tokens_per_second=100.0,
            tokens_per_scene=200.0,
            seconds_per_item=0.5,
        )
    )
    found = made(training={"epochs": 3})
    assert found.training == Range(least=8 * 6.0, most=10 * 6.0)
    assert found.examining == Range(least=4.0, most=4.0)
    without = made(train=False)
    assert without.training is without.examining is None


def test_rounding_of_the_gain_is_the_critics_own() -> None:
    for gaps in range(1, 200):
        least = gaps - most_cells(gaps, 2, Coverage(min_gain=0.1, lenses=1.0))[-1]
        if 0 < least < gaps:
            assert least / gaps >= 0.1 > (least - 1) / gaps
            assert least == ceil(gaps / 10)
