"""What the benchmark of models from scratch compares them with."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.scratch import baselines

tokens = st.lists(st.integers(0, 9), min_size=2, max_size=60)


def test_pairs_tell_more_than_single_tokens_where_they_repeat() -> None:
    unigram, bigram = baselines([0, 1] * 500, [0, 1] * 20, vocabulary=2)
    assert unigram == pytest.approx(math.log(2), abs=1e-3)
    assert bigram == pytest.approx(-math.log(0.75), abs=1e-3)


def test_a_token_never_seen_has_a_finite_price() -> None:
    assert baselines([0, 1, 2], [5, 6], vocabulary=7)[0] == pytest.approx(math.log(10))


@given(tokens, tokens)
def test_half_the_bigram_is_the_unigram(known: list[int], unseen: list[int]) -> None:
    unigram, bigram = baselines(known, unseen, vocabulary=10)
    assert 0 <= bigram <= unigram + math.log(2) + 1e-9
