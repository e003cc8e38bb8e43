"""The transformation map: which angles are covered, which are missing, which repeat."""

from collections.abc import Iterable, Sequence
from typing import Any

from distillnet.records import Lens, Scene


def transformation_map(
    lenses: Sequence[Lens], scenes: Iterable[Scene], clusters: Sequence[Sequence[str]]
) -> dict[str, Any]:
    """The map as plain data: families -> lenses -> state, scenes by role, rejections.

    The state of a lens is ``covered``, ``repeating`` (its accepted scenes all share their angle
    with another lens's), ``rejected`` (tried in vain) or ``missing`` (never tried).
    """
    scenes = list(scenes)
    by_id = {scene.id: scene for scene in scenes}
    shared = {
        id
        for group in clusters
        if len({by_id[id].lens for id in group if id in by_id}) > 1
        for id in group
    }
    families: dict[str, dict[str, Any]] = {}
    for lens in lenses:
        own = [scene for scene in scenes if scene.lens == lens.name]
        accepted = [scene for scene in own if scene.verdict == "accepted"]
        families.setdefault(lens.family, {})[lens.name] = {
            "state": _state(own, accepted, shared),
            "faithfulness": lens.faithfulness,
            "scenes": {scene.id: scene.role for scene in accepted},
            "rejected": {scene.id: scene.verdict for scene in own if scene not in accepted},
        }
    return {
        "families": families,
        "missing": [
            name
            for group in families.values()
            for name, entry in group.items()
            if entry["state"] in ("missing", "rejected")
        ],
        "angles": [list(group) for group in clusters],
    }


def _state(own: list[Scene], accepted: list[Scene], shared: set[str]) -> str:
    if accepted:
        return "repeating" if all(scene.id in shared for scene in accepted) else "covered"
    return "rejected" if own else "missing"
