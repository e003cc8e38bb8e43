"""How many processor cores torch may take."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from distillnet.models.weights import require_torch


@contextmanager
def one_core_free() -> Iterator[None]:
    """Within it torch leaves one core free, unless ``OMP_NUM_THREADS`` says how many to take.

    Where torch takes every core, one other busy process makes each operation wait for the thread
    that lost its core: 2 threads on 2 shared cores were measured 2 to 9 times slower than 1. The
    number is fixed rather than measured at run time, because it changes how sums are rounded, and
    with them the trained weights.
    """
    require_torch("a student")
    import torch

    before = torch.get_num_threads()
    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(max(1, min(before, (os.cpu_count() or 2) - 1)))
    try:
        yield
    finally:
        torch.set_num_threads(before)
