"""What 100 more scenes cost when a seed has many: the repeat gates and the angles.

    python benchmarks/growth.py [--scenes 1000 10000 100000]

Made-up scenes: random unit vectors of 512 numbers, 100 words from a vocabulary of 20,000 with
Zipf's frequencies. A size is measured in a process of its own: seconds to take over the old scenes,
then, for 100 new ones, seconds of wall clock and of processor, and how far the memory of the
process grew over all of it. Vectors (205 MB for 100,000) and texts are made before and are in no
figure: both indexes keep the array of vectors that they are given, and no texts.
"""

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from distillnet.tools.angles import Angles
from distillnet.tools.gates import Accepted
from distillnet.tools.text import words

NEW = 100
_WORDS = 100
_VOCABULARY = 20_000
Row = tuple[float, float, float, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    arguments = parser.parse_args()
    print(f"{'':<10}{'scenes':>9}{'taken over s':>14}{'100 new: s':>12}{'CPU s':>8}{'MB':>7}")
    for scenes in arguments.scenes:
        for measure in (gates, angles):
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                before, wall, processor, grown = pool.apply(measure, [scenes])
            print(
                f"{measure.__name__:<10}{scenes:>9}{before:>14.2f}{wall:>12.2f}"
                f"{processor:>8.2f}{grown:>7.0f}",
                flush=True,
            )


def gates(scenes: int) -> Row:
    """Accepts ``scenes``, then compares and accepts 100 more."""
    ids, texts, vectors = made_up(scenes + NEW)
    accepted = Accepted()

    def take_over() -> None:
        accepted.extend(ids[:scenes], texts[:scenes], vectors[:scenes])

    def compare() -> None:
        accepted.look_ahead(vectors[scenes:])
        for id, text, vector in zip(ids[scenes:], texts[scenes:], vectors[scenes:], strict=True):
            accepted.nearest(vector)
            accepted.largest_overlap(words(text))
            accepted.add(id, text, vector)

    return measured(take_over, compare)


def angles(scenes: int) -> Row:
    """Takes over ``scenes`` with an angle for every five, then places 100 more."""
    ids, texts, vectors = made_up(scenes + NEW)
    found = Angles(vectors[0], lambda id: texts[int(id)])

    def take_over() -> None:
        found.restore(ids[:scenes], vectors[:scenes], [k // 5 for k in range(scenes)])

    return measured(take_over, lambda: found.add(ids[scenes:], vectors[scenes:]))


def measured(take_over: Callable[[], object], compare: Callable[[], object]) -> Row:
    memory = _peak()
    start = time.perf_counter()
    take_over()
    middle, processor = time.perf_counter(), time.process_time()
    compare()
    end = time.perf_counter()
    return middle - start, end - middle, time.process_time() - processor, _peak() - memory


def made_up(n: int) -> tuple[list[str], list[str], NDArray[np.float32]]:
    """Ids, texts, unit vectors (n, 512)."""
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((n, 512), dtype=np.float32)
    for rows in np.array_split(vectors, max(1, n // 4096)):  # in parts: no second copy at the peak
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    vocabulary = [f"word{k:05d}" for k in range(_VOCABULARY)]
    texts = [
        " ".join(vocabulary[int(k)] for k in _VOCABULARY ** rng.random(_WORDS)) for _ in range(n)
    ]
    return [str(k) for k in range(n)], texts, vectors


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
