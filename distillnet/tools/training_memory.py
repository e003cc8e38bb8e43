"""How much memory LoRA training takes, from the model's shape.

Weights, the adapter with its gradients and Adam's two moments, the activations that the backward
pass needs, logits, and what the driver and its libraries take.
"""

from distillnet.records import Record
from distillnet.tools.gpus import Method
from distillnet.tools.shapes import Shape

RANK = 16
_GIB = 2**30
_BYTES = {"bf16": 2.0, "4 bit": 0.55}
_TRAINED_BYTES = 16  # float32: weight, gradient, and the two moments of Adam
_LOGIT_BYTES = 10  # bf16, its float32 copy, and the gradient of that
_CONTEXT = 1.0  # GiB of the driver, cuBLAS and the allocator's gaps


class Memory(Record):
    """GiB, with one row in a batch."""

    weights: float
    adapter: float
    activations: float
    logits: float
    context: float
    total: float


def memory(
    shape: Shape,
    method: Method,
    *,
    row_tokens: int,
    rank: int = RANK,
    checkpointing: bool = False,
) -> Memory:
    """What training with one row in a batch takes; see ``activation_bytes``.

    Of 4-bit weights only the linear layers are; embedding, output layer and norms stay in bf16.
    """
    linear = _BYTES["4 bit" if method == "qlora" else "bf16"]
    weights = shape.body * linear + (shape.parameters - shape.body) * _BYTES["bf16"]
    activations = activation_bytes(shape, checkpointing=checkpointing)
    if method == "qlora":
        # One layer's largest weight matrix at a time, unpacked.
        weights += max(a * b for a, b in shape.linears) * _BYTES["bf16"]
    parts = {
        "weights": weights / _GIB,
        "adapter": shape.lora_parameters(rank) * _TRAINED_BYTES / _GIB,
        "activations": activations * row_tokens / _GIB,
        "logits": _LOGIT_BYTES * shape.vocabulary * row_tokens / _GIB,
        "context": _CONTEXT,
    }
    return Memory(**parts, total=sum(parts.values()))


def activation_bytes(shape: Shape, *, checkpointing: bool) -> float:
    """Bytes a token that the backward pass needs, in bf16 with attention that is not stored.

    A layer keeps: both norms' inputs in float32 and outputs in bf16 (12 bytes of each hidden
    number); queries, keys and values, repeated to all heads, and attention's result twice (10 of
    each query number); gate, its activation, the other factor and their product (8 of each
    feed-forward number). With checkpointing only each layer's input, and one layer in full.
    """
    layer = 12 * shape.hidden + 10 * shape.query + 8 * shape.feed_forward
    if checkpointing:
        return 2 * shape.hidden * shape.layers + layer
    return layer * shape.layers
