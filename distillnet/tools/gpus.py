"""Graphics cards and what was measured on them: ``gpus.yaml``."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from distillnet.errors import UnknownName
from distillnet.records import Record
from distillnet.tools.plain_yaml import read_plain

_TABLE = Path(__file__).with_name("gpus.yaml")

Method = Literal["lora", "qlora"]
Share = Annotated[float, Field(gt=0, le=1)]


class Gpu(Record):
    """A card of ``memory`` GiB; LoRA training reaches a ``share`` of its dense bf16 ``tflops``."""

    name: str
    title: str
    memory: float = Field(gt=0)
    tflops: float = Field(gt=0)
    share: tuple[Share, Share] = (0.25, 0.35)


class Measurement(Record):
    """A published training on one card of a model of about ``size`` parameters."""

    gpu: str
    size: str
    method: Method
    rank: int = 16
    row_tokens: int = 2_000
    checkpointing: bool = False
    tokens_per_second: float
    gigabytes: float | None = None
    source: str


class _Table(Record):
    gpus: tuple[Gpu, ...]
    measurements: tuple[Measurement, ...]


def gpu_named(name: str) -> Gpu:
    """The card of that name; UnknownName, which suggests the nearest, where there is none."""
    known = {gpu.name: gpu for gpu in load_gpus()}
    if gpu := known.get(name.lower()):
        return gpu
    raise UnknownName("GPU", name, [*known, "here"])


def load_gpus() -> tuple[Gpu, ...]:
    return _load().gpus


def load_measurements() -> tuple[Measurement, ...]:
    return _load().measurements


@cache
def _load() -> _Table:
    return _Table.model_validate(read_plain(_TABLE))
