"""Do two texts make the same point about a seed? A calibrated probability for every pair.

The numbers behind it, how they were fitted and what they reach are in ``same_angle.json``.
"""

import base64
import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from distillnet.errors import UsageError
from distillnet.tools.pair_features import Directions, Floats, pair_features
from distillnet.tools.text import words

SHIPPED = Path(__file__).with_name("same_angle.json")
FURTHEST = 4.0  # standard deviations: further out than what was seen, a feature says no more
_SENTENCE, _SCENE = 28, 40  # words: 99 of 100 texts it was fitted to have 27 at most


@dataclass(frozen=True)
class Judge:
    """Fitted numbers: ``directions``, and m small networks over f standardised pair features.

    ``middle`` and ``spread`` (f,) standardise; a network has ``inner`` (f + 1, h) and ``outer``
    (h + 1,), biases last. The mean of their log odds, times ``slope``, plus ``offset``, is the
    calibrated log odds (Platt 1999); between scenes ``scene_shift`` is added, as the networks saw
    sentences only. Pairs at or above ``threshold`` are called the same angle.
    """

    directions: Directions
    middle: Floats
    spread: Floats
    inner: Floats
    outer: Floats
    slope: float
    offset: float
    threshold: float
    scene_shift: float = 0.0

    def probabilities(self, features: Floats, scenes: Floats | float = 0.0) -> Floats:
        """(p,) probabilities of p pairs, given their (p, f) features.

        ``scenes`` (p,) says from 0 to 1 how far each pair is one of scenes, not of sentences.
        """
        x = np.clip((features - self.middle) / self.spread, -FURTHEST, FURTHEST)
        odds = np.zeros(len(x), np.float32)
        for inner, outer in zip(self.inner, self.outer, strict=True):
            odds += np.tanh(x @ inner[:-1] + inner[-1]) @ outer[:-1] + outer[-1]
        calibrated = self.slope * odds / len(self.inner) + self.offset + self.scene_shift * scenes
        return np.asarray(1 / (1 + np.exp(-calibrated)), np.float32)


def same_angle(
    texts: Sequence[str], vectors: Floats, seed_vector: Floats, *, judge: Judge | None = None
) -> Floats:
    """(n, n) symmetric probabilities that two of n texts of one seed make the same point.

    ``vectors`` (n, d) and ``seed_vector`` (d,) are unit embeddings by the packaged encoder
    (``use``, d = 512), which the shipped ``judge`` was fitted to. A probability says how sure the
    judge is: of the pairs of sentences given 0.7, about seven in ten were the same angle to people.
    Between texts of 40 words or more it is a rough guess (see ``scenes`` in the card): one point in
    two images is mostly not recognised. Give all texts of a seed at once: what stands out depends
    on the others, so that a probability changes a little when texts are added. Texts with the same
    words have 1. O(n^2) time and memory: 1,000 texts take about a second. Raises UsageError for
    vectors of another shape.
    """
    judge = judge or load_judge()
    n, width = len(texts), len(judge.directions.mean)
    result = np.eye(n, dtype=np.float32)
    if n < 2:
        return result
    if vectors.shape != (n, width) or seed_vector.shape != (width,):
        raise UsageError(
            f"the judge of angles needs {n} vectors of {width} numbers and one for the seed, "
            f"not {vectors.shape} and {seed_vector.shape}: embed with 'use'"
        )
    i, j = np.triu_indices(n, 1)
    upper = i * n + j
    found = pair_features(texts, vectors, seed_vector, judge.directions)
    columns = np.stack([matrix.ravel().take(upper) for matrix in found.values()])
    spoken = [_spoken(text) for text in texts]
    length = np.asarray([count for count, _ in spoken], np.float32)
    scene = np.clip((length - _SENTENCE) / (_SCENE - _SENTENCE), 0, 1)
    result[i, j] = judge.probabilities(columns.T, np.minimum(scene[i], scene[j]))
    result = np.maximum(result, result.T)
    number = np.unique([wording for _, wording in spoken], return_inverse=True)[1]
    result[number[:, None] == number] = 1
    return result


# A scene is compared again and again while a seed grows.
@functools.lru_cache(2048)
def _spoken(text: str) -> tuple[int, str]:
    """How many words, and these."""
    found = words(text)
    return len(found), " ".join(found)


def read_card(path: Path = SHIPPED) -> dict[str, Any]:
    """How the numbers were made: data, date, features, figures."""
    card: dict[str, Any] = json.loads(path.read_text("utf-8"))["card"]
    return card


@functools.cache
def load_judge(path: Path = SHIPPED) -> Judge:
    """The numbers in ``path``."""
    kept = json.loads(path.read_text("utf-8"))["numbers"]
    numbers = {name: _unpacked(value) for name, value in kept.items()}
    of_space = {field.name: numbers.pop(field.name) for field in fields(Directions)}
    return Judge(Directions(**of_space), **numbers)


def write_judge(judge: Judge, card: Mapping[str, Any], path: Path = SHIPPED) -> None:
    """The opposite of ``load_judge`` and ``read_card``; arrays are kept in half precision."""
    numbers = asdict(judge)
    numbers |= numbers.pop("directions")
    packed = {name: _packed(value) for name, value in numbers.items()}
    text = json.dumps({"card": card, "numbers": packed}, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", "utf-8")


def _packed(value: Floats | float) -> Any:
    if isinstance(value, float):
        return value
    data = base64.b64encode(value.astype("<f2").tobytes()).decode("ascii")
    return {"shape": list(value.shape), "half": data}


def _unpacked(value: Any) -> Any:
    if isinstance(value, float):
        return value
    numbers = np.frombuffer(base64.b64decode(value["half"]), "<f2")
    return numbers.reshape(value["shape"]).astype(np.float32)
