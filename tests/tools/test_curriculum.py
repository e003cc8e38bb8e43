"""The order of a curriculum, and the readability formulas it rests on."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from distillnet.records import Language, Scene
from distillnet.tools.concreteness import concreteness
from distillnet.tools.curriculum import (
    LEVELS,
    curriculum_levels,
    curriculum_order,
    difficulty,
    syllables,
)
from tests.tools.tellings import HELD_OUT, SEEN
from tests.tools.test_export import scene

TEXTS = [text for telling in SEEN[:12] for text in telling[1:]]
PLANS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(TEXTS)), max_size=40)


def planned(plan: list[tuple[str, str]]) -> list[Scene]:
    return [
        scene(text).model_copy(update={"id": str(number), "lens": lens})
        for number, (lens, text) in enumerate(plan)
    ]


def places(scenes: list[Scene]) -> dict[str, int]:
    """Place by id, as the docstring of ``curriculum_levels`` defines it."""
    soft = {s.id: concreteness(s.text, s.language) for s in scenes}
    hard = {s.id: difficulty(s.text, s.language) for s in scenes}
    return {
        id: sum(v > soft[id] for v in soft.values()) + sum(v < hard[id] for v in hard.values())
        for id in soft
    }


@examples(max_examples=100, deadline=None)
@given(plan=PLANS)
def test_the_order_is_a_permutation_that_rises_from_level_to_level(
    plan: list[tuple[str, str]],
) -> None:
    scenes = planned(plan)
    levels, place = curriculum_levels(scenes), places(scenes)
    assert curriculum_order(scenes) == [scene for level in levels for scene in level]
    assert sorted(s.id for s in curriculum_order(scenes)) == sorted(place)
    for lower, upper in pairwise(levels):
        assert max(place[s.id] for s in lower) <= min(place[s.id] for s in upper)
    sizes = [len(level) for level in levels]
    assert len(sizes) == min(LEVELS, len(scenes))
    assert max(sizes, default=0) - min(sizes, default=0) <= 1


@examples(max_examples=100, deadline=None)
@given(plan=PLANS)
def test_lenses_take_turns_inside_a_level_and_each_rises(plan: list[tuple[str, str]]) -> None:
    scenes = planned(plan)
    place = places(scenes)
    for level in curriculum_levels(scenes):
        left = Counter(s.lens for s in level)
        while +left:
            turn, level = level[: len(+left)], level[len(+left) :]
            assert {s.lens for s in turn} == set(+left)
            assert [place[s.id] for s in turn] == sorted(place[s.id] for s in turn)
            left.subtract(s.lens for s in turn)
    for lens in "abcd":
        own = [place[s.id] for s in curriculum_order(scenes) if s.lens == lens]
        assert own == sorted(own)


def test_equal_places_keep_their_order() -> None:
    same = planned([("a", TEXTS[0])] * 9)
    assert curriculum_order(same) == same


def test_concrete_tellings_come_before_abstract_ones() -> None:
    english = [telling for telling in HELD_OUT if telling.language == "en"]
    plan = [(str(n), text) for n, telling in enumerate(english) for text in telling[1:]]
    ordered = [scene.text for scene in curriculum_order(planned(plan))]
    concrete = {telling.concrete for telling in english}
    first, last = ordered[: len(ordered) // 4], ordered[-len(ordered) // 4 :]
    assert sum(text in concrete for text in first) / len(first) > 0.85
    assert sum(text in concrete for text in last) / len(last) < 0.15


def test_difficulty_is_100_less_the_reading_ease() -> None:
    # 13 words in 2 sentences, 20 syllables.
    text = "The cat sat on the mat. Freedom is the recognition of all necessity."
    ease = 206.835 - 1.015 * 13 / 2 - 84.6 * 20 / 13
    assert difficulty(text, "en") == pytest.approx(100 - ease)
    # 7 words in 3 sentences, 16 syllables.
    text = "Кошка сидела на окне. Свобода осознанна. Да."
    ease = 206.835 - 1.3 * 7 / 3 - 60.1 * 16 / 7
    assert difficulty(text, "ru") == pytest.approx(100 - ease)


@pytest.mark.parametrize("telling", [SEEN[0], SEEN[12]])
def test_long_words_in_long_sentences_are_harder(telling: tuple[Language, str, str]) -> None:
    language, concrete, abstract = telling
    assert difficulty(abstract, language) > difficulty(concrete, language) + 20


SYLLABLES = {
    1: "cat made walked names the reached strength whole times rule free tree curled",
    2: "wanted table tables boxes people freedom houses watches apple ended wishes doubled",
    4: "necessity necessary recognition",
}


@pytest.mark.parametrize(
    ("word", "count"), [(word, n) for n, line in SYLLABLES.items() for word in line.split()]
)
def test_english_syllables_are_counted(word: str, count: int) -> None:
    assert syllables(word, "en") == count


@pytest.mark.parametrize(("word", "count"), [("в", 1), ("ёж", 1), ("свобода", 3), ("яйцо", 2)])
def test_russian_syllables_are_vowels(word: str, count: int) -> None:
    assert syllables(word, "ru") == count


@examples(max_examples=200, deadline=None)
@given(text=st.text(max_size=200), language=st.sampled_from(["en", "ru"]))
def test_any_text_has_a_difficulty(text: str, language: Language) -> None:
    assert -110 < difficulty(text, language) < 100_000
