"""What votes are worth: counts, intervals by facts, and confused lenses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distillnet.agents.comparator import Comparison, Vote, Winner
from distillnet.agents.discriminator import Discrimination, Guess
from distillnet.graphs.judged.requests import Request
from distillnet.graphs.judged.votes import (
    ballots,
    confused,
    judged_pairs,
    preference,
    tellings,
)


def comparison(winner: Winner, cluster: int, *votes: Vote) -> Comparison:
    votes = votes or (vote(winner), vote(winner))
    return Comparison(id=f"{cluster}", cluster=cluster, winner=winner, votes=votes)


def vote(winner: Winner, *, consistent: bool = True, answered: bool = True) -> Vote:
    return Vote(judge="x:one", winner=winner, consistent=consistent, answered=answered)


def test_one_side_that_always_wins_is_preferred() -> None:
    found = preference([comparison("a", i // 2) for i in range(16)], resamples=400)
    assert found
    assert (found.a, found.b, found.ties, found.facts) == (16, 0, 0, 8)
    assert found.difference == 1 and found.unit == "fact" and found.p == pytest.approx(2 / 2**8)
    assert found.ci95[0] > 0


def test_wins_of_one_fact_count_as_one() -> None:
    """Ten wins on each of six facts, by turns: by request p would be 1 in thousands, or 1."""
    alike = [comparison("a" if fact < 5 else "b", fact) for fact in range(6) for _ in range(10)]
    found = preference(alike, resamples=400)
    assert found and found.unit == "fact" and found.p == pytest.approx(14 / 64)
    few = preference(alike[:40], resamples=400)
    assert few and few.unit == "item" and few.p < 1e-6


@given(st.lists(st.tuples(st.sampled_from(("a", "b", "tie")), st.integers(0, 6)), min_size=1))
def test_the_sides_are_treated_alike(rows: list[tuple[Winner, int]]) -> None:
    turned: dict[Winner, Winner] = {"a": "b", "b": "a", "tie": "tie"}
    found = preference([comparison(w, c) for w, c in rows], resamples=100)
    other = preference([comparison(turned[w], c) for w, c in rows], resamples=100)
    assert found and other
    assert found.a + found.b + found.ties == found.requests == len(rows)
    assert (found.a, found.b, found.difference) == (other.b, other.a, -other.difference)
    assert found.p == pytest.approx(other.p)
    assert found.ci95[0] <= found.difference + 1e-9 and found.difference - 1e-9 <= found.ci95[1]


def test_a_request_that_one_judge_answered_is_not_judged() -> None:
    silent = comparison("a", 1, vote("a"), vote("tie", answered=False))
    found = preference([comparison("b", 0), silent], resamples=100)
    assert found and (found.b, found.requests, found.unjudged) == (1, 1, 1)
    assert preference([silent], resamples=100) is None
    request = Request(prompt="Why?", shown="Why?", framing="irony", fact=1)
    (pair,) = judged_pairs([request], {"Why?": "a"}, {"Why?": "b"}, [silent])
    assert pair.winner is None and len(pair.votes) == 2


def test_ballots_tell_places_and_silence_from_ties() -> None:
    votes = [vote("a"), vote("tie", consistent=False), vote("tie"), vote("tie", answered=False)]
    (ballot,) = ballots([comparison("tie", 0, each) for each in votes])
    assert (ballot.a, ballot.b, ballot.ties, ballot.unanswered) == (1, 0, 2, 1)
    assert ballot.consistent == pytest.approx(2 / 3)
    (silent,) = ballots([comparison("tie", 0, vote("tie", answered=False))])
    assert silent.consistent is None


def test_lenses_that_were_taken_for_each_other_are_counted_over_all_judges() -> None:
    guesses = [("irony", "law"), ("irony", "law"), ("law", "irony"), ("law", "law"), ("law", None)]
    told = Discrimination(
        accuracy=0.2,
        ci95=(0.0, 0.6),
        chance=0.25,
        unread=1,
        guesses=tuple(Guess(id="t", source=s, guessed=g) for s, g in guesses),
    )
    found = confused({"x:one": told, "x:two": told})
    assert [(pair.lens, pair.taken_for, pair.times) for pair in found] == [
        ("irony", "law", 4),
        ("law", "irony", 2),
    ]
    (one, two) = tellings({"x:one": told, "x:two": told})
    assert (one.judge, two.judge, one.scenes, one.accuracy) == ("x:one", "x:two", 5, 0.2)
