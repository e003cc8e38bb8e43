"""How fast LoRA training goes on this machine: a real training, begun and timed step by step."""

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from distillnet.config import Training
from distillnet.models.speeds import TrainingSpeed, note_training_speed, read_training_speed
from distillnet.models.weights import device, load_tokenizer, require_torch
from distillnet.records import Record
from distillnet.tools.clock import operations
from distillnet.tools.shapes import Shape
from distillnet.training.loop import OnProgress, Progress
from distillnet.training.lora import train_lora
from distillnet.training.stand_in import trainable, trained_shape

ROW_TOKENS = (256, 1_024)
"""On both sides of the length from which on training uses another attention kernel."""
Clock = Callable[[], float]
_GIB = 2**30
_SECONDS = 4.0
_TIMED_STEPS = 3
_BATCH_TOKENS = 512
_TEXT = "The lamp of Orvel burns blue at noon and red at night, as every sailor knows. "


class Timing(Record):
    """``rate``: operations a second in rows of ``row_tokens``, measured with a model ``like``."""

    like: str
    row_tokens: int
    rate: float
    as_of: str


class _Enough(Exception):
    """Ends a training that was only to be timed."""


def measure(model: str, shape: Shape, *, seconds: float = _SECONDS) -> tuple[Timing, ...]:
    """Times training with rows of each of ``ROW_TOKENS``, about ``seconds`` each, and notes it.

    Trained is the model itself where its weights are here, else one that stands in for it (see
    ``trained_shape``). Raises MissingExtra without torch.
    """
    require_torch("measuring the speed of training")
    with trainable(model, shape) as (base, trained):
        for row_tokens in ROW_TOKENS:
            speed = TrainingSpeed(
                student=_key(trained, row_tokens),
                as_of=date.today().isoformat(),
                tokens_per_second=time_training(base, row_tokens, seconds=seconds),
                tokens_per_scene=row_tokens,
                seconds_per_item=None,
            )
            note_training_speed(speed)
    return read_timings(model, shape)


def read_timings(model: str, shape: Shape) -> tuple[Timing, ...]:
    """What ``measure`` noted on this machine; empty where it has not been called."""
    trained = trained_shape(model, shape)
    noted = [(n, read_training_speed(_key(trained, n))) for n in ROW_TOKENS]
    return tuple(
        timing_of(trained, n, speed.tokens_per_second, as_of=speed.as_of)
        for n, speed in noted
        if speed
    )


def timing_of(shape: Shape, row_tokens: int, tokens_per_second: float, *, as_of: str) -> Timing:
    """The rate of operations that this speed of a model of ``shape`` means."""
    rate = tokens_per_second * operations(shape, 1, learned=1, row_tokens=row_tokens)
    return Timing(like=shape.like, row_tokens=row_tokens, rate=rate, as_of=as_of)


def nearest(timings: tuple[Timing, ...], row_tokens: float) -> Timing:
    """The one whose rows are nearest in length, by their ratio."""
    return min(timings, key=lambda t: max(t.row_tokens / row_tokens, row_tokens / t.row_tokens))


def device_title() -> str:
    """The graphics card's name, or ``CPU``."""
    import torch

    return torch.cuda.get_device_name() if device() == "cuda" else "CPU"


def device_memory() -> float:
    """GiB of the graphics card, or of this machine."""
    import torch

    if device() == "cuda":
        return torch.cuda.get_device_properties(0).total_memory / _GIB
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB


def time_training(
    base: Path, row_tokens: int, *, seconds: float = _SECONDS, clock: Clock = time.perf_counter
) -> float:
    """Tokens a second of training ``base`` on rows of so many tokens, the first step left out."""
    tokenizer = load_tokenizer(base)
    words = tokenizer(_TEXT * (row_tokens // 8), add_special_tokens=False)["input_ids"]
    row = json.dumps({"text": tokenizer.decode(words[: row_tokens - 1])})
    settings = Training(epochs=1, replay=0, max_tokens=row_tokens + 16, batch_tokens=_BATCH_TOKENS)
    rows = (_TIMED_STEPS + 2) * max(1, settings.batch_tokens // row_tokens)
    ends: list[tuple[float, int]] = []
    with TemporaryDirectory() as folder:
        data = Path(folder, "train.jsonl")
        data.write_text(f"{row}\n" * rows, encoding="utf-8")
        with suppress(_Enough):
            train_lora(
                data, base, Path(folder, "out"), settings, on_progress=_stop(ends, seconds, clock)
            )
    return median(
        (tokens - before) / (end - begin) for (begin, before), (end, tokens) in pairwise(ends)
    )


def _stop(ends: list[tuple[float, int]], seconds: float, clock: Clock) -> OnProgress:
    """Notes (time, tokens so far) at the end of each step until there are enough of them."""

    def on_progress(progress: Progress) -> None:
        ends.append((clock(), progress.tokens))
        timed = len(ends) - 1
        if timed >= _TIMED_STEPS or (timed and ends[-1][0] - ends[0][0] > seconds):
            raise _Enough

    return on_progress


def _key(shape: Shape, row_tokens: int) -> str:
    return f"clock: {device_title()}, {shape.like} ({shape.parameters}), rows of {row_tokens}"
