import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from distillnet.errors import ModelAccessError, UsageError
from distillnet.memory.embed import UniversalSentenceEncoder, _encoder, open_embedder

EMBED = open_embedder("use")
PAIRS = [
    ("The cat sleeps on the warm stove.", "Кошка спит на тёплой печи."),
    ("Freedom is the recognition of necessity.", "Свобода есть осознанная необходимость."),
    ("Water boils sooner on a high mountain.", "На высокой горе вода закипает быстрее."),
    ("The judge read the verdict aloud.", "Судья вслух зачитал приговор."),
]  # fmt: skip
# An integration package of LangChain, as small as one can be.
PROVIDER = """
from langchain_core.embeddings import Embeddings


class OllamaEmbeddings(Embeddings):
    def __init__(self, model):
        assert model == "nomic-embed-text"

    def embed_documents(self, texts):
        return [[3.0, 4.0] if len(text) == 1 else [8.0, 6.0] for text in texts]

    embed_query = None
"""


def test_rows_are_unit_vectors_of_512_numbers() -> None:
    vectors = EMBED(["one", "два", ""])
    assert vectors.shape == (3, 512) and vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_text_gives_no_row() -> None:
    assert EMBED([]).shape == (0, 512)


def test_a_text_has_one_vector_whatever_stands_beside_it() -> None:
    texts = [text for pair in PAIRS for text in pair]
    together = EMBED(texts)
    alone = np.concatenate([EMBED([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-4)


def test_russian_and_english_of_one_sentence_are_nearest() -> None:
    english, russian = (EMBED(list(texts)) for texts in zip(*PAIRS, strict=True))
    cosines = english @ russian.T
    assert cosines.argmax(axis=1).tolist() == [0, 1, 2, 3]
    assert np.diag(cosines).min() > 0.6


@examples(max_examples=15, deadline=None)
@given(st.lists(st.text(), min_size=1, max_size=4))
def test_any_text_has_a_finite_unit_vector(texts: list[str]) -> None:
    vectors = EMBED(texts)
    assert vectors.shape == (len(texts), 512)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)


def test_the_weights_are_not_read_before_the_first_text() -> None:
    _encoder.cache_clear()
    assert UniversalSentenceEncoder()([]).shape == (0, 512)
    assert _encoder.cache_info().currsize == 0
    UniversalSentenceEncoder()(["One."])
    UniversalSentenceEncoder()(["Two."])
    assert _encoder.cache_info().misses == 1, "they are read once a process"


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("used", "give 'use' or provider:model"),
        ("nonsense:model", "Provider 'nonsense' is not supported"),
        ("cohere:embed-v4", "pip install langchain-cohere"),
    ],
)
def test_an_unknown_encoder_is_a_usage_error(name: str, cure: str) -> None:
    with pytest.raises(UsageError, match=cure):
        open_embedder(name)


def test_a_missing_key_is_an_access_error() -> None:
    with pytest.raises(ModelAccessError, match="OPENAI_API_KEY"):
        open_embedder("openai:text-embedding-3-small")


def test_any_langchain_embeddings_become_unit_rows(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "langchain_ollama.py").write_text(PROVIDER)
    monkeypatch.syspath_prepend(tmp_path)
    embed = open_embedder("ollama:nomic-embed-text")
    del sys.modules["langchain_ollama"]
    assert embed.name == "ollama:nomic-embed-text"
    vectors = embed(["a", "bb"])
    np.testing.assert_allclose(vectors, [[0.6, 0.8], [0.8, 0.6]], atol=1e-6)
    assert vectors.dtype == np.float32
    assert len(embed([])) == 0
