"""Who stands where, from right and wrong answers alone."""

from collections.abc import Sequence

import numpy as np
import pytest

from distillnet.errors import TooManyFailures
from distillnet.records import Item
from distillnet.training.scoring import Answer
from distillnet.training.standings import Comparison, compare, examined
from distillnet.training.tournament_result import Competitor, Tournament

FACTS, SIZE = 12, 4


def item(test: int, number: int, kind: str = "choice", facts: int = FACTS) -> Item:
    return Item.model_validate(
        {
            "id": f"{test}-{number}",
            "kind": kind,
            "fact": number % facts,
            "framing": None,
            "prompt": "What does it say?",
            "prefix": "",
            "options": ("so", "not so"),
            "correct": 0,
            "author": "rules",
        }
    )


def exams(count: int, facts: int = FACTS) -> list[list[Item]]:
    return [[item(test, n, facts=facts) for n in range(facts * SIZE)] for test in range(count)]


def answers(items: Sequence[Item], right: Sequence[bool]) -> list[Answer]:
    return [
        Answer(item=i.id, sums=(0, 0), characters=(2, 6), chosen=int(not yes), correct=yes)
        for i, yes in zip(items, right, strict=True)
    ]


def held(
    own: Sequence[float], others: float = 0.4, facts: int = FACTS, random_seed: int = 1
) -> Comparison:
    """Students that know so large a share of their own test; the base knows 4 of 10 things."""
    rng = np.random.default_rng(random_seed)
    asked = exams(len(own), facts)

    def taken(share: float, items: Sequence[Item]) -> list[Answer]:
        return answers(items, (rng.random(len(items)) < share).tolist())

    base = [taken(0.4, items) for items in asked]
    students = [
        [taken(share if test == number else others, asked[test]) for test in range(len(own))]
        for number, share in enumerate(own)
    ]
    return compare(asked, base, students, resamples=500, random_seed=7)


def test_who_learned_more_of_its_own_text_stands_before() -> None:
    compared = held([0.45, 0.99, 0.4])
    own = [standing for standing in compared.own if standing]
    assert own[1].place == 1 and own[1].places == (1, 1) and own[1].tied == ()
    assert own[0].tied == (3,) and own[2].tied == (1,)
    assert {own[0].places, own[2].places} == {(2, 3)}
    gain = compared.gains[1][1]
    assert gain and own[1].mean == gain.mean == pytest.approx(gain.student - gain.base)
    assert own[1].ci95 == gain.ci95 and gain.ci95[0] > 0.3
    assert (gain.items, gain.facts, gain.unit) == (48, 12, "fact")


def test_every_test_counts_equally_in_the_mean_of_all() -> None:
    asked = [exams(1)[0], exams(2)[1][:8]]
    nothing, everything = ([answers(i, [known] * len(i)) for i in asked] for known in (False, True))
    half = [everything[0], nothing[1]]
    compared = compare(asked, nothing, [half, everything], resamples=200, random_seed=1)
    assert [standing and standing.mean for standing in compared.all] == [0.5, 1.0]
    assert [standing and standing.place for standing in compared.all] == [2, 1]
    assert [standing and standing.mean for standing in compared.own] == [1.0, 1.0]
    assert [standing and standing.place for standing in compared.own] == [1, 1]


def test_equal_students_are_tied_and_share_all_places() -> None:
    compared = held([0.6] * 5, others=0.6)
    for standings in (compared.own, compared.all):
        assert all(standing and standing.places == (1, 5) for standing in standings)
        assert standings[2] and standings[2].tied == (1, 2, 4, 5)


def test_who_has_no_student_is_left_out_with_its_test() -> None:
    asked = exams(3)
    base = [answers(items, [False] * len(items)) for items in asked]
    known = [answers(items, [True] * len(items)) for items in asked]
    compared = compare(asked, base, [known, [], known], resamples=200, random_seed=1)
    assert compared.own[1] is None and compared.all[1] is None
    assert compared.own[2] and compared.own[2].tied == (1,)
    shape = [[gain is not None for gain in row] for row in compared.gains]
    assert shape == [[True, False, True], [False] * 3, [True, False, True]]


def test_one_alone_is_the_first_and_few_facts_are_said() -> None:
    compared = held([0.9], facts=2)
    (standing,), ((gain,),) = compared.own, compared.gains
    assert standing and (standing.place, standing.places, standing.tied) == (1, (1, 1), ())
    assert gain and (gain.unit, gain.facts) == ("item", 2)


def test_only_what_the_text_says_is_asked() -> None:
    kinds = ("choice", "cloze", "unknowable", "sycophancy")
    assert examined([item(0, n, kind) for n, kind in enumerate(kinds)]) == [
        item(0, 0, "choice"),
        item(0, 1, "cloze"),
    ]


def test_a_failed_text_is_named_at_the_end() -> None:
    whole = Competitor(
        number=1, name="a.txt", source="a.txt", folder="students/a", teacher="embedded"
    )
    result = Tournament(
        directory="t",
        base="b",
        language="en",
        tokens=1,
        steps=1,
        competitors=(whole, whole.model_copy(update={"name": "b.txt", "error": "it was empty"})),
        gains=((None, None), (None, None)),
    )
    with pytest.raises(TooManyFailures, match=r"1 of 2 have no student: b\.txt \(it was empty\)"):
        result.require_whole()
    result.model_copy(update={"competitors": (whole,)}).require_whole()
