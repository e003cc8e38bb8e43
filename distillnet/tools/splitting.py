"""A part of the scenes set aside for testing, of angles that the student never trains on."""

import math
import random
from collections.abc import Hashable, Mapping, Sequence

from distillnet.records import Scene


def split_by_angle(
    scenes: Sequence[Scene], angles: Mapping[str, int], test_share: float, random_seed: int
) -> tuple[list[Scene], list[Scene]]:
    """(train, test), both in the order given; no angle stands in both.

    ``angles`` holds labels by scene id; a scene without one is an angle of its own. In a random
    order, every angle that still fits goes to the test side, which holds at most ``test_share``
    (0 to 0.5) of the scenes, rounded up. It is empty when no angle is small enough.
    """
    groups: dict[Hashable, list[str]] = {}
    for scene in scenes:
        groups.setdefault(angles.get(scene.id, scene.id), []).append(scene.id)
    drawn = list(groups.values())
    random.Random(random_seed).shuffle(drawn)
    room = math.ceil(test_share * len(scenes)) if len(groups) > 1 else 0
    test: set[str] = set()
    for group in drawn:
        if len(group) <= room - len(test):
            test.update(group)
    return [s for s in scenes if s.id not in test], [s for s in scenes if s.id in test]
