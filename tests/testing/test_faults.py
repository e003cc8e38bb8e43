"""The schedule: the same every time, about its share, and over at last."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distillnet.testing import CONTENT_FAULTS, TRANSPORT_FAULTS, Fault, mixed_faults

PROMPTS = st.text(st.characters())  # lone surrogates, too


@given(PROMPTS, st.integers(0, 5), st.floats(0, 1), st.integers())
def test_it_depends_on_its_arguments_only(
    prompt: str, nth: int, share: float, random_seed: int
) -> None:
    first, second = (mixed_faults(share, random_seed=random_seed) for _ in range(2))
    second("another prompt in between", 0)
    assert first(prompt, nth) == second(prompt, nth)


@given(PROMPTS, st.integers(0, 4))
def test_a_prompt_is_served_after_at_most_so_many_faults(prompt: str, at_most: int) -> None:
    schedule = mixed_faults(1.0, at_most=at_most)
    failed = [schedule(prompt, nth) is not None for nth in range(8)]
    assert failed == [nth < at_most for nth in range(8)]


@settings(max_examples=20)
@given(st.floats(0, 1), st.integers())
def test_the_share_is_kept(share: float, random_seed: int) -> None:
    schedule = mixed_faults(share, random_seed=random_seed)
    for nth in range(2):
        failed = sum(schedule(f"prompt {n}", nth) is not None for n in range(4000))
        # Five standard deviations.
        assert abs(failed / 4000 - share) <= 0.04


def test_its_seed_chooses_other_prompts_and_it_uses_every_name() -> None:
    prompts = [f"prompt {n}" for n in range(500)]
    plans = [[mixed_faults(0.5, random_seed=seed)(p, 0) for p in prompts] for seed in (0, 1)]
    assert plans[0] != plans[1]
    assert {fault.name for fault in plans[0] if fault} == set(TRANSPORT_FAULTS)


def test_only_the_names_asked_for_come_with_the_seconds_asked_for() -> None:
    schedule = mixed_faults(1.0, names=("hang", "liar"), seconds=0.5)
    faults = {schedule(f"prompt {n}", 0) for n in range(50)}
    assert faults == {Fault("hang", seconds=0.5), Fault("liar", seconds=0.5)}


def test_no_name_is_in_both_groups_and_a_wrong_one_is_refused() -> None:
    assert not set(TRANSPORT_FAULTS) & set(CONTENT_FAULTS)
    with pytest.raises(ValueError, match=r"'hangs'.*hang, slow_drip"):
        Fault("hangs")  # type: ignore[arg-type]
