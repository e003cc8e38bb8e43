"""How each round moved the cloud of accepted scenes away from the seed, and who moved it."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from distillnet.memory.embed import Vectors
from distillnet.records import Language, Scene

_CARRIERS = 5
_QUOTE = 300


@dataclass(frozen=True)
class Drift:
    """The cloud of all accepted scenes after a round.

    Distances are 1 - cosine: ``from_seed`` of the cloud's centre to the seed, ``moved`` to its
    centre after the round before (None for the first), ``spread`` the mean of the scenes to the
    centre. ``carriers`` are (lens, share): how much of the centre's movement, along its own
    direction, the lens's new scenes account for; shares sum to 1, and those that pulled back are
    negative. ``nearest`` and ``farthest`` are the round's scenes by their distance to the seed.
    ``depths`` are (depth, scenes so far, their mean distance to the seed), 0 being scenes of the
    seed itself.
    """

    round: int
    new: int
    scenes: int
    from_seed: float
    moved: float | None
    spread: float
    carriers: tuple[tuple[str, float], ...]
    nearest: tuple[Scene, float]
    farthest: tuple[Scene, float]
    depths: tuple[tuple[int, int, float], ...]


def measure_drift(
    scenes: Sequence[Scene], vectors: dict[str, Vectors], seed: Vectors
) -> list[Drift]:
    """A record for each round that brought accepted scenes; ``seed`` is a unit vector (d,)."""
    log: list[Drift] = []
    before: Vectors | None = None
    for round in sorted({scene.round for scene in scenes}):
        new = [scene for scene in scenes if scene.round == round]
        so_far = [scene for scene in scenes if scene.round <= round]
        cloud = np.stack([vectors[scene.id] for scene in so_far])
        own = np.stack([vectors[scene.id] for scene in new])
        centre = _unit(cloud.mean(axis=0))
        start = seed if before is None else before
        distances = 1 - own @ seed
        order = np.argsort(distances, kind="stable")
        log.append(
            Drift(
                round=round,
                new=len(new),
                scenes=len(cloud),
                from_seed=float(1 - centre @ seed),
                moved=None if before is None else float(1 - centre @ before),
                spread=float(1 - (cloud @ centre).mean()),
                carriers=_carriers([scene.lens for scene in new], own, start, centre),
                nearest=(new[order[0]], float(distances[order[0]])),
                farthest=(new[order[-1]], float(distances[order[-1]])),
                depths=tuple(_depths([scene.depth for scene in so_far], 1 - cloud @ seed)),
            )
        )
        before = centre
    return log


def drift_log(log: Sequence[Drift], language: Language) -> str:
    """drift_log.md."""
    w = _WORDS[language]
    lines = [f"# {w['title']}", "", w["legend"], ""]
    if not log:
        lines += [w["none"], ""]
    for entry in log:
        moved = "–" if entry.moved is None else f"{entry.moved:.3f}"
        carriers = ", ".join(f"{lens} {share:+.0%}" for lens, share in entry.carriers)
        lines += [
            f"## {w['round']} {entry.round}",
            "",
            f"| {w['new']} | {w['scenes']} | {w['from_seed']} | {w['moved']} | {w['spread']} |",
            "|---|---|---|---|---|",
            f"| {entry.new} | {entry.scenes} | {entry.from_seed:.3f} | {moved} "
            f"| {entry.spread:.3f} |",
            "",
            f"{w['carriers']}: {carriers}",
            "",
        ]
        if len(entry.depths) > 1:
            lines += [
                f"| {w['depth']} | {w['scenes']} | {w['distance']} |",
                "|---|---|---|",
                *(f"| {depth} | {count} | {mean:.3f} |" for depth, count, mean in entry.depths),
                "",
            ]
        for name, (scene, distance) in (("nearest", entry.nearest), ("farthest", entry.farthest)):
            lines += [
                f"{w[name]} ({distance:.3f}): `{scene.id}`, {scene.lens}, {scene.role}",
                "",
                f"> {_quoted(scene.text)}",
                "",
            ]
    return "\n".join(lines)


def _depths(depths: Sequence[int], distances: Vectors) -> Iterator[tuple[int, int, float]]:
    of = np.array(depths)
    for depth in np.unique(of):
        at = distances[of == depth]
        yield int(depth), len(at), float(at.mean())


def _carriers(
    lenses: Sequence[str], vectors: Vectors, start: Vectors, centre: Vectors
) -> tuple[tuple[str, float], ...]:
    along = (vectors - start) @ (centre - start)
    total = float(along.sum())
    if abs(total) < 1e-9:
        return ()
    shares: dict[str, float] = {}
    for lens, part in zip(lenses, along, strict=True):
        shares[lens] = shares.get(lens, 0.0) + float(part) / total
    ordered = sorted(shares.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(ordered[:_CARRIERS])


def _unit(vector: Vectors) -> Vectors:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), np.float32)


def _quoted(text: str) -> str:
    """On one line, and without what Markdown or HTML would make something of."""
    line = " ".join(text.split())
    line = line if len(line) <= _QUOTE else f"{line[: _QUOTE - 1]}…"
    shown = html.escape(line, quote=False)
    return "".join(f"\\{c}" if c in "\\`*_[]#!|" else c for c in shown)


_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "How the cloud drifted",
        "legend": "Distances are 1 - cosine, between the centre of all accepted scenes so far, "
        "the seed, and the centre a round before. A share says how much of the centre's movement "
        "a lens's new scenes account for. Scenes of depth 0 look at the seed, deeper ones at a "
        "scene one less deep; their distance to the seed is the mean so far.",
        "none": "No scene was accepted.",
        "round": "Round",
        "new": "new scenes",
        "scenes": "scenes",
        "from_seed": "from the seed",
        "moved": "moved",
        "spread": "spread",
        "carriers": "Carried by",
        "depth": "depth",
        "distance": "mean distance from the seed",
        "nearest": "Nearest to the seed",
        "farthest": "Farthest from the seed",
    },
    "ru": {
        "title": "Как смещалось облако",
        "legend": "Расстояния — 1 минус косинус: между центром всех принятых к этому раунду сцен, "
        "зерном и центром раундом раньше. Доля говорит, какую часть смещения центра дали новые "
        "сцены линзы. Сцены глубины 0 смотрят на зерно, более глубокие — на сцену глубиной на "
        "единицу меньше; их расстояние до зерна — среднее на этот раунд.",
        "none": "Ни одна сцена не принята.",
        "round": "Раунд",
        "new": "новых сцен",
        "scenes": "сцен",
        "from_seed": "от зерна",
        "moved": "сдвиг",
        "spread": "разброс",
        "carriers": "Сдвинули",
        "depth": "глубина",
        "distance": "среднее расстояние от зерна",
        "nearest": "Ближе всего к зерну",
        "farthest": "Дальше всего от зерна",
    },
}
