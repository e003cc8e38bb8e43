"""The model that is trained to measure a machine: itself where it is here, else a stand-in."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from distillnet.models.weights import device, load_tokenizer, model_folder
from distillnet.tools.known_shapes import EMBEDDED_SHAPE
from distillnet.tools.shapes import Shape

_HEAD = 64  # width of one head
_GROUP = 4  # heads of queries that share one of keys
_WEIGHTS = ("*.safetensors", "*.bin")


def trained_shape(model: str, shape: Shape) -> Shape:
    """``shape`` itself where the weights of ``model`` are here; else that of what stands in.

    On a CPU that is the embedded model. On a GPU, where a small model would only measure how fast
    kernels start, it is two layers about as wide as those of ``shape``, with random weights.
    """
    if _is_here(model):
        return shape
    return EMBEDDED_SHAPE if device() == "cpu" else random_shape(shape)


@contextmanager
def trainable(model: str, shape: Shape) -> Iterator[tuple[Path, Shape]]:
    """The folder and shape of what is trained; random weights are deleted afterwards."""
    trained = trained_shape(model, shape)
    if _is_here(model):
        yield model_folder(model), trained
    elif trained == EMBEDDED_SHAPE:
        yield model_folder("embedded"), trained
    else:
        with TemporaryDirectory() as folder:
            make_random(trained, Path(folder))
            yield Path(folder), trained


def random_shape(shape: Shape) -> Shape:
    """Two layers of about ``shape``, in whole heads, with the embedded model's vocabulary."""
    query = max(1, round(shape.query / (_HEAD * _GROUP))) * _HEAD * _GROUP
    return Shape(
        like=f"2 layers of {shape.like}",
        hidden=max(1, round(shape.hidden / _HEAD)) * _HEAD,
        layers=2,
        query=query,
        key=query // _GROUP,
        feed_forward=shape.feed_forward,
        vocabulary=EMBEDDED_SHAPE.vocabulary,
        tied=True,
    )


def make_random(shape: Shape, folder: Path) -> None:
    """Writes a model of random weights, with the embedded one's tokenizer, to ``folder``."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    load_tokenizer(model_folder("embedded")).save_pretrained(folder)
    config = LlamaConfig(
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        head_dim=_HEAD,
        num_attention_heads=shape.query // _HEAD,
        num_key_value_heads=shape.key // _HEAD,
        intermediate_size=shape.feed_forward,
        vocab_size=shape.vocabulary,
        tie_word_embeddings=shape.tied,
    )
    with torch.device(device()):
        model = LlamaForCausalLM(config).to(torch.bfloat16)
    model.save_pretrained(folder)


def _is_here(model: str) -> bool:
    folder = Path(os.path.expanduser(model))
    return model == "embedded" or any(any(folder.glob(pattern)) for pattern in _WEIGHTS)
