"""What each optimizer step learns, decided before the first one."""

import random
from collections.abc import Sequence
from typing import NamedTuple

from distillnet.config import Training
from distillnet.errors import UsageError
from distillnet.training.dataset import Dataset, Example
from distillnet.training.rows import Packing, packing_here

_BUCKET = 16
"""Rows whose lengths fall into the same stretch of this many tokens are shuffled together."""
_STEP_TOKENS = 512
_FEWEST_STEPS = 30
Batch = list[Example]
"""Examples that go through the model together."""
Step = list[Batch]
"""Batches whose gradients are added up: one optimizer step."""
_Placed = tuple[float, Example]
"""An example, and which share of all that its stream teaches comes before it."""


class Schedule(NamedTuple):
    """``replayed`` of the tokens learned in all ``steps`` are of the general text.

    The batches are made to be padded. Where ``packing`` is not "off" and the model can (see
    ``rows.packs``), those of a step are packed into rows of ``row_tokens`` instead: what a step
    teaches is the same on every machine.
    """

    steps: list[Step]
    replayed: int
    packing: Packing = "off"
    row_tokens: int = 0

    @property
    def batches(self) -> list[Batch]:
        return [batch for step in self.steps for batch in step]

    @property
    def longest(self) -> int:
        """Tokens of the longest row."""
        return max(width for _, width in self.shapes(packed=self.packing != "off"))

    @property
    def padding_share(self) -> float:
        """Share of padding in all that goes through the model, unless it is packed."""
        whole = sum(rows * width for rows, width in self.shapes(packed=False))
        return 1 - sum(_length(example) for batch in self.batches for example in batch) / whole

    def shapes(self, *, packed: bool) -> list[tuple[int, int]]:
        """(rows, tokens of each) of every batch, as it goes through the model."""
        if not packed:
            return [(len(batch), max(map(_length, batch))) for batch in self.batches]
        steps = [repacked(step, self.row_tokens) for step in self.steps]
        return [(1, sum(map(_length, batch))) for step in steps for batch in step]


def steps_for(tokens: int, steps: int | None) -> int:
    """``steps``, or one for about 512 of the ``tokens``, which are to be learned exactly.

    Raises UsageError for more steps than tokens.
    """
    steps = steps or min(tokens, max(_FEWEST_STEPS, tokens // _STEP_TOKENS))
    if steps > tokens:
        raise UsageError(f"{steps:,} steps cannot share {tokens:,} tokens: give fewer steps")
    return steps


def schedule(dataset: Dataset, settings: Training, replay: Sequence[Example] = ()) -> Schedule:
    """All steps of a training; the same arguments give the same ones.

    By ``epochs``, every row is learned once in each. By ``tokens``, exactly so many are learned,
    in exactly ``steps`` steps if they are given too, else in as many as ``batch_tokens`` makes.
    Of all tokens learned, the share ``settings.replay`` comes from ``replay``, evenly over time.
    """
    if settings.tokens is None:
        return _by_epochs(dataset, settings, replay)
    again = int(settings.tokens * settings.replay) if replay else 0
    steps = settings.steps
    if steps is None:
        per_epoch = len(_epoch(dataset.examples, settings, 0))
        steps = min(settings.tokens, -(-settings.tokens * per_epoch // dataset.tokens))
    # No piece is longer than the tokens of a step: then each stretch of tokens / steps learned
    # tokens has a piece that begins in it, so that no step is empty.
    most, seed = settings.tokens // steps, settings.random_seed
    pieces = [
        *_take(dataset.examples, settings.tokens - again, most, f"{seed}"),
        *_take(replay, again, most, f"{seed}/replay"),
    ]
    shares: list[list[Example]] = [[] for _ in range(steps)]
    done = 0
    for _, example in sorted(pieces, key=_place):
        shares[done * steps // settings.tokens].append(example)
        done += learned(example)
    return _planned([_step(share, settings) for share in shares], again, settings)


def repacked(step: Step, row_tokens: int) -> Step:
    """The examples of ``step`` in batches of at most ``row_tokens`` tokens, a longer one alone."""
    result: Step = []
    room = 0
    for example in (example for batch in step for example in batch):
        room -= _length(example)
        if room < 0:
            result.append([])
            room = row_tokens - _length(example)
        result[-1].append(example)
    return result


def learned(example: Example) -> int:
    """How many of its tokens are learned."""
    return len(example.tokens) - example.start


def _by_epochs(dataset: Dataset, settings: Training, replay: Sequence[Example]) -> Schedule:
    steps = [
        [batch]
        for epoch in range(settings.epochs)
        for batch in _epoch(dataset.examples, settings, epoch)
    ]
    taught = settings.epochs * dataset.tokens
    again = round(taught * settings.replay / (1 - settings.replay)) if replay else 0
    most = -(-taught // len(steps))
    added: dict[int, Batch] = {}
    for place, example in _take(replay, again, most, f"{settings.random_seed}/replay"):
        added.setdefault(int(place * len(steps)), []).append(example)
    for number, examples in added.items():
        steps[number] = _step([*steps[number][0], *examples], settings)
    return _planned(steps, again, settings)


def _planned(steps: list[Step], replayed: int, settings: Training) -> Schedule:
    return Schedule(steps, replayed, packing_here(settings), settings.batch_tokens)


def _step(examples: Sequence[Example], settings: Training) -> Step:
    return _batches(sorted(examples, key=_length), settings.batch_tokens)


def _epoch(examples: Sequence[Example], settings: Training, epoch: int) -> list[Batch]:
    """Each example once, in batches of like length, in an order of this epoch's own."""
    rng = random.Random(f"{settings.random_seed}/{epoch}")
    order = list(examples)
    rng.shuffle(order)
    order.sort(key=lambda example: _length(example) // _BUCKET)
    batches = _batches(order, settings.batch_tokens)
    rng.shuffle(batches)
    return batches


def _batches(examples: Sequence[Example], batch_tokens: int) -> list[Batch]:
    """``examples`` in their order, in batches that, padded, have at most ``batch_tokens`` tokens.

    An example longer than that is a batch of its own.
    """
    result: list[Batch] = []
    width = 0
    for example in examples:
        width = max(width, _length(example))
        if not result or width * (len(result[-1]) + 1) > batch_tokens:
            result.append([])
            width = _length(example)
        result[-1].append(example)
    return result


def _take(examples: Sequence[Example], tokens: int, most: int, random_seed: str) -> list[_Placed]:
    """Examples read again and again, shuffled anew each time, until ``tokens`` are learned.

    Of no piece more than ``most`` tokens are learned; the last one is cut to what is left.
    """
    rng = random.Random(random_seed)
    order = list(examples)
    taken: list[_Placed] = []
    done = 0
    while done < tokens:
        rng.shuffle(order)
        for example in order:
            for begin in range(example.start, _length(example), most):
                end = min(begin + most, begin + tokens - done, _length(example))
                if begin < end:
                    taken.append((done / tokens, Example(example.tokens[:end], begin)))
                    done += end - begin
    return taken


def _place(placed: _Placed) -> float:
    return placed[0]


def _length(example: Example) -> int:
    return len(example.tokens)
