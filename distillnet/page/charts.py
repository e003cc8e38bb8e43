"""Where the marks of the charts stand; lengths in per cent of the drawing area unless said."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from distillnet.records import Scene

# One outline a colour, about 10 units wide around 0,0: families differ in grey, too.
SHAPES = (
    "M-5 0A5 5 0 1 1 5 0A5 5 0 1 1-5 0Z",
    "M-4.4-4.4H4.4V4.4H-4.4Z",
    "M0-5.8L5.4 4.2H-5.4Z",
    "M0-6.2L6.2 0 0 6.2-6.2 0Z",
    "M-1.8-5.4H1.8V-1.8H5.4V1.8H1.8V5.4H-1.8V1.8H-5.4V-1.8H-1.8Z",
    "M0 5.8L5.4-4.2H-5.4Z",
    "M-2.8-5H2.8L5.6 0 2.8 5H-2.8L-5.6 0Z",
    "M-5.4-2.4H5.4V2.4H-5.4Z",
)


@dataclass(frozen=True)
class Mark:
    scene: Scene
    x: float
    y: float
    repeats: bool


@dataclass(frozen=True)
class Link:
    start: Mark
    end: Mark
    rejected: bool


@dataclass(frozen=True)
class Scatter:
    """Marks and links in a box of ``width`` x ``height`` user units."""

    width: int
    height: int
    marks: tuple[Mark, ...]
    links: tuple[Link, ...]


def scatter(
    points: Iterable[tuple[str, float, float]],
    scenes: Iterable[Scene],
    clusters: Iterable[Sequence[Scene]],
    *,
    width: int = 480,
    height: int = 440,
) -> Scatter:
    """Both axes at one scale, so that distances can be compared; unknown or non-finite left out."""
    by_id = {scene.id: scene for scene in scenes}
    known = [(i, x, y) for i, x, y in points if i in by_id and math.isfinite(x + y)]
    if not known:
        return Scatter(width, height, (), ())
    lows, highs = zip(
        *((min(axis), max(axis)) for axis in list(zip(*known, strict=True))[1:]), strict=True
    )
    margin = 16
    spans = [high - low for low, high in zip(lows, highs, strict=True)]
    scale = min(
        (side - 2 * margin) / span if span else math.inf
        for side, span in zip((width, height), spans, strict=True)
    )
    scale = scale if math.isfinite(scale) else 1.0
    centre = [(low + high) / 2 for low, high in zip(lows, highs, strict=True)]
    clusters = list(clusters)
    shared = {scene.id for cluster in clusters for scene in cluster}
    marks = {
        i: Mark(
            scene=by_id[i],
            x=round(width / 2 + scale * (x - centre[0]), 1),
            y=round(height / 2 - scale * (y - centre[1]), 1),
            repeats=i in shared,
        )
        for i, x, y in known
    }
    links = [
        Link(marks[cluster[0].id], marks[scene.id], rejected=False)
        for cluster in clusters
        for scene in cluster[1:]
        if cluster[0].id in marks and scene.id in marks
    ] + [
        Link(marks[mark.scene.nearest], mark, rejected=True)
        for mark in marks.values()
        if mark.scene.verdict == "repeat" and mark.scene.nearest in marks
    ]
    return Scatter(width, height, tuple(marks.values()), tuple(links))


def ticks(low: float, high: float, *, about: int = 5) -> list[float]:
    """Round numbers (1, 2 or 5 times a power of ten apart) between ``low`` and ``high``."""
    if high <= low:
        return [low]
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough)
    first = math.ceil(low / step)
    return [n * step for n in range(first, math.floor(high / step + 1e-9) + 1)]


@dataclass(frozen=True)
class Curve:
    """A line ``path`` in a 100 x 100 box, with (position, value) ticks along both edges."""

    path: str
    x_ticks: tuple[tuple[float, float], ...]
    y_ticks: tuple[tuple[float, float], ...]
    first: float
    last: float
    tokens: float


def loss_curve(loss: Iterable[Sequence[float]]) -> Curve | None:
    """Loss over tokens from rows of [step, tokens, loss]; None with fewer than two finite rows."""
    rows = [(tokens, value) for _, tokens, value in loss if math.isfinite(tokens + value)]
    if len(rows) < 2:
        return None
    width = max(tokens for tokens, _ in rows) or 1.0
    values = [value for _, value in rows]
    low, high = min(values), max(values)
    pad = 0.08 * (high - low) or 0.5
    low, high = low - pad, high + pad

    def across(tokens: float) -> float:
        return round(100 * tokens / width, 2)

    def down(value: float) -> float:
        return round(100 * (high - value) / (high - low), 2)

    return Curve(
        path="M" + "L".join(f"{across(t)} {down(v)}" for t, v in rows),
        x_ticks=tuple((across(t), t) for t in ticks(0.0, width)),
        y_ticks=tuple((down(v), v) for v in ticks(low, high)),
        first=values[0],
        last=values[-1],
        tokens=width,
    )


@dataclass(frozen=True)
class Exam:
    """Bars, the interval's whisker and the band of what cannot be seen, in per cent of 0..1."""

    base: float
    student: float
    whisker: tuple[float, float]
    band: tuple[float, float]


def exam(evaluation: Mapping[str, Any]) -> Exam:
    """The interval of the difference is laid at the base's accuracy."""
    base, student = (evaluation[who]["accuracy"] for who in ("base", "student"))

    def place(share: float) -> float:
        return round(100 * min(max(share, 0.0), 1.0), 2)

    low, high = evaluation["difference"]["ci95"]
    least = evaluation["smallest_detectable"]
    return Exam(
        base=place(base),
        student=place(student),
        whisker=(place(base + low), place(base + high)),
        band=(place(base - least), place(base + least)),
    )
