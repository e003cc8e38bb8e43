"""The shapes of models in use, and a shape for any size between them."""

import math
import os
import re
from itertools import pairwise
from pathlib import Path

from distillnet.errors import UsageError
from distillnet.tools.shapes import Shape, read_shape

_SIZE = re.compile(r"(\d{1,4}(?:\.\d{1,3})?)([MB])", re.IGNORECASE)
_UNITS = {"M": 1e6, "B": 1e9}
_SAME = 0.08


def _llama(like: str, *sizes: int, tied: bool = False) -> Shape:
    names = ("hidden", "layers", "query", "key", "feed_forward", "vocabulary")
    return Shape(like=like, tied=tied, **dict(zip(names, sizes, strict=True)))


# As the config.json of each says; in the order of their sizes.
KNOWN = (
    _llama("SmolLM2 135M", 576, 30, 576, 192, 1_536, 49_152, tied=True),
    _llama("SmolLM2 360M", 960, 32, 960, 320, 2_560, 49_152, tied=True),
    _llama("Llama 3.2 1B", 2_048, 16, 2_048, 512, 8_192, 128_256, tied=True),
    _llama("Llama 3.2 3B", 3_072, 28, 3_072, 1_024, 8_192, 128_256, tied=True),
    _llama("Llama 3.1 8B", 4_096, 32, 4_096, 1_024, 14_336, 128_256),
    _llama("Qwen2.5 14B", 5_120, 48, 5_120, 1_024, 13_824, 152_064),
    _llama("Qwen2.5 32B", 5_120, 64, 5_120, 1_024, 27_648, 152_064),
    _llama("Llama 3.1 70B", 8_192, 80, 8_192, 1_024, 28_672, 128_256),
    _llama("Llama 3.1 405B", 16_384, 126, 16_384, 1_024, 53_248, 128_256),
)
EMBEDDED_SHAPE = KNOWN[0]


def shape_of(model: str) -> Shape:
    """The shape of ``embedded``, of a size such as ``8B`` or ``1.5B``, or of a model's folder.

    Of a folder only config.json is read. Raises UsageError for anything else.
    """
    if model == "embedded":
        return EMBEDDED_SHAPE
    if (size := _SIZE.fullmatch(model.strip())) and float(size[1]):
        return shape_of_size(float(size[1]) * _UNITS[size[2].upper()])
    config = Path(os.path.expanduser(model), "config.json")
    if not config.is_file():
        raise UsageError(
            f"no model {model!r}: give a size such as 8B or 350M, a folder with config.json, "
            "or 'embedded'"
        )
    return read_shape(config)


def shape_of_size(parameters: float) -> Shape:
    """The known shape of about so many parameters (within 8 %), or one between two of them.

    Between two each width, and the depth, is interpolated geometrically in the number of
    parameters.
    """
    for below, above in pairwise(KNOWN):
        for known in (below, above):
            if abs(known.parameters / parameters - 1) <= _SAME:
                return known
        if below.parameters < parameters < above.parameters:
            return _between(below, above, parameters)
    raise UsageError(
        "the table of shapes goes from 135M to 405B: give a size between, or the model's folder"
    )


def _between(below: Shape, above: Shape, parameters: float) -> Shape:
    span = math.log(above.parameters / below.parameters)
    share = math.log(parameters / below.parameters) / span
    sizes = {
        name: round(getattr(below, name) ** (1 - share) * getattr(above, name) ** share)
        for name in ("hidden", "layers", "query", "key", "feed_forward", "vocabulary")
    }
    return Shape(like=f"{below.like} - {above.like}", tied=above.tied, **sizes)
