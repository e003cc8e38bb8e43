"""How examples go through the model: padded to rows of one length, or packed into one row.

In a packed row nothing is padded, and no example sees another (Krell et al. 2021, "Efficient
Sequence Packing without Cross-contamination").
"""

from collections.abc import Sequence
from inspect import signature
from typing import Any, Literal, NamedTuple

from distillnet.config import Training
from distillnet.errors import UsageError
from distillnet.models.weights import device
from distillnet.training.dataset import Example

_PROBE_TOKENS = 8
Packing = Literal["auto", "on", "off"]


class Rows(NamedTuple):
    """What the model is given by name, and which tokens are learned; tensors of (rows, width)."""

    inputs: dict[str, Any]
    learns: Any

    def to(self, device: Any) -> "Rows":
        inputs = {name: tensor.to(device) for name, tensor in self.inputs.items()}
        return Rows(inputs, self.learns.to(device))


def padded(examples: Sequence[Example], pad: int) -> Rows:
    """A row for each example, with ``pad`` on its right, where causal attention does not look.

    So no attention mask is needed.
    """
    import torch

    width = max(len(tokens) for tokens, _ in examples)
    ids = [tokens + [pad] * (width - len(tokens)) for tokens, _ in examples]
    learns = [[e.start <= place < len(e.tokens) for place in range(width)] for e in examples]
    return Rows({"input_ids": torch.tensor(ids)}, torch.tensor(learns))


def packed(examples: Sequence[Example]) -> Rows:
    """All examples in one row, with positions that begin at 0 in each.

    By them attention finds out where each begins, if it is given neither a mask nor a cache
    (transformers, ``masking_utils.find_packed_sequence_indices``).
    """
    import torch

    ids = [token for tokens, _ in examples for token in tokens]
    positions = [place for tokens, _ in examples for place in range(len(tokens))]
    learns = [place >= start for tokens, start in examples for place in range(len(tokens))]
    inputs = {"input_ids": torch.tensor([ids]), "position_ids": torch.tensor([positions])}
    return Rows(inputs, torch.tensor([learns]))


def packing_here(settings: Training) -> Packing:
    """What "auto" is on this machine: a GPU may gain, a CPU loses more than padding costs."""
    return "off" if settings.packing == "auto" and device() == "cpu" else settings.packing


def packs(model: Any, packing: Packing) -> bool:
    """Whether rows are packed for this ``model``.

    With "auto" not where attention is plain, which keeps a weight for each pair of tokens of a row.
    Raises UsageError with "on" where the examples of a row would see each other.
    """
    if packing == "off" or (packing == "auto" and model.config._attn_implementation == "eager"):
        return False
    apart = keeps_apart(model)
    if packing == "on" and not apart:
        raise UsageError(
            f"rows cannot be packed for a student of the kind {model.config.model_type!r}, "
            "which would see one through the other: train with packing 'auto' or 'off'"
        )
    return apart


def keeps_apart(model: Any) -> bool:
    """Whether the examples of a packed row do not see each other in ``model``.

    Attention that is told the positions keeps them apart; a state that is carried along the row, as
    in Mamba, or a convolution does not, though such models take positions, too. So it is tried:
    what the model says in the second example must have no gradient in the first one.
    """
    import torch

    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    if "position_ids" not in signature(inner.forward).parameters:
        return False
    inputs = packed([Example(list(range(_PROBE_TOKENS)), 1)] * 2).to(model.device).inputs
    embedded = inner.get_input_embeddings()(inputs.pop("input_ids")).detach().requires_grad_()
    logits = inner(inputs_embeds=embedded, **inputs, use_cache=False).logits
    (gradient,) = torch.autograd.grad(logits[0, _PROBE_TOKENS:].sum(), embedded)
    first, second = gradient[0].split(_PROBE_TOKENS)
    return bool(second.any()) and not first.any()
