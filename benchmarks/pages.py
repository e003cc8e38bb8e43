"""One question-answer pair grown to N pages, by a teacher that knows exactly K angles on it.

    python benchmarks/pages.py [--few 20] [--many 5000] [--pages 40] [--words 60] [--lenses 32]
                               [--zipf]

A scripted server answers (``distillnet.testing.KnownAngles``); a page is 2,000 tokens, and the
server counts a word as one. Two runs aim at the same number of pages. With few angles the run
should stop because it has dried up, having seen about as many angles as there are; with many it
should reach its pages. A line a round, all figures but the last three up to its end: accepted
scenes; pages; angles that the run sees, that were truly told, and Good-Turing coverage of those it
sees; new angles in 100 calls of the round; answers rejected as repeats; seconds since the start;
the peak memory of the process, server and earlier run included. Below: why it stopped, the pairwise
F1 of the run's angles against the true ones, and how many accepted scenes repeat an earlier one by
the thresholds of the gates, counted anew by exact comparison of all pairs.
"""

import argparse
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from distillnet import distill
from distillnet.config import Gates
from distillnet.memory.ledger import Ledger
from distillnet.testing import ScriptedServer
from distillnet.testing.known_angles import KnownAngles
from distillnet.tools.richness import good_turing
from distillnet.tools.text import ngrams, words

TOKENS_A_PAGE = 2_000
SEED = (
    '{"question": "What is freedom?",'
    ' "answer": "Freedom is the recognition of necessity, and action that accords with it."}'
)
SUBJECT = "freedom and necessity"
_COLUMNS = ("round", "scenes", "pages", "seen", "told", "G-T", "new/100", "repeats", "s", "MB")
_RUN = 4
_AT_ONCE = 1024


@dataclass(frozen=True)
class Moment:
    """When a round ended, and the peak memory (MB) by then."""

    seconds: float
    memory: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--few", type=int, default=20, help="angles of the first run")
    parser.add_argument("--many", type=int, default=5_000, help="angles of the second run")
    parser.add_argument("--pages", type=float, default=40)
    parser.add_argument("--words", type=int, default=60, help="of an answer, at least")
    parser.add_argument("--lenses", type=int, default=32)
    parser.add_argument("--zipf", action="store_true", help="angle k comes with weight 1 / (k + 1)")
    arguments = parser.parse_args()
    draw: Literal["uniform", "zipf"] = "zipf" if arguments.zipf else "uniform"
    for count in (arguments.few, arguments.many):
        print(f"{count} angles, {draw}, {arguments.pages:g} pages wanted", flush=True)
        model = KnownAngles(count, subject=SUBJECT, words=arguments.words, draw=draw)
        with tempfile.TemporaryDirectory() as folder:
            grow(model, Path(folder, "run"), arguments.pages, arguments.lenses)


def grow(model: KnownAngles, directory: Path, pages: float, lenses: int) -> None:
    """Runs, and prints what came of it."""
    moments: list[Moment] = []
    start = time.monotonic()

    def watch(event: dict[str, Any]) -> None:
        if event.get("stage") == "coverage":
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            moments.append(Moment(time.monotonic() - start, memory))

    with ScriptedServer(model.sample) as server:
        run = distill(
            SEED,
            out=directory,
            model="openai:scripted",
            base_url=server.base_url,
            pages=pages,
            lenses=lenses,
            coverage={"facts": 0},  # the model knows angles only, and tells no given fact
            train=False,
            on_event=watch,
        )
    ledger = Ledger(directory / "ledger.sqlite", read_only=True)
    report(ledger, model, run.coverage, moments)


def report(
    ledger: Ledger, model: KnownAngles, coverage: dict[str, Any], moments: Sequence[Moment]
) -> None:
    scenes = ledger.scenes(accepted=True)
    seen = dict(ledger.select("SELECT id, angle FROM angles"))
    tokens = dict(ledger.select("SELECT cell, json_extract(call, '$.output_tokens') FROM calls"))
    repeats = Counter(s.round for s in ledger.scenes(accepted=False) if s.verdict == "repeat")
    print("".join(f"{name:>9}" for name in _COLUMNS))
    for record, moment in zip(coverage["history"], moments, strict=True):
        so_far = [scene for scene in scenes if scene.round <= record["round"]]
        labels = [seen[scene.id] for scene in so_far]
        row = (
            f"{record['round']}",
            f"{len(so_far)}",
            f"{sum(tokens[scene.id] for scene in so_far) / TOKENS_A_PAGE:.1f}",
            f"{len(set(labels))}",
            f"{len({model.angle_of(scene.text) for scene in so_far})}",
            f"{good_turing(labels):.3f}",
            f"{100 * record['new_angles'] / max(1, record['calls']):.1f}",
            f"{repeats[record['round']]}",
            f"{moment.seconds:.0f}",
            f"{moment.memory:.0f}",
        )
        print("".join(f"{cell:>9}" for cell in row))
    f1 = pairwise_f1([seen[s.id] for s in scenes], [model.angle_of(s.text) for s in scenes])
    vectors = ledger.vectors(accepted=True)
    matrix = np.stack([vectors[scene.id] for scene in scenes])
    print(f"stopped     {coverage['stopped']}: {coverage['reason']}")
    print(f"verdicts    {', '.join(f'{n} {v}' for v, n in coverage['verdicts'].items() if n)}")
    print(f"told        {len(model.told)} angles in all {model.told.total()} answers")
    print(f"F1          {f1:.3f}")
    for name, threshold, found in (
        ("cosine", Gates().repeat_cosine, largest_cosines(matrix)),
        ("wording", Gates().repeat_overlap, largest_overlaps([scene.text for scene in scenes])),
    ):
        print(
            f"{name:<12}{(found > threshold).sum()} of {len(scenes)} scenes above {threshold} "
            f"to an earlier one, largest {found.max():.3f}"
        )
    print(flush=True)


def pairwise_f1(found: Sequence[Hashable], true: Sequence[Hashable]) -> float:
    """F1 of "the two have one label" over all pairs; 1 where no pair has one in either."""

    def pairs(labels: Sequence[Hashable]) -> int:
        return sum(n * (n - 1) // 2 for n in Counter(labels).values())

    called, same = pairs(found), pairs(true)
    both = pairs(list(zip(found, true, strict=True)))
    return 2 * both / (called + same) if called + same else 1.0


def largest_cosines(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n,) the largest cosine of each of n unit vectors (n, d) to an earlier one; 0 for the first.

    Time O(n^2 d).
    """
    largest = np.zeros(len(vectors))
    for start in range(0, len(vectors), _AT_ONCE):
        rows = vectors[start : start + _AT_ONCE]
        cosines = np.tril(rows @ vectors[: start + len(rows)].T, start - 1)
        largest[start : start + len(rows)] = cosines.max(1, initial=0)
    return largest


def largest_overlaps(texts: Sequence[str]) -> NDArray[np.float64]:
    """(n,) the largest share of the 4-word runs of each text that one earlier text has."""
    places: dict[tuple[str, ...], list[int]] = {}
    largest = np.zeros(len(texts))
    for place, text in enumerate(texts):
        runs = ngrams(words(text), _RUN)
        shared = Counter(chain.from_iterable(places.get(run, ()) for run in runs))
        largest[place] = max(shared.values(), default=0) / max(1, len(runs))
        for run in runs:
            places.setdefault(run, []).append(place)
    return largest


if __name__ == "__main__":
    main()
