"""Which cells to ask next: those that promise most new angles for their tokens.

A bandit whose arms are lens x role x depth. Most arms were never tried, so what is known is pooled:
the rate of an arm is the usual one plus effects of its lens, its role and its depth. And a lens
that has shown much has less left to show.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from distillnet.errors import UsageError
from distillnet.tools.credibility import Effects, Floats, Numbers, fit_effects, sums

# Of Thompson's draws: whole ones explore more than a run of a few hundred calls repays. Chosen by
# `benchmarks/bandit.py --populations`, not by the replay.
_BOLDNESS = 0.25
# Angles that a lens has, about, before anything is known.
_PLENTY = 10.0


class Arm(NamedTuple):
    """A kind of cell: one lens, one role, so many steps away from the seed."""

    lens: str
    role: str
    depth: int = 0


@dataclass(frozen=True)
class Tally:
    """What an arm has cost and found so far.

    A rejected answer is a call that found nothing. ``new_angles`` counts the accepted scenes whose
    angle no earlier scene of the seed had shown.
    """

    calls: int
    tokens: int
    accepted: int
    new_angles: int


def expected_gain(arms: Sequence[Arm], tallies: Mapping[Arm, Tally]) -> Floats:
    """(n,) new angles that the next 1,000 tokens are expected to find with each of n arms.

    Good for comparing arms. As a promise it is too large, by a quarter or so: it goes by all calls
    so far, and angles get rarer.
    """
    if not arms:
        return np.zeros(0)
    outlook = _look(arms, tallies)
    return np.maximum(outlook.rates(outlook.effects.means), 0) * outlook.novelty(outlook.scenes)


def choose(
    arms: Sequence[Arm],
    tallies: Mapping[Arm, Tally],
    count: int,
    *,
    lens_weights: Mapping[str, float] | None = None,
    role_weights: Mapping[str, float] | None = None,
    room: Mapping[int, int] | None = None,
    random_seed: int = 17,
) -> list[Arm]:
    """``count`` of the ``arms``, the most promising; none twice before all others were chosen.

    Each place goes to the best arm by another draw from the posterior (Thompson sampling), and a
    lens counts as a little more used up with each place it gets: so a batch spreads over the arms.
    The weights of its lens and its role multiply what is expected of an arm; 0 leaves it out. Of
    each depth in ``room`` at most so many are chosen, fewer than ``count`` in all where no other is
    left. The same input gives the same arms. Raises UsageError for a weight that is no number from
    0 up.
    """
    weight = _weights([arm.lens for arm in arms], lens_weights or {})
    weight = weight * _weights([arm.role for arm in arms], role_weights or {})
    arms = [arm for arm, w in zip(arms, weight, strict=True) if w > 0]
    if not arms:
        return []
    weight = weight[weight > 0]
    outlook = _look(arms, tallies)
    lens, scenes = outlook.levels[0], outlook.scenes.copy()
    rng = np.random.default_rng(random_seed)
    left = dict(room or {})
    depths = np.array([arm.depth for arm in arms])
    has_room = np.array([left.get(arm.depth, 1) > 0 for arm in arms])
    free = np.ones(len(arms), bool)
    chosen: list[Arm] = []
    while len(chosen) < count and has_room.any():
        if not (free & has_room).any():
            free[:] = True
        rates = outlook.rates(outlook.effects.draw(rng, _BOLDNESS))
        # No factor makes a negative draw better.
        score = np.where(rates > 0, rates * weight * outlook.novelty(scenes), rates)
        best = int(np.where(free & has_room, score, -np.inf).argmax())
        free[best] = False
        scenes[lens == lens[best]] += outlook.accepted
        chosen.append(arms[best])
        if (depth := arms[best].depth) in left:
            left[depth] -= 1
            has_room &= (depths != depth) | (left[depth] > 0)
    return chosen


def _weights(names: Sequence[str], weights: Mapping[str, float]) -> Floats:
    for name, weight in weights.items():
        if not (math.isfinite(weight) and weight >= 0):
            raise UsageError(f"the weight of {name!r} is {weight}: give a number from 0 up")
    return np.array([weights.get(name, 1.0) for name in names])


@dataclass(frozen=True)
class _Outlook:
    """What is known of n arms.

    ``levels`` number the lens, role and depth of each. Of the deviation of its own rate ``found``
    from what these make expect, the share ``believed`` counts. ``scenes`` are those that its lens
    has by now, ``plenty`` the angles a lens has, ``accepted`` the share of answers that were.
    """

    effects: Effects
    levels: list[Numbers]
    found: Floats
    believed: Floats
    scenes: Floats
    plenty: float
    accepted: float

    def rates(self, effects: Sequence[Floats]) -> Floats:
        """(n,) new angles for 1,000 tokens, had the lenses no scene yet."""
        pooled = self.effects.pooled(self.levels, effects)
        return np.asarray(pooled + self.believed * (self.found - pooled))

    def novelty(self, scenes: Floats) -> Floats:
        return np.asarray(self.plenty / (self.plenty + scenes))


def _look(arms: Sequence[Arm], tallies: Mapping[Arm, Tally]) -> _Outlook:
    tried = sorted(arm for arm in tallies if tallies[arm].calls > 0)
    counts = np.zeros((4, len(tried)))
    for i, tally in enumerate(tallies[arm] for arm in tried):
        counts[:, i] = tally.calls, tally.tokens, tally.accepted, tally.new_angles
    calls, tokens, accepted, new = counts
    levels = list(_numbered([*tried, *arms]))
    seen, asked = [k[: len(tried)] for k in levels], [k[len(tried) :] for k in levels]
    sizes = [int(level.max(initial=-1)) + 1 for level in levels]
    scenes = sums(seen[0], accepted, sizes[0])
    plenty = _plenty(scenes, sums(seen[0], new, sizes[0]))
    novelty = _mean_novelty(scenes, np.array(plenty))[seen[0]]
    # A provider may not report tokens, and a failed call may cost none: such calls are taken to
    # have cost the usual number.
    counted = calls[tokens > 0].sum()
    per_call = tokens.sum() / counted / 1000 if counted else 1.0
    exposures = np.where(tokens > 0, tokens / 1000, calls * per_call) * novelty
    share = (new.sum() + 0.5) / ((calls * novelty).sum() + 1)
    rates = new / exposures
    # Chance is that of so many tossed coins.
    noise = share * max(1 - share, 0.05) / per_call
    effects = fit_effects(rates, exposures, seen, sizes, usual=share / per_call, noise=noise)
    place = {arm: i for i, arm in enumerate(tried)}
    places = np.array([place.get(arm, -1) for arm in arms], np.int64)
    return _Outlook(
        effects,
        asked,
        np.append(rates, 0)[places],
        np.append(effects.believed, 0)[places],
        scenes[asked[0]],
        plenty,
        float((accepted.sum() + 1) / (calls.sum() + 1)),
    )


def _numbered(arms: Sequence[Arm]) -> Iterator[Numbers]:
    """For lens, role and depth the (n,) numbers of the arms' levels."""
    for names in ([arm[k] for arm in arms] for k in range(3)):
        number = {name: i for i, name in enumerate(dict.fromkeys(names))}
        yield np.array([number[name] for name in names], np.int64)


def _plenty(scenes: Floats, new: Floats) -> float:
    """How many angles a lens has, about: the theta of Ewens' sampling formula (1972).

    A scene of a lens that has i of them is new with probability theta / (theta + i), times a share
    <= 1, the same for all, that no other lens has shown. The most likely theta, given the
    scenes and new angles of each lens, with a log-normal prior one e-fold wide.
    """
    grid = np.geomspace(1, 10_000, 81)
    expected = scenes * _mean_novelty(scenes, grid[:, None])
    total = np.maximum(expected.sum(1), 1e-9)
    share = np.clip(new.sum() / total, 1e-9, 1)
    likely = np.log(np.where(expected > 0, expected, 1)) @ new
    likely += new.sum() * np.log(share) - share * total
    return float(grid[np.argmax(likely - np.log(grid / _PLENTY) ** 2 / 2)])


def _mean_novelty(scenes: Floats, plenty: Floats) -> Floats:
    """Means of plenty / (plenty + i) over the scenes i = 0, 1, ... of each lens."""
    count = np.maximum(scenes, 1)
    return np.asarray(plenty * (_digamma(plenty + count) - _digamma(plenty)) / count)


def _digamma(x: Floats) -> Floats:
    """Right to a hundredth from 1 up (Abramowitz & Stegun 6.3.18)."""
    return np.asarray(np.log(x) - 1 / (2 * x) - 1 / (12 * x**2))
