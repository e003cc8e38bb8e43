from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from numpy.typing import NDArray

from distillnet.tools import vector_index
from distillnet.tools.vector_index import VectorIndex

Rows = list[list[int]]
# Few values, so that many are equally near; halves, so that every sum is exact.
ROWS = st.lists(st.lists(st.integers(-1, 1), min_size=4, max_size=4), max_size=40)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_index, "_ROWS", 5)


def halves(rows: Rows) -> NDArray[np.float32]:
    return np.asarray(np.asarray(rows, np.float32).reshape(-1, 4) / 2, np.float32)


@examples(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=ROWS,
    queries=ROWS.filter(bool),
    cuts=st.lists(st.integers(0, 40)),
    k=st.integers(1, 12),
    since=st.integers(0, 45),
    data=st.data(),
)
def test_the_nearest_are_those_of_a_full_sort(
    small_blocks: None,
    rows: Rows,
    queries: Rows,
    cuts: list[int],
    k: int,
    since: int,
    data: st.DataObject,
) -> None:
    vectors, asked = halves(rows), halves(queries)
    index = VectorIndex()
    for start, end in pairwise([0, *sorted(cuts), 40]):
        index.add(vectors[start:end])
    assert len(index) == len(rows)
    before = np.asarray(data.draw(st.lists(st.integers(0, 41), min_size=len(asked)))[: len(asked)])
    for limit in (None, before):
        cosines, positions = index.nearest(asked, k, since=since, before=limit)
        assert cosines.shape == positions.shape == (len(asked), min(k, max(0, len(rows) - since)))
        for i, query in enumerate(asked):
            end = len(rows) if limit is None else min(len(rows), int(limit[i]))
            expected = sorted((-float(vectors[p] @ query), p) for p in range(since, end))[:k]
            kept = cosines[i] > -np.inf
            found = zip((-cosines[i][kept]).tolist(), positions[i][kept].tolist(), strict=True)
            assert list(found) == expected


@examples(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 300), st.integers(1, 20))
def test_real_cosines_are_right_to_six_digits(seed: int, n: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, 32)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    index = VectorIndex()
    index.add(rows[: n // 2])
    index.add(rows[n // 2 :])
    cosines, positions = index.nearest(rows[:3], k)
    exact = rows[:3].astype(np.float64) @ rows.T.astype(np.float64)
    np.testing.assert_allclose(cosines, np.take_along_axis(exact, positions, 1), atol=2e-6)
    np.testing.assert_allclose(cosines, -np.sort(-exact)[:, :k], atol=2e-6)
    assert positions[:, 0].tolist() == list(range(min(3, n)))


def test_rows_come_back_by_position(small_blocks: None) -> None:
    vectors = np.arange(92, dtype=np.float32).reshape(23, 4)
    index = VectorIndex()
    for start, end in ((0, 3), (3, 12), (12, 13), (13, 23)):
        index.add(vectors[start:end])
    assert (index.take(range(23)) == vectors).all()
    assert (index.take([22, 0, 12]) == vectors[[22, 0, 12]]).all()
    for outside in (-1, 23):
        with pytest.raises(IndexError):
            index[outside]


def test_a_large_array_is_shared_and_a_small_one_is_copied() -> None:
    large = np.zeros((vector_index._ROWS, 4), np.float32)
    first, second = VectorIndex(), VectorIndex()
    for index in (first, second):
        index.add(large)
        index.add(large[:7])
    assert np.shares_memory(first[10], large) and np.shares_memory(first[10], second[10])
    assert not np.shares_memory(first[vector_index._ROWS], large)
    assert len(first) == vector_index._ROWS + 7
