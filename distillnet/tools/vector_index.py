"""Unit vectors in the order they came, and the exact nearest of them."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Positions = NDArray[np.int64]

_ROWS = 4096  # of a block: what is compared at once
# Similarities are rounded to 2**-20 (1e-6): the order of a sum must not decide between equal ones.
_STEPS = np.float32(2**20)


class VectorIndex:
    """Append-only unit vectors (n, d), searched exactly.

    They lie in blocks, so that growing copies nothing: memory is that of the vectors. A search
    takes O(n d) a query; many queries share one pass.
    """

    def __init__(self) -> None:
        self._blocks: list[Floats] = []  # the last one may have room
        self._starts: list[int] = []
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, position: int) -> Floats:
        """(d,)"""
        if not 0 <= position < self._size:
            raise IndexError(position)
        block = bisect_right(self._starts, position) - 1
        return np.asarray(self._blocks[block][position - self._starts[block]])

    def take(self, positions: Iterable[int]) -> Floats:
        """A copy of the rows at m positions, (m, d); m >= 1."""
        return np.stack([self[position] for position in positions])

    def add(self, vectors: Floats) -> None:
        """Appends m rows (m, d), float32.

        A large array is kept, not copied, so that two indexes of the same scenes share it: it must
        not be changed afterwards.
        """
        if len(vectors) >= _ROWS:
            self._open(np.ascontiguousarray(vectors))
            self._size += len(vectors)
            return
        while len(vectors):
            if not self._blocks or not len(self._room()):
                self._open(np.empty((_ROWS, vectors.shape[1]), np.float32))
            room = self._room()[: len(vectors)]
            room[:], vectors = vectors[: len(room)], vectors[len(room) :]
            self._size += len(room)

    def nearest(
        self, queries: Floats, k: int, *, since: int = 0, before: Positions | None = None
    ) -> tuple[Floats, Positions]:
        """Cosines and positions (q, min(k, n - since)) of the nearest to q unit vectors (q, d).

        Nearest first; of equally near ones the earlier. Positions before ``since`` are left out.
        To query i, only positions below ``before[i]`` count; any other has a cosine of -inf.
        """
        best = np.empty((len(queries), 0), np.float32)
        where = np.empty((len(queries), 0), np.int64)
        for start, rows in self._parts(since):
            found = queries @ rows.T
            found *= _STEPS
            np.rint(found, out=found)
            if before is not None and start + len(rows) > before.min(initial=self._size):
                found[start + np.arange(len(rows)) >= before[:, None]] = -np.inf
            columns = _highest(found, k)
            best = np.hstack([best, np.take_along_axis(found, columns, 1)])
            where = np.hstack([where, columns + start])
            # Stable, and what was found before lies before: the earlier of equal ones stays.
            order = np.argsort(-best, axis=1, kind="stable")[:, :k]
            best, where = np.take_along_axis(best, order, 1), np.take_along_axis(where, order, 1)
        return best / _STEPS, where

    def _open(self, block: Floats) -> None:
        self._blocks.append(block)
        self._starts.append(self._size)

    def _room(self) -> Floats:
        return self._blocks[-1][self._size - self._starts[-1] :]

    def _parts(self, since: int) -> Iterator[tuple[int, Floats]]:
        """(position of the first row, at most ``_ROWS`` rows), from position ``since`` on."""
        ends = [*self._starts, self._size][1:]
        for block, start, end in zip(self._blocks, self._starts, ends, strict=True):
            for first in range(max(start, since), end, _ROWS):
                yield first, block[first - start : min(end, first + _ROWS) - start]


def _highest(values: Floats, k: int) -> Positions:
    """Columns (q, min(k, m)) of the highest of each row of (q, m), falling, the first of equals."""
    k = min(k, values.shape[1])
    kth = values.shape[1] - k
    least = np.partition(values, kth, axis=1)[:, kth : kth + 1]
    rows, columns = np.nonzero(values >= least)
    order = np.lexsort((columns, -values[rows, columns], rows))
    first = np.searchsorted(rows, np.arange(len(values)))
    return np.asarray(columns[order[first[:, None] + np.arange(k)]])
