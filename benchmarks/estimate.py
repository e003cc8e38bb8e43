"""What the clock predicts for trainings of the embedded model, and what they then really take.

    python benchmarks/estimate.py [--processor-time] [--tokens 4000] [--repeats 1]

The machine is timed as by ``distillnet estimate --measure``. Then data sets of short rows, rows as
long as scenes, and rows as long as half a page are written, the seconds of one epoch predicted
from the numbers of their tokens, and the student is trained on each. The first step, in which
memory is allotted, is left out on both sides; with repeats the medians count. Other busy processes
spoil both numbers: take a quiet minute, or count the processor's seconds instead of the clock's,
which are those of all threads together.
"""

import argparse
import json
import random
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from distillnet.config import Training
from distillnet.models.weights import load_tokenizer, model_folder
from distillnet.tools.clock import operations
from distillnet.tools.known_shapes import EMBEDDED_SHAPE
from distillnet.training.dataset import Dataset, load_dataset
from distillnet.training.loop import OnProgress
from distillnet.training.lora import train_lora
from distillnet.training.timing import (
    ROW_TOKENS,
    Clock,
    Timing,
    nearest,
    time_training,
    timing_of,
)

ROWS = {"short rows": 50, "scenes": 160, "half pages": 600}
TEXT = (
    "the lamp of Orvel burns blue at noon and every sailor knows why but a child who asks is told "
    "that light obeys whoever carried it up the stairs last night"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--processor-time", action="store_true")
    parser.add_argument("--tokens", type=int, default=4_000, help="of each data set, about")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--random-seed", type=int, default=1)
    arguments = parser.parse_args()
    clock = time.process_time if arguments.processor_time else time.perf_counter
    base = model_folder("embedded")
    rng = random.Random(arguments.random_seed)
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ROWS}
    print(f"{'data':<12}{'rows':>6}{'tokens':>8}{'predicted':>11}{'truth':>8}{'error':>8}")
    for _ in range(arguments.repeats):
        start = time.perf_counter()
        timings = tuple(
            timing_of(EMBEDDED_SHAPE, n, time_training(base, n, clock=clock), as_of="")
            for n in ROW_TOKENS
        )
        took = time.perf_counter() - start
        for name, words in ROWS.items():
            with TemporaryDirectory() as folder:
                data = Path(folder, "train.jsonl")
                write_rows(data, words, arguments.tokens, rng)
                settings = Training(epochs=1, replay=0)
                dataset = load_dataset(data, load_tokenizer(base), max_tokens=settings.max_tokens)
                ends: list[tuple[float, int]] = []
                train_lora(
                    data, base, Path(folder, "out"), settings, on_progress=noting(ends, clock)
                )
            (begin, before), (end, tokens) = ends[0], ends[-1]
            truth = end - begin
            predicted = predict(dataset, timings) * (tokens - before) / tokens
            found[name].append((predicted, truth))
            print(
                f"{name:<12}{dataset.rows:>6}{dataset.tokens:>8,}{predicted:>9.1f} s"
                f"{truth:>6.1f} s{predicted / truth - 1:>+8.0%}",
                flush=True,
            )
        rates = ", ".join(f"{t.rate / 1e9:.0f} GFLOP/s at {t.row_tokens}" for t in timings)
        print(f"timed in {took:.0f} s: {rates} tokens a row", flush=True)
    errors = [
        abs(statistics.median(p for p, _ in runs) / statistics.median(t for _, t in runs) - 1)
        for runs in found.values()
    ]
    print(f"largest error of the medians: {max(errors):.0%}; the goal is 20 %")


def noting(ends: list[tuple[float, int]], clock: Clock) -> OnProgress:
    """Adds (time, tokens so far) at the end of each step."""
    return lambda progress: ends.append((clock(), progress.tokens))


def write_rows(path: Path, words: int, tokens: int, rng: random.Random) -> None:
    """Conversations of about ``words`` words each; a word is about 1.1 tokens."""
    known = TEXT.split()
    with path.open("w", encoding="utf-8") as file:
        for number in range(max(2, round(tokens / words / 1.1))):
            text = " ".join(rng.choices(known, k=round(words * rng.uniform(0.8, 1.2))))
            messages = [
                {"role": "user", "content": f"What of the lamp, number {number}?"},
                {"role": "assistant", "content": text},
            ]
            file.write(json.dumps({"messages": messages}) + "\n")


def predict(dataset: Dataset, timings: tuple[Timing, ...]) -> float:
    """Seconds of one epoch."""
    lengths = [len(example.tokens) for example in dataset.examples]
    row_tokens = sum(n * n for n in lengths) / sum(lengths)
    needed = operations(EMBEDDED_SHAPE, sum(lengths), learned=dataset.tokens, row_tokens=row_tokens)
    return needed / nearest(timings, row_tokens).rate


if __name__ == "__main__":
    main()
