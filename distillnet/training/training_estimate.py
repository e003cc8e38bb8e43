"""What an estimate of a training says."""

from datetime import date

from distillnet.records import Record
from distillnet.tools.clock import Machine, Pace, Span
from distillnet.tools.first_table import FirstTable
from distillnet.tools.gpus import Measurement
from distillnet.tools.shapes import Shape


class Times(Record):
    """Seconds of training on ``tokens``; None for a method that is not possible."""

    tokens: int
    lora: Span | None
    qlora: Span | None


class Work(Record):
    """``plain``: the pages themselves are learned; ``viewed``: ``views`` texts of a page's length
    about each. The teacher reads and writes for the latter; ``usd`` goes by ``teachers``.
    """

    pages: int
    plain: Times
    viewed: Times
    input_tokens: int
    output_tokens: int
    usd: tuple[float | None, ...]


class Teacher(Record):
    """``source`` and ``as_of`` of its price; None where none is known."""

    name: str
    source: str | None
    as_of: date | None


class Check(Record):
    """The formula beside a measurement that others published; memory in 10^9 bytes."""

    measured: Measurement
    title: str
    tokens_per_second: Span
    gigabytes: float


class TrainingEstimate(Record):
    """``measured`` tells the day and the model with which the machine's pace was measured here;
    None where it comes from the table of cards.
    """

    model: str
    shape: Shape
    parameters: int
    machine: Machine
    measured: tuple[str, str] | None
    epochs: int
    views: int
    methods: tuple[Pace, ...]
    work: tuple[Work, ...]
    teachers: tuple[Teacher, ...]
    first: FirstTable
    checks: tuple[Check, ...]
