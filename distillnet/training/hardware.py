"""What fits into the memory of this machine."""

from importlib import import_module
from typing import Any

from distillnet.models.weights import Precision, device
from distillnet.training.rows import packs
from distillnet.training.schedule import Schedule

_MEASURED_TOKENS = 512
_SPARE = 0.8
"""Share of the free memory that activations may take; the rest is for gradients and buffers."""
_LOGIT_BYTES = 16
"""Of a logit, the loss holds a bfloat16 and a float32, the gradients of both, and a softmax."""


def fits(model: Any, plan: Schedule, precision: Precision) -> bool:
    """Whether the activations of the largest batch fit into the free memory.

    One row is sent through the model and what autograd keeps of it is weighed; the rest is
    proportional to the tokens. Raises UsageError for rows that ``packs`` refuses.
    """
    packed = packs(model, plan.packing)
    rows, width = max(plan.shapes(packed=packed), key=lambda shape: shape[0] * shape[1])
    sample = min(width, _MEASURED_TOKENS)
    needed = kept_bytes(model, sample, precision, packed=packed) * rows * width / sample
    return needed < _SPARE * free_bytes()


def kept_bytes(model: Any, tokens: int, precision: Precision, *, packed: bool = False) -> int:
    """What autograd keeps of a row of ``tokens`` tokens for the backward pass, and the loss takes.

    ``packed``: of a row of two examples, for which attention needs a mask. Measured on the embedded
    model, 5 rows of 200 tokens: 1.9 GB told, and taken.
    """
    import torch

    weights = {p.untyped_storage().data_ptr() for p in model.parameters()}
    kept: dict[int, int] = {}

    def note(tensor: Any) -> Any:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = storage.nbytes()
        # The tensor itself would refer to the node that keeps it, and both would never be freed.
        return tensor.detach()

    ids = torch.zeros(1, tokens, dtype=torch.long, device=model.device)
    halves = torch.arange(tokens, device=model.device)[None] % -(-tokens // 2)
    told = {"position_ids": halves} if packed else {}
    hooks = torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor)
    half = torch.autocast(ids.device.type, torch.bfloat16, enabled=precision == "bfloat16")
    with hooks, half:
        logits = model(input_ids=ids, **told, use_cache=False).logits
        return sum(kept.values()) + _LOGIT_BYTES * int(logits.numel())


def free_bytes() -> int:
    """Memory that is free where the model is; on a GPU also what torch holds and does not use."""
    import torch

    if device() == "cuda":
        unused = torch.cuda.memory_reserved() - torch.cuda.memory_allocated()
        free: int = torch.cuda.mem_get_info()[0] + unused
        return free
    available: int = import_module("psutil").virtual_memory().available  # it has no types
    return available


def peak_memory_mib() -> int:
    """The most that was in use: of the GPU by this training, or of a CPU's by the whole process."""
    import resource
    import sys

    import torch

    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() // 2**20
    unit = 1 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // 2**20
