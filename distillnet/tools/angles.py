"""Which angle each scene of a seed shows: decided once, as the scenes arrive."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from distillnet.tools.pair_features import Floats
from distillnet.tools.same_angle import Judge, load_judge, same_angle
from distillnet.tools.vector_index import Positions, VectorIndex

_NEIGHBOURS = 24  # earlier scenes that a new one is compared with, and judged among
_TOGETHER = 128  # first scenes of a seed: judged among all of them, as when the judge was fitted
_AT_ONCE = 1024  # new scenes that are looked up in one pass: bounds the memory
_CACHED_TEXTS = 1024


@dataclass(frozen=True)
class Placed:
    """The ``angle`` of scene ``id``, and how sure that is.

    ``nearest`` is the likeliest earlier scene of its angle or, when the angle ``is_new``, of all
    that it was compared with; None for the first scene. ``probability`` is the judge's that the
    two make the same point; without a judge, their cosine.
    """

    id: str
    angle: int
    is_new: bool
    nearest: str | None
    probability: float


class Angles:
    """The angles of the scenes of one seed, in the order in which the scenes came.

    A scene joins the angle whose scenes, among its 24 nearest earlier ones by cosine, make the same
    point with the highest mean probability, if that reaches the threshold; else it opens a new
    angle. A label changes by ``correct`` alone, and only new scenes are compared: O(n d) time and
    memory for each of them, n being the scenes so far.

    The first 128 scenes are judged among all that have arrived by the end of their ``add``: the
    more are given at once, the better they are judged. A later one is judged among its neighbours
    alone, however the scenes are split.
    """

    labels: dict[str, int]
    """Angle by id; angles count from 0 in the order of first appearance."""
    threshold: float
    """The least mean probability (without a judge: cosine) of joining an angle."""

    def __init__(
        self,
        seed_vector: Floats,
        text_of: Callable[[str], str],
        *,
        threshold: float | None = None,
        judged: bool = True,
        judge: Judge | None = None,
    ) -> None:
        """For the seed with the unit vector ``seed_vector`` (d,).

        ``text_of`` gives the text of a scene by id. ``judge`` and ``threshold`` are the shipped
        ones, fitted to the packaged encoder; with another one say ``judged=False``: then cosine
        is compared with ``threshold``. Raises ValueError when that is missing.
        """
        if judged:
            judge = judge or load_judge()
            threshold = judge.threshold if threshold is None else threshold
        if threshold is None:
            raise ValueError("without a judge, angles need a threshold of cosine")
        self.labels = {}
        self._seed_vector = seed_vector
        self._text_of = functools.lru_cache(_CACHED_TEXTS)(text_of)
        self.threshold = threshold
        self._judge = judge if judged else None
        self._ids: list[str] = []
        self._index = VectorIndex()
        self._count = 0

    def restore(self, ids: Sequence[str], vectors: Floats, labels: Sequence[int]) -> None:
        """Takes over n scenes with their vectors (n, d) and the angles that they were given."""
        self._append(ids, vectors)
        self.labels.update(zip(ids, labels, strict=True))
        self._count = max([self._count, *(label + 1 for label in labels)])

    def add(self, ids: Sequence[str], vectors: Floats) -> list[Placed]:
        """Places m new scenes with unit vectors (m, d), in this order.

        Raises ValueError for an id that came before, and UsageError for vectors that the judge was
        not fitted to.
        """
        placed: list[Placed] = []
        while len(placed) < len(ids):
            start = len(placed)
            end = start + (max(0, _TOGETHER - len(self._ids)) or _AT_ONCE)
            placed += self._add(ids[start:end], vectors[start:end])
        return placed

    def correct(self, id: str, like: str | None) -> int:
        """Gives a scene the angle of scene ``like``, or a new one where that is None."""
        if like is None:
            self.labels[id], self._count = self._count, self._count + 1
        else:
            self.labels[id] = self.labels[like]
        return self.labels[id]

    def _add(self, ids: Sequence[str], vectors: Floats) -> list[Placed]:
        places = np.arange(len(ids)) + len(self._ids)
        self._append(ids, vectors)
        cosines, positions = self._index.nearest(vectors, _NEIGHBOURS, before=places)
        together = None
        if self._judge and len(self._ids) <= _TOGETHER:
            together = self._judged(np.arange(len(self._ids)))
        placed = []
        for place, near, earlier in zip(places.tolist(), cosines, positions, strict=True):
            earlier, near = earlier[near > -np.inf], near[near > -np.inf]
            if together is not None:
                near = together[place, earlier]
            elif self._judge:
                near = self._judged(np.append(earlier, place))[-1, :-1]
            placed.append(self._place(self._ids[place], earlier, near))
        return placed

    def _append(self, ids: Sequence[str], vectors: Floats) -> None:
        if len(set(ids)) < len(ids) or not self.labels.keys().isdisjoint(ids):
            raise ValueError("each scene gets its angle once: an id came before")
        self._ids.extend(ids)
        self._index.add(vectors)

    def _judged(self, positions: Positions) -> Floats:
        texts = [self._text_of(self._ids[position]) for position in positions]
        vectors = self._index.take(positions.tolist())
        return same_angle(texts, vectors, self._seed_vector, judge=self._judge)

    def _place(self, id: str, earlier: Positions, probability: Floats) -> Placed:
        """``probability`` (k,) is that of being like each of the scenes ``earlier`` (k,)."""
        labels = np.asarray([self.labels[self._ids[position]] for position in earlier], np.int64)
        angle, is_new = self._count, True
        if len(labels):
            found, group = np.unique(labels, return_inverse=True)
            mean = np.bincount(group, probability) / np.bincount(group)
            if mean.max() >= self.threshold:
                angle, is_new = int(found[mean.argmax()]), False
        self._count += is_new
        self.labels[id] = angle
        if not len(labels):
            return Placed(id, angle, is_new, None, 0.0)
        likeliest = int(np.where(is_new | (labels == angle), probability, -np.inf).argmax())
        nearest = self._ids[earlier[likeliest]]
        return Placed(id, angle, is_new, nearest, float(probability[likeliest]))
