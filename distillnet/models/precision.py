"""Which precision this machine computes fastest in."""

import json
import os
import platform
import time
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from distillnet.models.weights import Precision, cache_folder, device

_REPEATS = 5
_MOST_KEPT = 100
_LOCK_SECONDS = 60.0


@cache
def fastest_precision() -> Precision:
    """bfloat16 where it is faster than float32: by a GPU's capability, by measurement on a CPU.

    Processors without bfloat16 instructions emulate them, several times slower than float32. What
    was measured is kept in the user's cache for this machine and version of torch, so that where
    both are about as fast all processes, and those that carry on their work, choose the same.
    """
    import torch

    if device() == "cuda":
        native = torch.cuda.is_bf16_supported(including_emulation=False)
        return "bfloat16" if native else "float32"
    capability = torch.backends.cpu.get_cpu_capability()
    machine = f"{platform.node()} {platform.machine()} {capability} torch {torch.__version__}"
    return _kept_choice(cache_folder() / "precision.json", machine)


def _kept_choice(file: Path, machine: str) -> Precision:
    """The choice for ``machine`` in ``file``, measured and kept there by the first that asks."""
    from filelock import FileLock

    if choice := _read_choices(file).get(machine):
        return choice
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{file}.lock", timeout=_LOCK_SECONDS):
            kept = _read_choices(file)
            if machine not in kept:
                kept = dict([*kept.items(), (machine, _measured_precision())][-_MOST_KEPT:])
                temporary = file.with_suffix(".part")
                temporary.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
                os.replace(temporary, file)
            return kept[machine]
    except OSError:  # a cache that cannot be written, or a lock that another does not give back
        return _measured_precision()


def _read_choices(file: Path) -> dict[str, Precision]:
    try:
        return TypeAdapter(dict[str, Precision]).validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return {}


def _measured_precision() -> Precision:
    import torch

    return min(("bfloat16", "float32"), key=lambda name: _product_seconds(getattr(torch, name)))


def _product_seconds(dtype: Any) -> float:
    """The least time of a matrix product of the size that a small model's layer has."""
    import torch

    rows = torch.ones(512, 576, dtype=dtype)
    weight = torch.ones(576, 1536, dtype=dtype)
    seconds = []
    for _ in range(_REPEATS):
        started = time.perf_counter()
        torch.mm(rows, weight)
        seconds.append(time.perf_counter() - started)
    return min(seconds)
