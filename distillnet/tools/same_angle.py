"""Do two texts make the same point about a seed? A calibrated probability for every pair.

The numbers behind it, how they were fitted and what they reach are in ``same_angle.json``.
"""

import base64
import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from distillnet.tools.pair_features import Directions, Floats, pair_features
from distillnet.tools.text import words

SHIPPED = Path(__file__).with_name("same_angle.json")
_FURTHEST = 4.0  # standard deviations: beyond what was seen, a feature says no more
_MOST_SURE = 0.999


@dataclass(frozen=True)
class Judge:
    """Fitted numbers: ``directions``, and networks over the standardised pair features.

    ``middle`` and ``spread`` (f,) standardise; each of the m networks has ``inner`` (m, f + 1, h)
    and ``outer`` (m, h + 1), biases last. The mean of their log odds, times ``slope``, plus
    ``offset``, is the calibrated log odds (Platt 1999).
    """

    directions: Directions
    middle: Floats
    spread: Floats
    inner: Floats
    outer: Floats
    slope: float
    offset: float

    def log_odds(self, features: Floats) -> Floats:
        """(p,) log odds of p pairs given their (p, f) features."""
        x = np.clip((features - self.middle) / self.spread, -_FURTHEST, _FURTHEST)
        total = np.zeros(len(x), np.float32)
        for inner, outer in zip(self.inner, self.outer, strict=True):
            total += np.tanh(x @ inner[:-1] + inner[-1]) @ outer[:-1] + outer[-1]
        return np.asarray(self.slope * total / len(self.inner) + self.offset, np.float32)
