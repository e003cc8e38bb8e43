"""Whole angles go to one side, and the test side is as full as its share lets it be."""

import math
from collections import Counter

from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from distillnet.records import Scene
from distillnet.tools.splitting import split_by_angle
from tests.tools.test_export import scene

LABELS = st.lists(st.none() | st.integers(0, 5), max_size=40)
SHARES = st.floats(0, 0.5)


def labelled(labels: list[int | None]) -> tuple[list[Scene], dict[str, int]]:
    scenes = [scene("").model_copy(update={"id": str(n)}) for n in range(len(labels))]
    return scenes, {str(n): label for n, label in enumerate(labels) if label is not None}


@examples(max_examples=300, deadline=None)
@given(labels=LABELS, share=SHARES, seed=st.integers())
def test_no_angle_stands_on_both_sides(labels: list[int | None], share: float, seed: int) -> None:
    scenes, angles = labelled(labels)
    train, test = split_by_angle(scenes, angles, share, seed)
    assert sorted([*train, *test], key=scenes.index) == scenes
    for side in (train, test):
        assert sorted(side, key=scenes.index) == side
    sides = [{angles[s.id] for s in side if s.id in angles} for side in (train, test)]
    assert not sides[0] & sides[1]


@examples(max_examples=300, deadline=None)
@given(labels=LABELS, share=SHARES, seed=st.integers())
def test_the_test_side_is_as_full_as_its_share_lets_it(
    labels: list[int | None], share: float, seed: int
) -> None:
    scenes, angles = labelled(labels)
    train, test = split_by_angle(scenes, angles, share, seed)
    room = math.ceil(share * len(scenes)) - len(test)
    assert room >= 0
    sizes = Counter(angles.get(s.id, s.id) for s in train)
    if len(Counter(angles.get(s.id, s.id) for s in scenes)) > 1:
        assert min(sizes.values()) > room
    else:
        assert not test


def test_the_seed_draws_and_the_same_seed_draws_the_same() -> None:
    scenes, angles = labelled([*range(5), None, None, 0, 1, 2])
    drawn = {tuple(s.id for s in split_by_angle(scenes, angles, 0.3, n)[1]) for n in range(20)}
    assert len(drawn) > 5
    assert split_by_angle(scenes, angles, 0.3, 7) == split_by_angle(scenes, angles, 0.3, 7)


def test_nothing_is_set_aside_unless_asked_for() -> None:
    scenes, angles = labelled([0, 1, None])
    assert split_by_angle(scenes, angles, 0.0, 17) == (scenes, [])
