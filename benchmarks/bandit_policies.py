"""Ways to choose the next cells, compared by ``benchmarks/bandit.py``."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from benchmarks.bandit_records import Answer
from benchmarks.bandit_worlds import World
from distillnet.tools.bandit import Arm, Tally, choose

# The world, all answers so far, how many arms to choose, and a random seed.
Policy = Callable[[World, Sequence[Answer], int, int], list[Arm]]


def bandit(world: World, answers: Sequence[Answer], count: int, random_seed: int) -> list[Arm]:
    arms = world.arms()  # in a replay each may have but one answer left
    return choose(arms, tallies(answers), min(count, len(arms)), random_seed=random_seed)


def round_robin(world: World, answers: Sequence[Answer], count: int, random_seed: int) -> list[Arm]:
    """The lenses in turn."""
    turns = Counter(answer.arm.lens for answer in answers)
    return _next_of(world, answers, turns, random_seed)[:count]


def fewest_scenes(
    world: World, answers: Sequence[Answer], count: int, random_seed: int
) -> list[Arm]:
    """The lenses with fewest accepted scenes, each once."""
    scenes = Counter(answer.arm.lens for answer in answers if answer.angle is not None)
    arms = _next_of(world, answers, scenes, random_seed)
    first = {arm.lens: arm for arm in reversed(arms)}
    return [arm for arm in arms if first[arm.lens] == arm][:count]


def at_random(world: World, answers: Sequence[Answer], count: int, random_seed: int) -> list[Arm]:
    return _shuffled(world.arms(), random_seed)[:count]


def oracle(world: World, answers: Sequence[Answer], count: int, random_seed: int) -> list[Arm]:
    return world.best({answer.angle for answer in answers if answer.angle is not None})


POLICIES: dict[str, Policy] = {
    "round robin": round_robin,
    "fewest scenes": fewest_scenes,
    "random": at_random,
    "bandit": bandit,
    "oracle": oracle,
}


def tallies(answers: Sequence[Answer]) -> dict[Arm, Tally]:
    """What the coverage critic would count."""
    counts: dict[Arm, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    seen: set[str | None] = {None}
    for arm, tokens, angle in answers:
        for k, more in enumerate((1, tokens, angle is not None, angle not in seen)):
            counts[arm][k] += more
        seen.add(angle)
    return {arm: Tally(*numbers) for arm, numbers in counts.items()}


def _next_of(
    world: World, answers: Sequence[Answer], turns: Mapping[str, int], random_seed: int
) -> list[Arm]:
    """All arms, by the turns their lens has had when it comes to them; untried roles first.

    Lenses with as many turns come in a random order: theirs in a list is chance, too.
    """
    asked = Counter(answer.arm for answer in answers)
    arms: dict[str, list[Arm]] = defaultdict(list)
    for arm in sorted(_shuffled(world.arms(), random_seed), key=asked.__getitem__):
        arms[arm.lens].append(arm)
    places = [(turns[lens] + i, arm) for lens, own in arms.items() for i, arm in enumerate(own)]
    return [arm for _, arm in sorted(places, key=lambda place: place[0])]


def _shuffled(arms: Sequence[Arm], random_seed: int) -> list[Arm]:
    return [arms[k] for k in np.random.default_rng(random_seed).permutation(len(arms))]
