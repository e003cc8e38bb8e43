"""How many threads torch should take for decoding: measured, because the answer depends on now.

On a quiet machine all cores are best. Where another process is busy, an operation on all cores
waits for the thread that lost its core: 2 threads on 2 shared cores were measured up to 9 times
slower than 1.
"""

import os
import time
from collections.abc import Callable


def take_fastest_threads(work: Callable[[], object]) -> int:
    """Sets torch's thread count, for the calling thread, to the one at which ``work`` runs fastest.

    ``OMP_NUM_THREADS`` in the environment is respected. Returns the count.
    """
    import torch

    cores = os.cpu_count() or 1
    if "OMP_NUM_THREADS" in os.environ or cores == 1:
        return torch.get_num_threads()
    seconds: dict[int, float] = {}
    for threads in sorted({cores, cores - 1, max(1, cores // 2)}):
        torch.set_num_threads(threads)
        work()
        start = time.perf_counter()
        for _ in range(3):
            work()
        seconds[threads] = time.perf_counter() - start
    best = min(seconds, key=lambda threads: seconds[threads])
    torch.set_num_threads(best)
    return best
