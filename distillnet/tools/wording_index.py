"""Which runs of words stand in which text, for many texts."""

import functools
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

RUN = 4  # words
_CACHED_WORDS = 2**16
_FULL = 2**20  # runs in a block that is merged no more: bounds the memory of a merge
# Odd and random: a run is the sum of its words' hashes times these, modulo 2**64.
_PLACES = np.asarray(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], np.uint64
)
Hashes = NDArray[np.uint64]
Numbers = NDArray[np.int32]


class WordingIndex:
    """An inverted index of the runs of ``RUN`` words of texts, numbered in the order they came.

    Blocks of (hash, text), sorted by hash; a block is merged with the one before it when that is
    no more than twice as large, so that there are O(log n) of them (O'Neil et al. 1996, the
    log-structured merge tree) until they are full. 12 bytes a run; runs are told apart by 64 bits.
    """

    def __init__(self) -> None:
        self._blocks: list[tuple[Hashes, Numbers]] = []
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def add(self, words: Sequence[str]) -> None:
        """Adds a text, given its words."""
        hashes = run_hashes(words)
        if len(hashes):
            self._blocks.append((hashes, np.full(len(hashes), self._size, np.int32)))
        self._size += 1
        while len(self._blocks) > 1 and self._should_merge():
            newer, older = self._blocks.pop(), self._blocks.pop()
            self._blocks.append(_merged(older, newer))

    def largest_share(self, words: Sequence[str]) -> float:
        """The largest share (0 to 1) of the distinct runs of a text that one text here has."""
        hashes = run_hashes(words)
        if not len(hashes) or not self._blocks:
            return 0.0
        shared = np.concatenate([_texts_with(hashes, block) for block in self._blocks])
        return int(np.bincount(shared, minlength=1).max()) / len(hashes)

    def _should_merge(self) -> bool:
        older, newer = (len(block[0]) for block in self._blocks[-2:])
        return older <= 2 * newer and older + newer <= _FULL


def run_hashes(words: Sequence[str]) -> Hashes:
    """Of the distinct runs of ``RUN`` neighbouring words, rising; the same in every process."""
    found = np.fromiter(map(_known_hash, words), np.uint64, len(words))
    if len(found) < RUN:
        return np.empty(0, np.uint64)
    return np.unique(np.lib.stride_tricks.sliding_window_view(found, RUN) @ _PLACES)


def word_hash(word: str) -> int:
    """64 bits, the same in every process."""
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "little")


_known_hash = functools.lru_cache(_CACHED_WORDS)(word_hash)


def _texts_with(hashes: Hashes, block: tuple[Hashes, Numbers]) -> Numbers:
    """The texts of ``block`` that have one of ``hashes``, once for each that they have."""
    known, texts = block
    # Most runs are nobody else's: only the others are searched for a second time.
    first = np.searchsorted(known, hashes)
    found = known.take(first, mode="clip") == hashes
    first, hashes = first[found], hashes[found]
    if not len(hashes):
        return texts[:0]
    counts = np.searchsorted(known, hashes, side="right") - first
    # Positions of all matches: each range counted up from its first one.
    ends = np.cumsum(counts)
    within = np.arange(ends[-1]) - np.repeat(ends - counts, counts)
    return np.asarray(texts[np.repeat(first, counts) + within])


def _merged(older: tuple[Hashes, Numbers], newer: tuple[Hashes, Numbers]) -> tuple[Hashes, Numbers]:
    hashes = np.concatenate([older[0], newer[0]])
    order = np.argsort(hashes, kind="stable")
    return hashes[order], np.concatenate([older[1], newer[1]])[order]
