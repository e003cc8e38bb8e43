from typing import Any

from distillnet.memory.cell_states import cell_states
from distillnet.memory.transformation_map import transformation_map
from distillnet.records import Scene
from distillnet.tools.lenses import load_lenses
from tests.memory.conftest import MakeScene

LENSES = [load_lenses()[name] for name in ("irony", "metaphor", "syllogism", "koan", "umwelt")]


def scenes(make: MakeScene) -> list[Scene]:
    return [
        make("a", lens="irony"),
        make("b", lens="irony", role="dog", verdict="echo"),
        make("c", lens="metaphor"),
        make("d", lens="syllogism"),
        make("e", lens="syllogism"),
        make("f", lens="koan", verdict="refusal"),
    ]


def drawn_of(scenes: list[Scene], angles: dict[str, int]) -> dict[str, Any]:
    verdicts = {scene.id: scene.verdict for scene in scenes}
    names = [lens.name for lens in LENSES]
    states = cell_states(names, ("child", "dog"), ("letter", "essay"), scenes, verdicts, angles)
    return transformation_map(LENSES, scenes, angles, states)


def test_the_state_of_each_lens(scene: MakeScene) -> None:
    drawn = drawn_of(scenes(scene), {"a": 0, "c": 1, "d": 1, "e": 2})
    states = {
        name: entry["state"]
        for group in drawn["families"].values()
        for name, entry in group.items()
    }
    assert states == {
        "irony": "covered",
        "metaphor": "covered",  # what syllogism says, too, but said first
        "syllogism": "covered",  # of its two, one stands alone
        "koan": "rejected",
        "umwelt": "missing",
    }
    assert drawn["missing"] == ["koan", "umwelt"]
    assert drawn["angles"] == [["c", "d"], ["a"], ["e"]]


def test_families_stand_in_the_order_of_the_lenses(scene: MakeScene) -> None:
    drawn = drawn_of(scenes(scene), {})
    assert list(drawn["families"]) == ["rhetorical", "logical", "cultural", "ontological"]
    assert list(drawn["families"]["rhetorical"]) == ["irony", "metaphor"]


def test_a_lens_shows_who_spoke_and_what_was_rejected(scene: MakeScene) -> None:
    irony = drawn_of(scenes(scene), {"a": 0})["families"]["rhetorical"]["irony"]
    assert irony == {
        "state": "covered",
        "faithfulness": "fictional",
        "cells": {"child": {"letter": "unique"}, "dog": {"letter": "planned"}},
        "scenes": {"a": "child"},
        "rejected": {"b": "echo"},
    }


def test_two_scenes_of_one_lens_in_an_angle_do_not_repeat_another_lens(scene: MakeScene) -> None:
    drawn = drawn_of(scenes(scene), {"d": 0, "e": 0})
    assert drawn["families"]["logical"]["syllogism"]["state"] == "covered"


def test_a_lens_that_shows_only_what_an_earlier_one_showed_repeats(scene: MakeScene) -> None:
    drawn = drawn_of(scenes(scene), {"a": 0, "c": 0, "d": 0, "e": 0})
    families = drawn["families"]
    assert families["rhetorical"]["irony"]["state"] == "covered"
    assert families["rhetorical"]["metaphor"]["state"] == "repeating"
    assert families["logical"]["syllogism"]["cells"] == {"child": {"letter": "repeating"}}
    # 5 lenses x 2 roles x 2 forms
    assert drawn["cells"] == {"not_planned": 15, "planned": 2, "repeating": 2, "unique": 1}
