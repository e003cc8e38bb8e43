"""Runs that one result is made of: caps that they share, and failures that they do not."""

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distillnet.config import Settings, load_settings
from distillnet.errors import (
    BudgetReached,
    Interrupted,
    ModelAccessError,
    RunLocked,
    StorageError,
    TooManyFailures,
)
from distillnet.graphs.one_of_several import caps_of, own_error, with_shared_caps
from distillnet.memory.ledger import Ledger


def spend(run: Path, calls: int, *, usd: float = 0.5, minutes: float = 2.0) -> Path:
    """A run that has used so many calls of 30 tokens each."""
    run.mkdir(exist_ok=True)
    with closing(Ledger(run / "ledger.sqlite")) as ledger:
        for number in range(calls):
            ledger.begin_attempt(str(number), input_tokens=10, output_tokens=20, usd=usd)
        ledger.write_fact("minutes", minutes)
    return run


def test_every_cap_is_what_the_others_have_left(tmp_path: Path) -> None:
    others = [spend(tmp_path / "a", 2), spend(tmp_path / "b", 1), tmp_path / "not begun"]
    given = load_settings(
        budget_calls=10, budget_tokens=1_000, budget_usd=5.0, budget_minutes=60.0, lenses=4
    )
    shared = with_shared_caps(given, tmp_path / "c", others)
    assert caps_of(shared) == {"calls": 7, "tokens": 910, "usd": 3.5, "minutes": 56.0}
    assert shared.lenses == 4 and caps_of(given)["calls"] == 10
    # As run.yaml keeps them.
    assert Settings.model_validate(shared.model_dump()) == shared
    assert with_shared_caps(load_settings(), tmp_path / "c", others) == load_settings()


def test_what_a_run_has_used_stays_usable_and_what_has_not_begun_is_refused(
    tmp_path: Path,
) -> None:
    first, second = spend(tmp_path / "a", 3), spend(tmp_path / "b", 2)
    given = load_settings(budget_calls=3)
    assert caps_of(with_shared_caps(given, second, [first])) == {"calls": 2}
    with pytest.raises(BudgetReached, match="a larger --budget-calls goes on"):
        with_shared_caps(given, tmp_path / "c", [first, second])


@settings(max_examples=20, deadline=None)
@given(
    cap=st.integers(1, 12),
    wanted=st.lists(st.integers(1, 5), min_size=1, max_size=4),
    again=st.integers(1, 3),
)
def test_all_together_never_pass_the_cap(cap: int, wanted: list[int], again: int) -> None:
    """Each run asks for so many calls, every time that all of them are gone through."""
    chosen = load_settings(budget_calls=cap)
    with TemporaryDirectory() as folder:
        runs = [Path(folder, str(number)) for number in range(len(wanted))]
        used = [0] * len(runs)
        for _ in range(again):
            for number, run in enumerate(runs):
                others = [other for other in runs if other != run]
                try:
                    mine = with_shared_caps(chosen, run, others).budget_calls
                except BudgetReached:
                    assert sum(used) >= cap
                    continue
                assert mine is not None and mine >= used[number]
                more = min(wanted[number], mine - used[number])
                spend(run, more)
                used[number] += more
                assert sum(used) <= cap


def test_an_error_is_its_own_unless_it_concerns_all() -> None:
    def failing(error: BaseException) -> str:
        raise error

    assert own_error(lambda: 3) == 3
    assert own_error(lambda: failing(TooManyFailures("half of the calls"))) == "half of the calls"
    assert own_error(lambda: failing(ValueError("no\nnumber"))) == "ValueError: no number"
    for error in (Interrupted, ModelAccessError, RunLocked, StorageError, KeyboardInterrupt):
        with pytest.raises(error):
            # A default binds the error of this turn; mypy cannot infer such a lambda.
            own_error(lambda raised=error: failing(raised("stop")))  # type: ignore[misc]
