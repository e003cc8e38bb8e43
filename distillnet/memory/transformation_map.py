"""The transformation map: which angles are covered, which are missing, which repeat."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from distillnet.records import Lens, Scene


def transformation_map(
    lenses: Sequence[Lens], scenes: Iterable[Scene], angles: Mapping[str, int]
) -> dict[str, Any]:
    """The map as plain data: families -> lenses -> state, scenes by role, rejections.

    ``angles`` is the angle that each accepted scene shows, by id. The state of a lens is
    ``covered``, ``repeating`` (its accepted scenes all share their angle with another lens's),
    ``rejected`` (tried in vain) or ``missing`` (never tried).
    """
    scenes = list(scenes)
    clusters = by_angle(angles)
    lens_of = {scene.id: scene.lens for scene in scenes}
    shared = {id for group in clusters if len({lens_of[id] for id in group}) > 1 for id in group}
    families: dict[str, dict[str, Any]] = {}
    for lens in lenses:
        own = [scene for scene in scenes if scene.lens == lens.name]
        accepted = [scene for scene in own if scene.verdict == "accepted"]
        families.setdefault(lens.family, {})[lens.name] = {
            "state": _state(own, accepted, shared),
            "faithfulness": lens.faithfulness,
            "scenes": {scene.id: scene.role for scene in accepted},
            "rejected": {scene.id: scene.verdict for scene in own if scene.verdict != "accepted"},
        }
    return {
        "families": families,
        "missing": [
            name
            for group in families.values()
            for name, entry in group.items()
            if entry["state"] in ("missing", "rejected")
        ],
        "angles": clusters,
    }


def by_angle(angles: Mapping[str, int]) -> list[list[str]]:
    """The scenes of each angle, the angle with most scenes first."""
    groups: dict[int, list[str]] = {}
    for id, angle in angles.items():
        groups.setdefault(angle, []).append(id)
    return sorted(groups.values(), key=len, reverse=True)


def _state(own: list[Scene], accepted: list[Scene], shared: set[str]) -> str:
    if accepted:
        return "repeating" if all(scene.id in shared for scene in accepted) else "covered"
    return "rejected" if own else "missing"
