import random

import numpy as np
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from numpy.typing import NDArray

from distillnet.memory.embed import open_embedder
from distillnet.tools.angles import cluster


def unit_rows(rng: np.random.Generator, n: int, dimensions: int) -> NDArray[np.float32]:
    rows = rng.normal(size=(n, dimensions))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def by_definition(vectors: NDArray[np.float32], threshold: float) -> set[frozenset[int]]:
    """Average linkage, computed anew at each step from all pairs."""
    cosines = vectors.astype(np.float64) @ vectors.T.astype(np.float64)
    groups = [[i] for i in range(len(vectors))]
    while len(groups) > 1:
        mean, a, b = max(
            (cosines[np.ix_(groups[a], groups[b])].mean(), a, b)
            for a in range(len(groups))
            for b in range(a)
        )
        if mean < threshold:
            break
        groups[b] += groups.pop(a)
    return {frozenset(group) for group in groups}


def partition(labels: list[int]) -> set[frozenset[int]]:
    return {
        frozenset(i for i, other in enumerate(labels) if other == label) for label in set(labels)
    }


@examples(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 14), st.sampled_from([-1.0, -0.2, 0.0, 0.3, 0.9]))
def test_clusters_are_those_of_average_linkage(seed: int, n: int, threshold: float) -> None:
    vectors = unit_rows(np.random.default_rng(seed), n, 3)
    labels = cluster(vectors, threshold)
    assert len(labels) == n
    assert list(dict.fromkeys(labels)) == list(range(len(set(labels))))  # by first appearance
    assert partition(labels) == (by_definition(vectors, threshold) if n else set())


@examples(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=40),
    st.integers(0, 10**6),
    st.randoms(use_true_random=False),
)
def test_well_separated_groups_are_found_in_any_order(
    truth: list[int], seed: int, shuffler: random.Random
) -> None:
    noise = unit_rows(np.random.default_rng(seed), len(truth), 64)
    vectors = np.eye(6, 64, dtype=np.float32)[truth] + 0.2 * noise
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    order = list(range(len(truth)))
    shuffler.shuffle(order)
    labels, shuffled = cluster(vectors, 0.5), cluster(vectors[order], 0.5)
    assert partition(labels) == partition(truth)
    assert {frozenset(order[i] for i in group) for group in partition(shuffled)} == partition(truth)


def test_a_threshold_of_one_joins_only_what_is_the_same() -> None:
    east, north = np.eye(2, dtype=np.float32)
    assert cluster(np.stack([east, north, east]), 1.0) == [0, 1, 0]


def test_scenes_that_say_the_same_share_an_angle() -> None:
    vectors = open_embedder("use")(
        [
            "A sailor who knows the wind sets his sails and reaches the harbour.",
            "The judge weighs the law against mercy before she gives her verdict.",
            "The seaman that understands the wind trims his sails and gets to port.",
            "Моряк, который знает ветер, ставит паруса и приходит в гавань.",
            "Before giving the verdict, the judge balances law and mercy.",
        ]
    )
    assert cluster(vectors, 0.65) == [0, 1, 0, 0, 1]
