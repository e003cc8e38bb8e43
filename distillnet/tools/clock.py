"""The clock: how long LoRA training takes, from the model's shape and the machine's peak.

A token costs 2 operations a weight forward and 2 backward, through the frozen weights to the
activations; weights that are frozen need no gradients of their own (of full training's 6 operations
2 fall away), those of the adapter are too few to count. Causal attention over rows of L tokens
adds 6 L operations for each of the queries' widths and layers: 2 forward, 4 backward. Gradient
checkpointing repeats the forward part. Training reaches a share of the machine's peak.
"""

from collections.abc import Sequence

from distillnet.records import Record
from distillnet.tools.gpus import Gpu, Method
from distillnet.tools.shapes import Shape
from distillnet.tools.training_memory import Memory, memory

PAGE_TOKENS = 2_000
PROMPT_TOKENS = 130
"""What a prompt holds besides its page, on average over the built-in lenses, in English."""
FASTEST = 20_000.0
"""Tokens a second: small models wait for the launch of their many small kernels."""


class Span(Record):
    least: float
    most: float


SLOWER_IN_4_BIT = Span(least=1.2, most=1.4)
"""Every pass unpacks 4-bit weights first; 1.35 was measured on an A100 (see ``gpus.yaml``)."""
SLOWER_IN_4_BIT_ON_CPU = Span(least=1.0, most=1.2)
"""Arithmetic takes more time there: 1.0 and 1.17 measured in rows of 1,024 and 256 tokens."""


class Machine(Record):
    """``memory`` in GiB; ``rate``: operations a second that LoRA training reaches here.

    ``fastest`` caps the tokens a second; None where the rate was measured with the model itself.
    ``slower_in_4_bit``: than in 16 bits; None where weights of 4 bits cannot be used.
    """

    title: str
    memory: float
    rate: Span
    fastest: float | None
    slower_in_4_bit: Span | None


class Pace(Record):
    """How one method goes on one machine; without ``tokens_per_second`` where it cannot.

    ``checkpointing`` is used only where it does not fit without.
    """

    method: Method
    memory: Memory
    fits: bool
    checkpointing: bool
    tokens_per_second: Span | None


def machine_of(gpu: Gpu) -> Machine:
    least, most = (share * gpu.tflops * 1e12 for share in gpu.share)
    rate = Span(least=least, most=most)
    return Machine(
        title=gpu.title,
        memory=gpu.memory,
        rate=rate,
        fastest=FASTEST,
        slower_in_4_bit=SLOWER_IN_4_BIT,
    )


def operations(
    shape: Shape, tokens: float, *, learned: float, row_tokens: float, checkpointing: bool = False
) -> float:
    """Floating point operations of LoRA training on ``tokens``, in rows of ``row_tokens``.

    The output layer sees only those that are ``learned``; the input embedding is looked up.
    """
    forward = 2 * (shape.body * tokens + shape.head * learned)
    attention = 2 * row_tokens * shape.query * shape.layers * tokens
    passes = 3 if checkpointing else 2
    # Attention has no weights: backward it costs twice what it does forward, for both factors.
    return passes * forward + (passes + 1) * attention


def pace(shape: Shape, machine: Machine, method: Method, *, row_tokens: int = PAGE_TOKENS) -> Pace:
    """Memory and speed of one method, with gradient checkpointing only where it must be."""
    for checkpointing in (False, True):
        needed = memory(shape, method, row_tokens=row_tokens, checkpointing=checkpointing)
        if fits := needed.total <= machine.memory:
            break
    possible = fits and (method == "lora" or machine.slower_in_4_bit is not None)
    return Pace(
        method=method,
        memory=needed,
        fits=fits,
        checkpointing=checkpointing,
        tokens_per_second=speed(
            shape, machine, method, row_tokens=row_tokens, checkpointing=checkpointing
        )
        if possible
        else None,
    )


def speed(
    shape: Shape,
    machine: Machine,
    method: Method,
    *,
    row_tokens: int = PAGE_TOKENS,
    checkpointing: bool = False,
) -> Span:
    """Tokens a second, whether or not it fits."""
    of_a_token = operations(shape, 1, learned=1, row_tokens=row_tokens, checkpointing=checkpointing)
    least, most = machine.rate.least / of_a_token, machine.rate.most / of_a_token
    if method == "qlora" and machine.slower_in_4_bit:
        least, most = least / machine.slower_in_4_bit.most, most / machine.slower_in_4_bit.least
    least, most = (min(rate, machine.fastest or rate) for rate in (least, most))
    return Span(least=least, most=most)


def seconds(tokens: float, tokens_per_second: Span) -> Span:
    return Span(least=tokens / tokens_per_second.most, most=tokens / tokens_per_second.least)


def common(spans: Sequence[Span]) -> Span | None:
    """What lies in all of them; None where nothing does."""
    least, most = max(s.least for s in spans), min(s.most for s in spans)
    return Span(least=least, most=most) if least <= most else None
