import json
from collections import Counter
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.bandit import RECORDS, play
from benchmarks.bandit_policies import Policy, bandit, round_robin, tallies
from benchmarks.bandit_records import Answer, linked, read_records, read_views
from benchmarks.bandit_worlds import Population, Replay
from distillnet.errors import UsageError
from distillnet.tools.bandit import Arm, Tally, choose, expected_gain

LENSES = [f"lens-{i}" for i in range(20)]
ROLES = [f"role-{i}" for i in range(8)]
ARMS = [Arm(lens, role) for lens, role in product(LENSES, ROLES)]


def asked(arms: list[Arm], share: dict[str, float]) -> dict[Arm, Tally]:
    """Each of the arms was called ten times; new angles by the share of lens or role, or half."""
    new = {arm: round(10 * share.get(arm.lens, share.get(arm.role, 0.5))) for arm in arms}
    return {arm: Tally(10, 3000, 9, new[arm]) for arm in arms}


def test_what_is_known_of_a_lens_counts_for_its_untried_arms() -> None:
    untried = ARMS[1::2]
    gain = expected_gain(untried, asked(ARMS[::2], {"lens-3": 0.9, "lens-4": 0.1}))
    order = [untried[i].lens for i in np.argsort(gain)]
    assert {*order[:4]} == {"lens-4"}
    assert {*order[-4:]} == {"lens-3"}


def test_what_is_known_of_a_role_counts_for_it_at_a_new_lens() -> None:
    arms = [Arm("a new lens", role) for role in ROLES]
    gain = expected_gain(arms, asked(ARMS, {"role-2": 0.9, "role-4": 0.1}))
    assert (ROLES[gain.argmax()], ROLES[gain.argmin()]) == ("role-2", "role-4")


def test_a_depth_that_finds_more_is_preferred() -> None:
    known = {arm: Tally(4, 1200, 3, 1) for arm in ARMS}
    known |= {arm._replace(depth=1): Tally(4, 1200, 3, 3) for arm in ARMS}
    shallow, deep = expected_gain([Arm("new", "new", 0), Arm("new", "new", 1)], known)
    assert deep > 1.5 * shallow


def test_an_arm_is_judged_by_itself_once_it_was_asked_often() -> None:
    known = {arm: Tally(100, 30_000, 50, 50 if i % 3 else 5) for i, arm in enumerate(ARMS)}
    gain = expected_gain(ARMS, known)
    poor = np.arange(len(ARMS)) % 3 == 0
    assert gain[poor].max() < 0.5 * gain[~poor].min()


def test_the_same_find_for_more_tokens_is_worth_less() -> None:
    known = {arm: Tally(10, 9000 if arm.lens == "lens-5" else 3000, 8, 5) for arm in ARMS}
    gain = dict(zip(ARMS, expected_gain(ARMS, known), strict=True))
    assert gain[Arm("lens-5", "role-0")] < 0.5 * gain[Arm("lens-6", "role-0")]


def test_gain_is_what_was_found_for_1000_tokens_where_all_arms_do_alike() -> None:
    known = {arm: Tally(10, 5000, 0, 4) for arm in ARMS}
    assert expected_gain(ARMS, known) == pytest.approx(np.full(len(ARMS), 0.8), rel=0.02)


def test_little_data_moves_little() -> None:
    once = {
        Arm("lens-0", "role-0"): Tally(1, 300, 0, 0),
        Arm("lens-1", "role-0"): Tally(1, 300, 1, 1),
    }
    low, high = expected_gain([Arm("lens-0", "role-1"), Arm("lens-1", "role-1")], once)
    often = {arm: Tally(50, 15_000, 50 * t.accepted, 50 * t.new_angles) for arm, t in once.items()}
    lower, higher = expected_gain([Arm("lens-0", "role-1"), Arm("lens-1", "role-1")], often)
    assert 1 <= high / low < 1.4
    assert higher > 2 * lower


def test_a_lens_with_many_scenes_gives_way_to_one_with_few() -> None:
    # Ten scenes show four angles, single ones are mostly new: lenses run dry.
    known = {arm: Tally(1, 300, 1, 1) for arm in ARMS if arm.role == "role-0"}
    known |= {arm: Tally(10, 3000, 10, 4) for arm in ARMS[:80] if arm.role == "role-1"}
    gain = dict(zip(ARMS, expected_gain(ARMS, known), strict=True))
    assert gain[Arm("lens-2", "role-5")] < 0.7 * gain[Arm("lens-15", "role-5")]


def test_a_batch_spreads_over_lenses_that_look_alike() -> None:
    known = {arm: Tally(1, 300, 1, 1) for arm in ARMS if arm.role == "role-0"}
    of_lens = Counter(arm.lens for arm in choose(ARMS, known, 40))
    assert len(of_lens) >= 15
    assert max(of_lens.values()) <= 6


def test_calls_without_a_count_of_tokens_are_calls_all_the_same() -> None:
    known = {arm: Tally(10, 3000, 7, 5) for arm in ARMS if arm.lens != "lens-7"}
    known |= {arm: Tally(10, 0, 0, 0) for arm in ARMS if arm.lens == "lens-7"}
    order = [ARMS[i].lens for i in np.argsort(expected_gain(ARMS, known))]
    assert {*order[: len(ROLES)]} == {"lens-7"}
    nowhere = {arm: Tally(10, 0, 7, 9 if arm.lens == "lens-7" else 3) for arm in ARMS}
    order = [ARMS[i].lens for i in np.argsort(expected_gain(ARMS, nowhere))]
    assert {*order[-len(ROLES) :]} == {"lens-7"}


def test_weights_prefer_and_leave_out() -> None:
    known = asked(ARMS, {})
    plain = Counter(arm.role for arm in choose(ARMS, known, 60))
    wanted = Counter(
        arm.role for arm in choose(ARMS, known, 60, role_weights={"role-1": 2, "role-3": 0})
    )
    assert wanted["role-1"] == len(LENSES) > plain["role-1"]
    assert plain["role-3"] > wanted["role-3"] == 0
    left = choose(ARMS, known, 500, lens_weights=dict.fromkeys(LENSES[2:], 0))
    assert {arm.lens for arm in left} == {"lens-0", "lens-1"}
    assert choose(ARMS, known, 5, role_weights=dict.fromkeys(ROLES, 0)) == []


def test_a_role_and_a_lens_of_one_name_have_weights_of_their_own() -> None:
    arms = [Arm("child", "dog"), Arm("dog", "child")]
    assert choose(arms, {}, 1, role_weights={"child": 0}) == [Arm("child", "dog")]
    assert choose(arms, {}, 1, lens_weights={"child": 0}) == [Arm("dog", "child")]


def test_where_a_depth_has_no_more_room_another_is_chosen() -> None:
    deep = [Arm(arm.lens, arm.role, 1) for arm in ARMS]
    known = asked(ARMS, {}) | {arm: Tally(10, 3000, 9, 9) for arm in deep[:100]}
    free = Counter(arm.depth for arm in choose([*ARMS, *deep], known, 30))
    assert free[1] > 3
    bound = Counter(arm.depth for arm in choose([*ARMS, *deep], known, 30, room={1: 3}))
    assert bound == {0: 27, 1: 3}
    assert len(choose(deep, known, 30, room={1: 3})) == 3
    assert choose([*ARMS, *deep], known, 30, room={1: 1000}) == choose([*ARMS, *deep], known, 30)


@pytest.mark.parametrize("weight", [-1, float("nan"), float("inf")])
def test_a_weight_that_is_none_is_a_mistake_of_the_user(weight: float) -> None:
    with pytest.raises(UsageError, match=r"'role-1'.*from 0 up"):
        choose(ARMS, {}, 1, role_weights={"role-1": weight})


def test_nothing_to_choose_from() -> None:
    assert choose([], {}, 3) == []
    assert choose(ARMS, {}, 0) == []
    assert expected_gain([], asked(ARMS, {})).shape == (0,)


names = st.sampled_from("abcdef")
arms = st.builds(Arm, names, names, st.integers(0, 2))
counts = st.integers(0, 10**6)


@st.composite
def known_arms(draw: st.DrawFn) -> dict[Arm, Tally]:
    found = {}
    for arm in draw(st.lists(arms, max_size=30, unique=True)):
        calls = draw(counts)
        accepted = draw(st.integers(0, calls))
        found[arm] = Tally(calls, draw(counts), accepted, draw(st.integers(0, accepted)))
    return found


@settings(deadline=None)
@given(st.lists(arms, max_size=20, unique=True), known_arms(), st.integers(0, 60))
def test_whatever_was_found(ready: list[Arm], known: dict[Arm, Tally], count: int) -> None:
    gain = expected_gain(ready, known)
    assert gain.shape == (len(ready),)
    assert np.isfinite(gain).all()
    assert (gain >= 0).all()
    chosen = choose(ready, known, count)
    assert len(chosen) == (count if ready else 0)
    times = Counter(chosen)
    assert {*times} <= {*ready}
    if ready:
        assert max(times.values(), default=0) - min(times[arm] for arm in ready) <= 1
    turned = dict(reversed(known.items()))
    assert choose(ready, turned, count) == chosen
    assert (expected_gain(ready, turned) == gain).all()


def test_another_seed_breaks_even_chances_otherwise() -> None:
    assert choose(ARMS, {}, 20) == choose(ARMS, {}, 20)
    assert choose(ARMS, {}, 20) != choose(ARMS, {}, 20, random_seed=18)


def found_in(kind: str, policy: Policy) -> int:
    """New angles for 40,000 tokens, in four populations of a kind together."""
    return sum(play(Population(kind, k), policy, [40_000], 50, k)[0] for k in range(4))


@pytest.mark.parametrize("kind", ["roles", "costs", "all"])
def test_it_beats_taking_turns_where_arms_differ(kind: str) -> None:
    assert found_in(kind, bandit) > 1.1 * found_in(kind, round_robin)


def test_it_loses_little_where_arms_are_alike() -> None:
    assert found_in("alike", bandit) > 0.9 * found_in("alike", round_robin)


@pytest.mark.parametrize(("seed", "budget"), [("freedom", 39_000), ("sky", 6_000)])
def test_it_beats_taking_turns_on_recorded_calls(seed: str, budget: int) -> None:
    answers = read_records(RECORDS)[seed]

    def found(policy: Policy) -> int:
        return sum(play(Replay(answers, k), policy, [budget], 50, k)[0] for k in range(20))

    assert found(bandit) > found(round_robin)


def test_a_replay_asks_each_record_once() -> None:
    answers = [Answer(arm, 100, f"angle {i % 50}") for i, arm in enumerate(ARMS)]
    first, every = play(Replay(answers, 1), bandit, [0, 10**6], 30, 1)
    assert (first, 50 - len(LENSES) <= every <= 50) == (0, True)
    world = Replay(answers, 1)
    assert sorted(world.ask(arm) for arm in ARMS) == sorted(answers)
    assert world.arms() == []


def test_tallies_count_an_angle_where_it_came_first() -> None:
    a, b = ARMS[:2]
    counted = tallies(
        [Answer(a, 10, "x"), Answer(b, 20, "x"), Answer(b, 5, None), Answer(b, 1, "y")]
    )
    assert counted == {a: Tally(1, 10, 1, 1), b: Tally(3, 26, 2, 1)}


def test_average_linkage_by_hand() -> None:
    close = np.eye(4, dtype=np.float32)
    close[0, 2] = close[2, 0] = 0.9
    close[1, 2] = close[2, 1] = 0.6
    close[0, 1] = close[1, 0] = 0.2  # the mean of 1 to {0, 2} is 0.4
    assert linked(close, 0.5) == [0, 1, 0, 2]
    assert linked(close, 0.4) == [0, 0, 0, 1]


def test_views_become_sentences_with_an_angle(tmp_path: Path) -> None:
    views = {
        "list": ["1. **The old bridge was closed for repairs.**\n2. Traffic goes by the new road."],
        "questions": [
            "Question 1: Why was the bridge closed?\nA: It had to be repaired last year."
        ],
    }
    line = {"passage": "The bridge was closed and repaired.", "views": views}
    (tmp_path / "views.jsonl").write_text(json.dumps(line) + "\n", "utf-8")
    (answers,) = read_views(tmp_path / "views.jsonl").values()
    assert [answer.arm for answer in answers] == [
        *[Arm("list", "text-0")] * 2,
        *[Arm("questions", "text-0")] * 2,
    ]
    assert answers[0].tokens == len("The old bridge was closed for repairs.") // 4
    assert all(answer.angle is not None for answer in answers)
