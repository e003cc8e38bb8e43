"""The shape of a causal language model: what its training takes follows from it."""

import json
from pathlib import Path
from typing import Any

from pydantic import Field

from distillnet.errors import UsageError
from distillnet.records import Record

_MAX_BYTES = 1_000_000


class Shape(Record):
    """A Llama-like decoder: ``layers`` of attention and of a gated feed-forward part.

    ``query`` and ``key`` are the widths of queries and keys, all heads together. ``tied``: the
    output layer is the input embedding. ``like`` names the model whose shape it is, or between
    which two it lies.
    """

    like: str
    hidden: int = Field(strict=True, ge=1, le=10**6)
    layers: int = Field(strict=True, ge=1, le=10**4)
    query: int = Field(strict=True, ge=1, le=10**6)
    key: int = Field(strict=True, ge=1, le=10**6)
    feed_forward: int = Field(strict=True, ge=1, le=10**7)
    vocabulary: int = Field(strict=True, ge=1, le=10**7)
    tied: bool

    @property
    def linears(self) -> tuple[tuple[int, int], ...]:
        """(inputs, outputs) of the linear layers in one decoder layer."""
        h, q, k, f = self.hidden, self.query, self.key, self.feed_forward
        return ((h, q), (h, k), (h, k), (q, h), (h, f), (h, f), (f, h))

    @property
    def body(self) -> int:
        """Weights of all linear layers but the output layer."""
        return self.layers * sum(inputs * outputs for inputs, outputs in self.linears)

    @property
    def head(self) -> int:
        """Weights of the output layer."""
        return self.hidden * self.vocabulary

    @property
    def parameters(self) -> int:
        """All of them, the scales of the norms among them; biases, where a model has some, not."""
        norms = self.hidden * (2 * self.layers + 1)
        return self.body + self.head * (1 if self.tied else 2) + norms

    def lora_parameters(self, rank: int) -> int:
        """Trained parameters of LoRA on all linear layers but the output layer."""
        return self.layers * rank * sum(map(sum, self.linears))


def read_shape(config: Path) -> Shape:
    """The shape that a ``config.json`` of transformers describes.

    Raises UsageError, with the cure, where it does not describe a dense Llama-like decoder.
    """
    cure = "give its size instead, as in --params 8B"
    try:
        with config.open("rb") as file:
            found: Any = json.loads(file.read(_MAX_BYTES))
        # Models that also see keep the language model's part under this name.
        found = found.get("text_config", found)
        if any("experts" in name and found[name] for name in found):
            raise UsageError(f"{str(config)!r} is a mixture of experts, not a dense model: {cure}")
        hidden, heads = _count(found, "hidden_size"), _count(found, "num_attention_heads")
        width = _count(found, "head_dim", hidden // heads)
        return Shape(
            like=config.parent.resolve().name,
            hidden=hidden,
            layers=_count(found, "num_hidden_layers"),
            query=heads * width,
            key=_count(found, "num_key_value_heads", heads) * width,
            feed_forward=_count(found, "intermediate_size"),
            vocabulary=_count(found, "vocab_size"),
            tied=found.get("tie_word_embeddings") is True,
        )
    except KeyError as error:
        raise UsageError(f"{str(config)!r} does not say {error.args[0]!r}: {cure}") from None
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        raise UsageError(f"{str(config)!r} does not describe a language model: {cure}") from None


def _count(found: dict[str, Any], name: str, default: int | None = None) -> int:
    """A whole number above 0; ``default`` where none is said. Raises KeyError or TypeError."""
    value = found[name] if default is None else found.get(name)
    if value is None and default is not None:
        return default
    if type(value) is not int or value < 1:
        raise TypeError(name)
    return value
