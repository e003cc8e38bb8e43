"""Ranges that hold: nothing a run does lies outside of what was said before it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distillnet.agents.assessment import Assessment
from distillnet.agents.coverage_critic import (
    CALLS_OF_GAIN,
    DIRECTIONS,
    SHARE_OF_LENSES,
    TRIES,
    decide,
)
from distillnet.config import Settings, load_settings
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
    *,
    exam_prompts: tuple[str, ...] = (),
    facts: int = 0,
    idle: int = 0,
    price: Price | None = None,
    **settings: Any,
) -> Estimate:
    chosen = load_settings(**({"model": "openai:some"} | settings))
    return estimate(
        PROMPTS,
        exam_prompts,
        Range(least=8, most=8),
        facts,
        idle,
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


def chosen(max_rounds: int, depth: int = 0, propose: int = 0, **targets: float) -> Settings:
    return load_settings(max_rounds=max_rounds, depth=depth, propose=propose, coverage=targets)


@pytest.mark.parametrize(
    ("planned", "facts", "idle", "settings", "rounds"),
    [
        (32, 0, 0, {"max_rounds": 3}, (32, 28, 25)),
        (32, 0, 0, {"max_rounds": 1}, (32,)),
        (1, 0, 0, {"max_rounds": 5, "min_gain": 0.5}, (1, 1, 1)),
        (10, 0, 0, {"max_rounds": 3, "min_gain": 0.0}, (10, 10, 10)),
        # A lens that three cells did not bring is given up.
        (10, 0, 0, {"max_rounds": 9, "min_gain": 0.0}, (10, 10, 10)),
        # After a round with half of the angles the target is reached.
        (10, 0, 0, {"max_rounds": 9, "min_gain": 0.5, "lenses": 0.5}, (10,)),
        # Half as many cells as lenses seek more angles, beside the lenses that are missing.
        (10, 0, 0, {"max_rounds": 4, "good_turing": 0.9}, (10, 15, 15, 5)),
        # Every lens may be missing still when scenes are looked at in their turn.
        (10, 0, 0, {"max_rounds": 2, "depth": 1}, (10, 15)),
        # Facts are first asked for in the second round, and thrice in each direction.
        (32, 3, 0, {"max_rounds": 5, "facts": 0.5, "min_gain": 1.0}, (32, 6, 6, 6)),
        (32, 3, 0, {"max_rounds": 5, "facts": 0.0, "min_gain": 1.0}, (32,)),
        # The critic's own lenses have cells of their own, whenever they were proposed.
        (10, 0, 0, {"max_rounds": 3, "propose": 2, "min_gain": 1.0}, (10, 2, 2)),
        # Roles are asked once; the angles that they open close no lens.
        (32, 0, 4, {"max_rounds": 3}, (32, 32, 28)),
    ],
)
def test_the_most_cells_of_each_round(
    planned: int, facts: int, idle: int, settings: dict[str, Any], rounds: tuple[int, ...]
) -> None:
    assert most_cells(planned, facts, idle, chosen(**settings)) == rounds


@dataclass
class Loop:
    """A run by the critic's rules, whose answers bring whatever hypothesis draws."""

    planned: int
    facts: int
    idle: int
    settings: Settings
    draw: Callable[[int, int], int]

    def made(self) -> list[int]:
        """The cells of each round."""
        wanted = self.settings.coverage
        lenses, roles, tellings, sought, depth = self.planned, 0, 0, 0, 0
        # How often each lens that the critic proposed was tried, while it has no scene.
        beyond: list[int] = []
        proposed = 0
        uncovered, untold, deepest = self.planned, 2 * self.facts, 0
        parents = [0] * 10
        calls: list[tuple[int, int]] = []
        made: list[int] = []
        while True:
            own = sum(tries < TRIES for tries in beyond)
            made.append(lenses + own + roles + tellings + sought)
            opened = self.draw(0, lenses)
            uncovered -= self.draw(opened, lenses)
            uncovered -= self.draw(0, min(uncovered, roles + tellings + sought))
            by_own = self.draw(0, own)
            left = own - self.draw(by_own, own)
            beyond = sorted(tries + (tries < TRIES) for tries in beyond)
            beyond = beyond[:left] + beyond[own:]
            by_roles, by_sought = self.draw(0, roles), self.draw(0, sought)
            parents[0] += opened + by_own + by_roles + self.draw(0, tellings)
            parents[depth] += by_sought
            untold -= self.draw(0, untold)
            if asked := lenses + own + roles + sought:
                calls.append((asked, opened + by_own + by_roles + by_sought))
            new = self.draw(0, self.settings.propose - proposed)
            proposed += new
            beyond += [0] * new
            sought_at_once = ceil(SHARE_OF_LENSES * (self.planned + proposed))
            good_turing = self.draw(0, 10) / 10

            last = len(made)
            deeper = deepest < self.settings.depth and parents[deepest] > 0
            lenses = uncovered if last < TRIES else 0
            roles = self.idle if last == 1 else 0
            tellings = untold if wanted.facts and last <= TRIES else 0
            own = sum(tries < TRIES for tries in beyond)
            sought = depth = 0
            untried = untold * bool(wanted.facts) * (last == 1) + new
            only_untried = bool(untried) and _gain(calls) < wanted.min_gain
            if only_untried:
                lenses, roles, own, tellings = 0, 0, new, untried - new
            elif deeper:
                sought = min(sought_at_once, parents[deepest])
                parents[deepest] -= sought
                depth = deepest = deepest + 1
            elif good_turing < wanted.good_turing:
                sought = sought_at_once
            told = {
                (number, way): ["scene"] * (2 * number + place >= untold)
                for number in range(self.facts)
                for place, way in enumerate(DIRECTIONS)
            }
            gap = Gap(kind="lens", lens="x", reason="")
            found = Assessment(
                planned=self.planned + proposed,
                missing=["x"] * (uncovered + len(beyond)),
                repeating={},
                facts=self.facts,
                told=told,
                untried=untried,
                angles=1,
                new_angles=0,
                gain=_gain(calls),
                good_turing=good_turing,
                chao1=0.0,
                chao1_interval=(0.0, 0.0),
                pages=0.0,
                deeper=deeper,
                gaps=[gap] * (lenses + own + roles + tellings + sought),
            )
            if decide(found, self.settings, rounds=last, cap=None)[0]:
                return made


def _gain(calls: list[tuple[int, int]]) -> float:
    """New angles a call in the last rounds that made ten calls."""
    asked = opened = 0
    for more, new in reversed(calls):
        asked, opened = asked + more, opened + new
        if asked >= CALLS_OF_GAIN:
            break
    return opened / asked


SHARES = st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.95, 1.0])


@settings(max_examples=400, deadline=None)
@given(
    st.data(),
    st.integers(1, 60),
    st.integers(0, 12),
    st.integers(0, 16),
    st.integers(1, 6),
    st.integers(0, 2),
    st.sampled_from([0, 0, 2, 9]),
    st.fixed_dictionaries(
        {name: SHARES | st.floats(0, 1) for name in ("min_gain", "lenses", "facts")}
        | {"good_turing": st.sampled_from([0.0, 0.5])}
    ),
)
def test_the_critic_never_asks_for_more(
    data: st.DataObject,
    planned: int,
    facts: int,
    idle: int,
    max_rounds: int,
    depth: int,
    propose: int,
    targets: dict[str, float],
) -> None:
    def draw(least: int, most: int) -> int:
        return data.draw(st.sampled_from([least, most]) | st.integers(least, most))

    settings = chosen(max_rounds, depth, propose, **targets)
    most = most_cells(planned, facts, idle, settings)
    made = Loop(planned, facts, idle, settings, draw).made()
    assert len(made) <= len(most), (made, most)
    assert all(cells <= bound for cells, bound in zip(made, most, strict=False)), (made, most)


def test_calls_are_those_of_the_rounds_and_the_exam_and_requests_repeat_them() -> None:
    found = made(exam_prompts=("one", "two"), attempts=4)
    assert found.exam_calls == Range(least=2, most=4)
    assert found.calls == Range(least=10 + 2, most=10 + 9 + 9 + 4)
    assert found.requests == Range(least=12, most=4 * 32)


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


def test_training_is_estimated_for_the_cells_that_can_be_accepted() -> None:
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
    assert found.training == Range(least=8 * 6.0, most=sum(found.rounds) * 6.0)
    # Eight items, and forty of common knowledge beside them.
    assert found.examining == Range(least=24.0, most=24.0)
    without = made(train=False)
    assert without.training is without.examining is None


def test_rounding_of_the_gain_is_the_critics_own() -> None:
    for gaps in range(CALLS_OF_GAIN, 200):
        least = gaps - most_cells(gaps, 0, 0, chosen(2, min_gain=0.1, lenses=1.0))[-1]
        assert least / gaps >= 0.1 > (least - 1) / gaps
        assert least == ceil(gaps / 10)


def test_what_a_student_gets_wrong_is_counted_where_one_is_trained() -> None:
    plain = made(facts=3)
    told = made(facts=3, rounds_through_student=2)
    # Each of three facts in both directions, through two lenses.
    assert told.rounds == (*plain.rounds, 12, 12)
    assert told.calls.most == plain.calls.most + 24 and told.calls.least == plain.calls.least
    assert made(facts=3, rounds_through_student=2, train=False).rounds == plain.rounds


def test_rounds_through_a_student_are_trained_and_examined_too() -> None:
    note_training_speed(
        TrainingSpeed(
            student="embedded",
            as_of="2026-11-01",
            tokens_per_second=100.0,
            tokens_per_scene=200.0,
            seconds_per_item=0.5,
        )
    )
    plain = made(facts=3, training={"epochs": 1})
    told = made(facts=3, training={"epochs": 1}, rounds_through_student=2)
    bare = made(facts=3, training={"epochs": 1}, rounds_through_student=2, loop_control=False)
    assert plain.training and told.training and bare.training
    # Two rounds of twelve cells, which the control reads as much as.
    assert told.training.most == plain.training.most + 2 * 2 * 12 * 2.0
    assert bare.training.most == plain.training.most + 2 * 12 * 2.0
    assert plain.examining and told.examining and bare.examining
    assert bare.examining.most == 3 * plain.examining.most == 3 * 24.0
    # Half of eight items, twice.
    assert told.examining.most == bare.examining.most + 2 * 4 * 0.5
    assert told.examining.least == bare.examining.least == plain.examining.least


def test_what_is_told_for_a_students_errors_comes_on_top_of_pages() -> None:
    note_speed(speed(output_tokens=100.0, accepted=0.5))
    grown, told = made(pages=2.0, facts=3), made(pages=2.0, facts=3, rounds_through_student=2)
    assert told.output_tokens.most == grown.output_tokens.most + 2 * 12 * 100
    assert told.output_tokens.least == grown.output_tokens.least


def test_pages_bound_the_calls_by_the_lengths_of_answers() -> None:
    note_speed(speed(output_tokens=100.0, accepted=0.5))
    found = made(pages=2.0)
    # Forty answers of 100 tokens are two pages, were all of them accepted.
    assert found.calls == Range(least=40, most=10 + 80)


def test_facts_and_depth_make_later_prompts_longer() -> None:
    plain = made(max_rounds=2, coverage={"min_gain": 0.0})
    asked = made(max_rounds=2, coverage={"min_gain": 0.0, "facts": 0.5}, facts=3)
    deep = made(max_rounds=2, coverage={"min_gain": 0.0}, depth=1, max_tokens=500)
    assert asked.calls.most == plain.calls.most + 6
    assert plain.input_tokens.least == asked.input_tokens.least == deep.input_tokens.least
    assert asked.input_tokens.most > plain.input_tokens.most
    assert deep.input_tokens.most >= plain.input_tokens.most + 500 * (deep.rounds[1])
