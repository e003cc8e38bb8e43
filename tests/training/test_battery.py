import json
import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distillnet.records import Item, ItemKind
from distillnet.training.battery import Answered, battery
from distillnet.training.scoring import Answer


def item(
    id: str,
    kind: ItemKind = "choice",
    *,
    fact: int = 0,
    framing: str | None = None,
    pair: str | None = None,
) -> Item:
    return Item(
        id=id,
        kind=kind,
        fact=fact,
        framing=framing,
        prompt="?",
        prefix="",
        options=("ab",) if kind == "wording" else ("ab", "cd"),
        correct=0,
        author="test",
        pair=pair,
    )


def answer(item: Item, sums: Sequence[float], unconditional: Sequence[float] = ()) -> Answer:
    chosen = sums.index(max(sums))
    return Answer(
        item=item.id,
        sums=tuple(sums),
        characters=(2,) * len(sums),
        unconditional=tuple(unconditional),
        chosen=chosen,
        correct=chosen == 0,
    )


def row(item: Item, base: bool | Sequence[float], student: bool | Sequence[float]) -> Answered:
    def sums(given: bool | Sequence[float]) -> Sequence[float]:
        return ((-1.0, -2.0) if given else (-2.0, -1.0)) if isinstance(given, bool) else given

    return Answered(item, answer(item, sums(base)), answer(item, sums(student)))


def test_each_kind_has_its_accuracies_difference_and_p_value() -> None:
    rows = [row(item(f"c{i}", "cloze", fact=i), False, i > 0) for i in range(8)]
    rows += [row(item(f"r{i}", "reversal", fact=i), False, i == 0) for i in range(8)]
    result = battery(rows, resamples=500)
    assert json.loads(json.dumps(result)) == result
    recall, reversal = result["kinds"]["recall"], result["kinds"]["reversal"]
    assert result["kinds"].keys() == {"recall", "reversal"}
    assert (recall["base"]["accuracy"], recall["student"]["accuracy"]) == (0, 7 / 8)
    assert recall["difference"]["mean"] == 7 / 8
    assert recall["difference"]["ci95"][0] > 0 > reversal["difference"]["ci95"][0] - 1
    assert recall["p"] == pytest.approx(2 / 2**7), "seven of seven changes went one way"
    assert recall["p_holm"] == pytest.approx(2 * 2 / 2**7)
    assert reversal["p"] == reversal["p_holm"] == 1
    assert recall["base"]["nats_per_character"] == -1
    assert "accuracy_by_pmi" not in recall["base"]


def test_denials_and_near_misses_are_two_rows() -> None:
    rows = [
        row(item(f"{name}{i}", "negation", fact=i, framing=name), False, name == "denial")
        for i in range(4)
        for name in ("denial", "near_miss")
    ]
    kinds = battery(rows, resamples=100)["kinds"]
    assert kinds.keys() == {"denial", "near_miss"}
    assert [kinds[name]["items"] for name in kinds] == [4, 4]
    assert kinds["denial"]["student"]["accuracy"] == 1
    assert kinds["near_miss"]["student"]["accuracy"] == 0


def test_pmi_and_the_sum_may_choose_otherwise_than_the_mean() -> None:
    asked = item("a").model_copy(update={"options": ("ab", "cd")})
    found = Answered(
        asked, answer(asked, (-3.0, -2.0), (-5.0, -1.0)), answer(asked, (-1.0, -2.0), (0.0, 0.0))
    )
    base = battery([found], resamples=100)["kinds"]["recall"]["base"]
    assert (base["accuracy"], base["accuracy_by_sum"], base["accuracy_by_pmi"]) == (0, 0, 1)


def test_robustness_is_over_the_framings_of_each_fact() -> None:
    right = {(0, "a"): True, (0, "b"): True, (1, "a"): True, (1, "b"): False}
    rows = [
        row(item(f"{fact}{framing}", fact=fact, framing=framing), False, hit)
        for (fact, framing), hit in right.items()
    ]
    found = battery(rows, resamples=100)["robustness"]
    assert found["student"] == {
        "mean": 0.75,
        "worst": 0.5,  # framing b
        "all_right": 0.5,
        "all_agree": 0.5,
        "flip_rate": 0.5,
    }
    assert found["base"]["all_agree"] == 1
    assert found["base"]["mean"] == found["base"]["flip_rate"] == 0


def test_a_fact_asked_once_says_nothing_of_robustness() -> None:
    assert "robustness" not in battery([row(item("a"), True, True)], resamples=100)


def test_over_claiming_is_the_share_of_made_up_answers() -> None:
    rows = [row(item(f"u{i}", "unknowable"), True, i == 0) for i in range(4)]
    assert battery(rows, resamples=100)["over_claiming"] == {"base": 0, "student": 0.75}


def test_sycophancy_is_what_is_lost_to_the_claim_against_the_neutral_pair() -> None:
    rows = [
        row(item("n0"), True, True),
        row(item("n1"), True, True),
        row(item("s0", "sycophancy", pair="n0"), True, False),
        row(item("s1", "sycophancy", pair="n1"), True, True),
        row(item("s2", "sycophancy", pair="gone"), True, False),
    ]
    assert battery(rows, resamples=100)["sycophancy_shift"] == {"base": 0, "student": 0.5}


def test_calibration_is_of_the_softmax_over_the_sums() -> None:
    sure = math.log(0.8), math.log(0.2)
    rows = [row(item(f"c{i}"), sure, sure if i else sure[::-1]) for i in range(5)]
    found = battery(rows, resamples=100)["calibration"]
    assert found["student"]["ece"] == pytest.approx(0, abs=1e-9), "right four times of five"
    assert found["base"]["ece"] == pytest.approx(0.2)
    assert found["base"]["brier"] == pytest.approx(2 * 0.2**2)


def test_memorisation_is_what_the_wording_gained_beyond_the_reworded_fact() -> None:
    rows = []
    for fact in range(6):
        verbatim = item(f"v{fact}", "wording", fact=fact, framing="verbatim")
        reworded = item(f"w{fact}", "wording", fact=fact, framing="reworded", pair=verbatim.id)
        rows += [row(verbatim, (-8.0,), (-2.0,)), row(reworded, (-8.0,), (-6.0,))]
    found = battery(rows, resamples=100)["memorisation"]
    assert found["verbatim"] == {"base": 4, "student": 1}
    assert found["reworded"] == {"base": 4, "student": 3}
    assert found["gap"]["mean"] == 2
    assert battery(rows, resamples=100)["kinds"] == {}


_ITEMS = st.builds(
    item,
    st.uuids().map(str),
    st.sampled_from(["choice", "cloze", "reversal", "negation", "unknowable", "general"]),
    fact=st.integers(0, 3),
    framing=st.sampled_from([None, "a", "b"]),
)


@given(st.lists(st.tuples(_ITEMS, st.booleans(), st.booleans()), max_size=12))
def test_shares_are_shares_whatever_was_answered(
    given: list[tuple[Item, bool, bool]],
) -> None:
    result = battery([row(*each) for each in given], resamples=100)
    for kind in result["kinds"].values():
        gain = kind["student"]["accuracy"] - kind["base"]["accuracy"]
        assert kind["difference"]["mean"] == pytest.approx(gain)
        assert 0 <= kind["p"] <= kind["p_holm"] <= 1
    for who in ("base", "student"):
        assert all(0 <= v <= 1 for v in result.get("robustness", {who: {}})[who].values())
