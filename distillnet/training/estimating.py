"""What the training of a student would take: time, memory, and the teacher's tokens and money."""

from collections.abc import Sequence

from distillnet.errors import UsageError
from distillnet.models.teachers import price_of
from distillnet.tools.clock import (
    PAGE_TOKENS,
    PROMPT_TOKENS,
    SLOWER_IN_4_BIT,
    SLOWER_IN_4_BIT_ON_CPU,
    Machine,
    Pace,
    Span,
    machine_of,
    pace,
    seconds,
    speed,
)
from distillnet.tools.first_table import first_table
from distillnet.tools.gpus import Measurement, gpu_named, load_measurements
from distillnet.tools.known_shapes import shape_of
from distillnet.tools.shapes import Shape
from distillnet.tools.training_memory import memory
from distillnet.training.training_estimate import Check, Teacher, Times, TrainingEstimate, Work

REFERENCES = ("openai:gpt-6-luna", "deepseek:deepseek-flash", "openai:gpt-6-sol")
"""Teachers of three price classes, where none is named."""
_HERE = "here"
_LEAST_MEASURED, _MOST_MEASURED = 0.8, 1.2
_MOST_PAGES = 12
_MOST = 10**9
_MOST_TOGETHER = 10**9


def estimate_training(
    *,
    pages: Sequence[int] = (1, 10, 100, 1_000),
    views: int = 100,
    epochs: int = 1,
    params: str | None = None,
    gpu: str | None = None,
    measure: bool = False,
    teachers: Sequence[str] = REFERENCES,
) -> TrainingEstimate:
    """The clock for each number of ``pages`` of 2,000 tokens.

    ``params`` is ``embedded``, a size such as ``8B`` (taken where None is given, but on this
    machine the embedded model), or a model's folder. ``gpu`` names a card of the table (None: RTX
    PRO 6000), or is ``here``, which needs one measurement. ``measure`` makes it, in half a minute.

    Raises UsageError for what is out of range or unknown, or was not measured; MissingExtra where
    ``here`` needs torch.
    """
    _check(pages, views, epochs)
    here = measure or gpu == _HERE
    if measure and gpu not in (None, _HERE):
        raise UsageError(f"this machine is measured, not {gpu!r}: give --measure without --gpu")
    model = params or ("embedded" if here else "8B")
    shape = shape_of(model)
    machine, measured = (
        _this_machine(model, shape, measure)
        if here
        else (machine_of(gpu_named(gpu or "rtx-pro-6000")), None)
    )
    methods = pace(shape, machine, "lora"), pace(shape, machine, "qlora")
    return TrainingEstimate(
        model=model,
        shape=shape,
        parameters=shape.parameters,
        machine=machine,
        measured=measured,
        epochs=epochs,
        views=views,
        methods=methods,
        work=tuple(_work(n, views, epochs, methods, teachers) for n in pages),
        teachers=tuple(_teacher(name) for name in teachers),
        first=first_table(shape, views * epochs),
        checks=tuple(map(_check_of, load_measurements())),
    )


def _check(pages: Sequence[int], views: int, epochs: int) -> None:
    numbers = {"pages": pages, "views": (views,), "epochs": (epochs,)}
    for name, given in numbers.items():
        if not all(1 <= number <= _MOST for number in given):
            raise UsageError(f"give {name} as whole numbers from 1 to a thousand million")
    if max(pages, default=1) * views * epochs > _MOST_TOGETHER:
        raise UsageError("pages x views x epochs is above a thousand million: give fewer")
    if not 1 <= len(pages) <= _MOST_PAGES:
        raise UsageError(f"give from 1 to {_MOST_PAGES} numbers of pages, as in --pages 1,10,100")


def _this_machine(model: str, shape: Shape, measure: bool) -> tuple[Machine, tuple[str, str]]:
    from distillnet.models.weights import require_torch

    require_torch("estimating for this machine")
    from distillnet.training import timing

    timings = (timing.measure if measure else timing.read_timings)(model, shape)
    if not timings:
        raise UsageError(
            "this machine was not measured yet: add --measure, which takes half a minute"
        )
    found = timing.nearest(timings, PAGE_TOKENS)
    machine = Machine(
        title=timing.device_title(),
        memory=timing.device_memory(),
        rate=Span(least=_LEAST_MEASURED * found.rate, most=_MOST_MEASURED * found.rate),
        fastest=None,
        slower_in_4_bit=_slower_in_4_bit(),
    )
    return machine, (found.as_of, found.like)


def _slower_in_4_bit() -> Span | None:
    from distillnet.models.weights import device, has_four_bit

    if not has_four_bit():
        return None
    return SLOWER_IN_4_BIT_ON_CPU if device() == "cpu" else SLOWER_IN_4_BIT


def _work(
    pages: int, views: int, epochs: int, methods: Sequence[Pace], teachers: Sequence[str]
) -> Work:
    calls = pages * views
    read, written = calls * (PAGE_TOKENS + PROMPT_TOKENS), calls * PAGE_TOKENS
    prices = [price_of(name, base_url=None) for name in teachers]
    return Work(
        pages=pages,
        plain=_times(pages * epochs, methods),
        viewed=_times(calls * epochs, methods),
        input_tokens=read,
        output_tokens=written,
        usd=tuple(price.usd(read, written) if price else None for price in prices),
    )


def _times(pages: int, methods: Sequence[Pace]) -> Times:
    tokens = pages * PAGE_TOKENS
    lora, qlora = (
        seconds(tokens, method.tokens_per_second) if method.tokens_per_second else None
        for method in methods
    )
    return Times(tokens=tokens, lora=lora, qlora=qlora)


def _teacher(name: str) -> Teacher:
    if (price := price_of(name, base_url=None)) is None:
        return Teacher(name=name, source=None, as_of=None)
    return Teacher(name=name, source=price.source, as_of=price.as_of)


def _check_of(measured: Measurement) -> Check:
    shape, gpu = shape_of(measured.size), gpu_named(measured.gpu)
    method, row_tokens, checkpointing = (
        measured.method,
        measured.row_tokens,
        measured.checkpointing,
    )
    needed = memory(
        shape, method, rank=measured.rank, row_tokens=row_tokens, checkpointing=checkpointing
    )
    return Check(
        measured=measured,
        title=gpu.title,
        tokens_per_second=speed(
            shape, machine_of(gpu), method, row_tokens=row_tokens, checkpointing=checkpointing
        ),
        gigabytes=needed.total * 2**30 / 1e9,
    )
