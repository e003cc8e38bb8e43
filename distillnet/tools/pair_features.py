"""What two texts about one seed have in common, as numbers. Pure numpy.

Everything is measured among the texts of the same seed: what all of them share (the topic, its
words) says nothing about two of them.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from distillnet.tools.text import STOP_WORDS, stem, word_set, words
from distillnet.tools.wording_index import Hashes, word_hash

Floats = NDArray[np.float32]

_NEGATIVE = word_set("""
    not no never none nobody nothing nor neither cannot without don doesn didn isn aren wasn weren
    won wouldn couldn shouldn hasn haven hadn can't lack against
    не нет ни никогда никто ничто ничего нельзя без никакой никаких нигде против вовсе
    """)
_PRIOR_TEXTS = 4.0  # as many texts' worth of evidence has the prior mean of a seed's texts
_SHARED_WORDS = 4096  # the most frequent ones are compared; bounds the time
_SPREAD = 0.2  # typical standard deviation of cosines of residuals
_TIE = 1e-6  # closer values are equal: rounding must not decide
_HEAT = 0.1  # of the attention by which a text is smoothed with those like it
_MOST_TEXTS = 128  # per seed when the numbers were fitted


@dataclass(frozen=True)
class Directions:
    """What was learnt of the embedding space; see ``benchmarks/angle_fitting.py``.

    ``mean`` (d,) and ``seed_weight`` give the expected mean of the texts of a seed with vector s:
    ``mean + seed_weight * s``. ``projection`` (d, k) maps residuals to coordinates in which
    wordings of one angle have variance 1 and angles of one seed variance ``between`` (k,).
    """

    mean: Floats
    seed_weight: float
    projection: Floats
    between: Floats


def residuals(vectors: Floats, seed_vector: Floats, mean: Floats, seed_weight: float) -> Floats:
    """``vectors`` (n, d) less their mean, which is drawn to the expected one when n is small."""
    expected = mean + seed_weight * seed_vector
    middle = (vectors.sum(0) + _PRIOR_TEXTS * expected) / (len(vectors) + _PRIOR_TEXTS)
    return np.asarray(vectors - middle, np.float32)


def unit(rows: Floats) -> Floats:
    """The rows at length 1; zero rows stay zero."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), np.float32)


def pair_features(
    texts: Sequence[str], vectors: Floats, seed_vector: Floats, directions: Directions
) -> dict[str, Floats]:
    """Symmetric (n, n) matrices by name, in a fixed order, for n texts of one seed."""
    found = _by_meaning(vectors, seed_vector, directions)
    found |= _by_words(texts)
    for name in ("residual", "learnt", "words"):
        found |= _by_context(name, found[name])
    found["texts"] = np.full_like(found["cosine"], np.log(min(len(texts), _MOST_TEXTS)))
    return found


def _by_meaning(vectors: Floats, seed_vector: Floats, given: Directions) -> dict[str, Floats]:
    near = vectors @ seed_vector
    rest = residuals(vectors, seed_vector, given.mean, given.seed_weight)
    aside = unit(vectors - near[:, None] * seed_vector)
    learnt = rest @ given.projection
    total = given.between + 1
    determinant = total**2 - given.between**2
    alone = (learnt**2) @ (1 / total - total / determinant) / 2
    together = (learnt * (given.between / determinant)) @ learnt.T
    coordinates = learnt * np.sqrt(given.between / total)
    return {
        "cosine": vectors @ vectors.T,
        "residual": unit(rest) @ unit(rest).T,
        "aside": aside @ aside.T,
        "learnt": unit(coordinates) @ unit(coordinates).T,
        "ratio": alone[:, None] + alone + together,
        "near_apart": np.abs(near[:, None] - near),
        "near_least": np.minimum(near[:, None], near),
        "smooth": _smoothed(unit(rest)),
        "smooth_learnt": _smoothed(unit(coordinates)),
    }


def _smoothed(rows: Floats) -> Floats:
    """Cosines after each row was averaged with those like it."""
    weights = np.exp((rows @ rows.T - 1) / _HEAT)
    blurred = unit(weights / weights.sum(1, keepdims=True) @ rows)
    return np.asarray(blurred @ blurred.T, np.float32)


def _by_words(texts: Sequence[str]) -> dict[str, Floats]:
    wordings = [_wording(text) for text in texts]
    negative = np.asarray([wording.negative for wording in wordings], np.float32)
    size = np.asarray([wording.size for wording in wordings], np.float32)
    cosine, containment = _overlap([wording.stems for wording in wordings])
    spelled, _ = _overlap([wording.letters for wording in wordings])
    return {
        "words": cosine,
        "containment": containment,
        "spelling": spelled,
        "negation_apart": np.abs(negative[:, None] - negative),
        "size_apart": np.abs(size[:, None] - size),
    }


class _Wording(NamedTuple):
    """One text: hashes of its stems and of their runs of four letters; its size and negations."""

    stems: Hashes
    letters: Hashes
    size: float
    negative: float


# A scene is compared again and again while a seed grows.
@functools.lru_cache(2048)
def _wording(text: str) -> _Wording:
    spoken = words(text)
    content = [word for word in spoken if word not in STOP_WORDS] or spoken
    found = [_stem_and_letters(word) for word in set(content)]
    return _Wording(
        np.unique(np.asarray([stem for stem, _ in found], np.uint64)),
        np.unique(np.concatenate([np.empty(0, np.uint64), *(letters for _, letters in found)])),
        float(np.log1p(len(spoken))),
        sum(word in _NEGATIVE for word in spoken) / (1 + len(spoken)) ** 0.5,
    )


@functools.lru_cache(2**15)
def _stem_and_letters(word: str) -> tuple[int, Hashes]:
    of_word = stem(word, "ru" if word >= "\u0400" else "en")
    runs = [f"<{of_word}>"[i : i + 4] for i in range(max(1, len(of_word) - 1))]
    return word_hash(of_word), np.asarray([word_hash(run) for run in runs], np.uint64)


def _overlap(bags: Sequence[Hashes]) -> tuple[Floats, Floats]:
    """Cosine and containment (share of the smaller bag) with each term weighed by its rarity."""
    n = len(bags)
    row = np.repeat(np.arange(n), [len(bag) for bag in bags])
    _, term, counts = np.unique(np.concatenate(bags), return_inverse=True, return_counts=True)
    weight = np.log((n + 1) / (counts + 0.5)).astype(np.float32)
    sums = np.bincount(row, weight[term] ** 2, n).astype(np.float32) + np.float32(1e-6)
    shared = np.flatnonzero(counts > 1)
    shared = shared[np.argsort(-counts[shared], kind="stable")[:_SHARED_WORDS]]
    column = np.full(len(counts), -1)
    column[shared] = np.arange(len(shared))
    kept = column[term] >= 0
    table = np.zeros((n, len(shared)), np.float32)
    table[row[kept], column[term[kept]]] = weight[term[kept]]
    common = table @ table.T
    return (
        np.asarray(common / np.sqrt(sums[:, None] * sums), np.float32),
        np.asarray(common / np.minimum(sums[:, None], sums), np.float32),
    )


def _by_context(name: str, likeness: Floats) -> dict[str, Floats]:
    """How a pair stands out among all pairs of either text."""
    n = len(likeness)
    others = likeness.copy()
    np.fill_diagonal(others, 0)
    mean = others.sum(1) / (n - 1 + _PRIOR_TEXTS)
    square = (others**2).sum(1) + _PRIOR_TEXTS * _SPREAD**2
    spread = np.sqrt(np.maximum(square / (n - 1 + _PRIOR_TEXTS) - mean**2, 1e-4))
    z = (likeness - mean[:, None]) / spread[:, None]
    np.fill_diagonal(others, -np.inf)
    best = others.max(1) if n > 1 else np.zeros(n, np.float32)
    rank = np.log1p(_ranks(others))
    short = best[:, None] - likeness
    return {
        f"{name}_z": (z + z.T) / 2,
        f"{name}_rank": (rank + rank.T) / 2,
        f"{name}_short": (short + short.T) / 2,
    }


def _ranks(rows: Floats) -> Floats:
    """How many of the same row are greater; by no means does the order of equal ones matter."""
    order = np.argsort(-rows, axis=1)
    falling = np.take_along_axis(rows, order, 1)
    first = np.zeros(rows.shape, np.int64)
    first[:, 1:] = np.where(falling[:, :-1] - falling[:, 1:] > _TIE, np.arange(1, rows.shape[1]), 0)
    ranks = np.empty_like(rows)
    np.put_along_axis(ranks, order, np.maximum.accumulate(first, 1).astype(np.float32), 1)
    return ranks
