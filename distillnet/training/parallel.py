"""One training by several processes, a GPU each, started by ``accelerate launch`` or ``torchrun``.

Each learns its part of every batch; gradients are added up, so that all hold the same student, and
the first writes it. Where one ends early, the launcher ends the others. A single process does
nothing here.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from distillnet.errors import DistillNetError, one_line
from distillnet.training.schedule import Step


def processes() -> int:
    return int(os.environ.get("WORLD_SIZE", "1")) if "RANK" in os.environ else 1


def rank() -> int:
    """This process's number, from 0; 0 is the one that looks, tells and writes."""
    return int(os.environ["RANK"]) if processes() > 1 else 0


def join(device: str) -> None:
    """To be called before a model is loaded: each process takes the GPU of its number."""
    if processes() > 1:
        with _others():
            import_module("accelerate").PartialState(cpu=device == "cpu")


def own_part(step: Step) -> Step:
    """The examples of ``step`` that this process learns."""
    return [own for batch in step if (own := batch[rank() :: processes()])]


def add_up(parameters: Iterable[Any], loss: float) -> float:
    """Adds the gradients of all processes in each of them; returns the sum of their losses."""
    if processes() == 1:
        return loss
    import torch

    total = torch.tensor(loss, dtype=torch.float64)
    with _others():
        for parameter in parameters:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            torch.distributed.all_reduce(parameter.grad)
            total = total.to(parameter.device)
        torch.distributed.all_reduce(total)
    return float(total)


def wait_for_all() -> None:
    if processes() > 1:
        import torch

        with _others():
            torch.distributed.barrier()


@contextmanager
def _others() -> Iterator[None]:
    """Around what takes all processes: torch says that one is gone by a RuntimeError."""
    try:
        yield
    except RuntimeError as error:
        raise DistillNetError(
            f"another process of this training has ended, see above why ({one_line(error)})"
        ) from error
