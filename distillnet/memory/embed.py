"""Texts to unit vectors: the packaged multilingual encoder, or any LangChain embeddings."""

import functools
import threading
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from distillnet.errors import ModelAccessError, UsageError
from distillnet.memory.sentence_encoder import SentenceEncoder

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns n texts into an (n, d) float32 array of unit rows."""

    name: str

    def __call__(self, texts: Sequence[str]) -> Vectors: ...


def open_embedder(name: str) -> Embedder:
    """``use`` (packaged, offline) or ``provider:model`` of LangChain's ``init_embeddings``.

    Raises UsageError for an unknown name or provider or a missing integration package (with its
    install line), ModelAccessError when the provider's key is not in the environment.
    """
    if name == "use":
        return UniversalSentenceEncoder()
    if ":" not in name:
        raise UsageError(
            f"no embeddings {name!r}: give 'use' or provider:model, "
            "like openai:text-embedding-3-small"
        )
    return LangChainEmbedder(name)


class UniversalSentenceEncoder:
    """Multilingual Universal Sentence Encoder v3 (Yang et al. 2019), 512 dimensions, numpy only.

    Russian and English share one space. The weights are read on the first call, once a process.
    """

    name = "use"

    def __call__(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, 512), np.float32)
        with _ENCODING:
            return _encoder().encode(texts)


# Runs of one process share the weights, and their worker threads take turns.
_ENCODING = threading.Lock()


@functools.cache
def _encoder() -> SentenceEncoder:
    return SentenceEncoder()


class LangChainEmbedder:
    """Any embeddings of LangChain."""

    def __init__(self, name: str) -> None:
        from langchain.embeddings import init_embeddings

        self.name = name
        try:
            self._model = init_embeddings(name)
        except (ImportError, ValueError) as error:
            raise UsageError(f"embeddings {name!r} cannot be opened: {error}") from None
        except Exception as error:
            if "api_key" not in str(error).lower():
                raise
            provider = name.split(":")[0].upper()
            raise ModelAccessError(
                f"no key for embeddings {name!r}: put it into the environment "
                f"({provider}_API_KEY=...) or set embeddings to 'use'"
            ) from None

    def __call__(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, 1), np.float32)
        return _unit(np.asarray(self._model.embed_documents(list(texts)), np.float32))


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)
