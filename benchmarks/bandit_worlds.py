"""What answers in ``benchmarks/bandit.py``: recorded calls, or populations with known rates."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.bandit_records import Answer
from distillnet.tools.bandit import Arm

Floats = NDArray[np.float64]

LENSES, ROLES = 100, 16
POPULATIONS = {
    "alike": "all arms alike: 70 % accepted, 300 tokens, 8 angles a lens",
    "lenses": "as alike, but lenses differ in what is accepted: 15 to 99 %",
    "roles": "as alike, but roles differ in what is accepted: 15 to 99 %",
    "costs": "as alike, but a call costs 100 to 700 tokens, by its lens",
    "rich lenses": "as alike, but 15 % of the lenses have 50 angles and the others 3",
    "rich cells": "as alike, but half of the cells are accepted at 95 %, the others at 20 %",
    "all": "lenses and roles differ in what is accepted, lenses in cost and in angles",
}


class World(Protocol):
    def arms(self) -> list[Arm]:
        """Those that can still answer."""

    def ask(self, arm: Arm) -> Answer: ...

    def best(self, seen: set[str]) -> list[Arm]:
        """What one who knows the world would ask next."""


class Replay:
    """Recorded calls, each drawn once: the next one of its arm, in a random order."""

    def __init__(self, answers: Sequence[Answer], random_seed: int) -> None:
        self._left: dict[Arm, list[Answer]] = defaultdict(list)
        for i in np.random.default_rng(random_seed).permutation(len(answers)):
            self._left[answers[i].arm].append(answers[i])

    def arms(self) -> list[Arm]:
        return sorted(arm for arm, left in self._left.items() if left)

    def ask(self, arm: Arm) -> Answer:
        return self._left[arm].pop()

    def best(self, seen: set[str]) -> list[Arm]:
        """Knows every answer, and takes the cheapest that is new."""
        ready = [left[-1] for left in self._left.values() if left]
        ready.sort(key=lambda answer: (answer.angle is None or answer.angle in seen, answer.tokens))
        return [answer.arm for answer in ready[:1]]


class Population:
    """Lens x role arms that never run out.

    An answer of an arm is accepted with a known probability, costs half to one and a half times a
    known number of tokens, and shows one of the angles of its lens or, one time in five, one of
    100 that all lenses share.
    """

    SHARED, OFTEN = 100, 0.2

    def __init__(self, kind: str, random_seed: int) -> None:
        self._rng = rng = np.random.default_rng(random_seed)
        one = np.ones((LENSES, ROLES))
        self._accepted, self._tokens, self._angles = 0.7 * one, 300 * one, np.full(LENSES, 8)
        if kind in ("lenses", "all"):
            self._accepted = rng.beta(1.4, 0.6, (LENSES, 1)) * one
        if kind == "roles":
            self._accepted = rng.beta(1.4, 0.6, (1, ROLES)) * one
        if kind == "all":
            self._accepted = self._accepted * rng.beta(4, 1, (1, ROLES))
            self._angles = np.maximum(1, rng.lognormal(1.7, 1, LENSES).astype(int))
        if kind in ("costs", "all"):
            self._tokens = rng.uniform(100, 700, (LENSES, 1)) * one
        if kind == "rich lenses":
            self._angles = np.where(rng.random(LENSES) < 0.15, 50, 3)
        if kind == "rich cells":
            self._accepted = np.where(rng.random((LENSES, ROLES)) < 0.5, 0.95, 0.2)
        self._arms = [Arm(f"lens-{i}", f"role-{k}") for i in range(LENSES) for k in range(ROLES)]
        self._place = {arm: divmod(i, ROLES) for i, arm in enumerate(self._arms)}

    def arms(self) -> list[Arm]:
        return self._arms

    def ask(self, arm: Arm) -> Answer:
        place = self._place[arm]
        tokens = int(self._tokens[place] * self._rng.uniform(0.5, 1.5))
        if self._rng.random() >= self._accepted[place]:
            return Answer(arm, tokens, None)
        if self._rng.random() < self.OFTEN:
            return Answer(arm, tokens, f"shared/{self._rng.integers(self.SHARED)}")
        return Answer(arm, tokens, f"{place[0]}/{self._rng.integers(self._angles[place[0]])}")

    def best(self, seen: set[str]) -> list[Arm]:
        """Knows every rate, and takes the arm with most new angles a token."""
        owner = Counter(angle.split("/")[0] for angle in seen)
        found = np.array([owner[str(i)] for i in range(LENSES)])
        shared = 1 - owner["shared"] / self.SHARED
        new = (1 - self.OFTEN) * (1 - found / self._angles) + self.OFTEN * shared
        return [self._arms[int((self._accepted * new[:, None] / self._tokens).argmax())]]
