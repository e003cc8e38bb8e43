"""The transformation map: which angles are covered, which are missing, which repeat."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from distillnet.memory.cell_states import CellStates
from distillnet.records import Lens, Scene


def transformation_map(
    lenses: Sequence[Lens], scenes: Iterable[Scene], angles: Mapping[str, int], cells: CellStates
) -> dict[str, Any]:
    """The map as plain data: families -> lenses -> state, cells, scenes by role, rejections.

    ``angles`` is the angle that each accepted scene shows, by id; ``cells`` are of the same scenes.
    The state of a lens is ``covered``, ``repeating`` (its accepted scenes show only what earlier
    lenses showed), ``rejected`` (tried in vain) or ``missing`` (never tried).
    """
    scenes = list(scenes)
    families: dict[str, dict[str, Any]] = {}
    for lens in lenses:
        own = [scene for scene in scenes if scene.lens == lens.name]
        families.setdefault(lens.family, {})[lens.name] = {
            "state": _state(lens.name, cells, own),
            "faithfulness": lens.faithfulness,
            "cells": cells.states.get(lens.name, {}),
            "scenes": {scene.id: scene.role for scene in own if scene.verdict == "accepted"},
            "rejected": {scene.id: scene.verdict for scene in own if scene.verdict != "accepted"},
        }
    return {
        "cells": cells.counts,
        "families": families,
        "missing": [
            name
            for group in families.values()
            for name, entry in group.items()
            if entry["state"] in ("missing", "rejected")
        ],
        "angles": by_angle(angles),
    }


def by_angle(angles: Mapping[str, int]) -> list[list[str]]:
    """The scenes of each angle, the angle with most scenes first."""
    groups: dict[int, list[str]] = {}
    for id, angle in angles.items():
        groups.setdefault(angle, []).append(id)
    return sorted(groups.values(), key=len, reverse=True)


def _state(lens: str, cells: CellStates, own: Sequence[Scene]) -> str:
    best = cells.of_lens(lens)
    if best in ("unique", "repeating"):
        return "covered" if best == "unique" else "repeating"
    return "rejected" if own else "missing"
