"""An order for a student to read scenes in: from concrete and easy to abstract and hard.

Curriculum learning: Bengio, Louradour, Collobert and Weston (2009). An order reaches the student
only through a trainer that does not shuffle.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain, pairwise

from distillnet.records import Language, Scene
from distillnet.tools.concreteness import concreteness
from distillnet.tools.text import sentences, words

LEVELS = 4
_RUSSIAN_VOWEL = re.compile("[аеёиоуыэюя]")
_ENGLISH_VOWELS = re.compile("[aeiouy]+")
# "made", "walked", "names", "curled"; not "table", "doubled", "wanted", "boxes", "wishes".
_SILENT_E = re.compile(r"[^aeiouy](?<![^aeiouyr]l)(?:e|(?<![td])ed|(?<![sxzcg])(?<![cs]h)es)$")


def difficulty(text: str, language: Language) -> float:
    """100 less the reading ease: about 0 for a children's book, 100 for a treatise, or beyond.

    Reading ease is 206.835 - 1.015 s - 84.6 w in English (Flesch 1948, A new readability yardstick)
    and 206.835 - 1.3 s - 60.1 w in Russian (Oborneva 2006), for ``s`` words a sentence and ``w``
    syllables a word. 0 for a text without words.
    """
    found = words(text)
    if not found:
        return 0.0
    per_sentence = len(found) / max(1, len(sentences(text)))
    per_word = sum(syllables(word, language) for word in found) / len(found)
    if language == "ru":
        return 1.3 * per_sentence + 60.1 * per_word - 106.835
    return 1.015 * per_sentence + 84.6 * per_word - 106.835


def syllables(word: str, language: Language) -> int:
    """Of a lower-case word, at least 1: its vowels in Russian, its groups of them in English.

    The English count leaves out a silent e at the end, and is an estimate.
    """
    if language == "ru":
        return max(1, len(_RUSSIAN_VOWEL.findall(word)))
    return max(1, len(_ENGLISH_VOWELS.findall(word)) - bool(_SILENT_E.search(word)))


def curriculum_order(scenes: Sequence[Scene]) -> list[Scene]:
    """``scenes`` in the order of their levels; see ``curriculum_levels``."""
    return list(chain.from_iterable(curriculum_levels(scenes)))


def curriculum_levels(scenes: Sequence[Scene]) -> list[list[Scene]]:
    """``scenes`` in at most ``LEVELS`` levels, none of them empty, concrete and easy ones first.

    A scene's place is its rank among all by abstractness (1 - concreteness) plus its rank by
    difficulty, where a rank is the number of scenes below it; equal places keep the order given.
    The scenes in the order of their places are cut into levels as equal in size as can be. Inside a
    level the lenses take turns: the first scene of each lens, then the second of each, and so on,
    every turn in the order of places. So the scenes of one lens also come in the order of places.
    """
    abstract = _ranks([-concreteness(scene.text, scene.language) for scene in scenes])
    hard = _ranks([difficulty(scene.text, scene.language) for scene in scenes])
    order = sorted(range(len(scenes)), key=lambda i: abstract[i] + hard[i])
    cuts = [len(scenes) * level // LEVELS for level in range(LEVELS + 1)]
    return [
        _taking_turns([scenes[i] for i in order[start:end]])
        for start, end in pairwise(cuts)
        if start < end
    ]


def _ranks(values: Sequence[float]) -> list[int]:
    """How many of the values are smaller, for each."""
    rank: dict[float, int] = {}
    for place, value in enumerate(sorted(values)):
        rank.setdefault(value, place)
    return [rank[value] for value in values]


def _taking_turns(scenes: Sequence[Scene]) -> list[Scene]:
    seen: Counter[str] = Counter()
    turns = []
    for scene in scenes:
        turns.append(seen[scene.lens])
        seen[scene.lens] += 1
    return [scenes[i] for i in sorted(range(len(scenes)), key=turns.__getitem__)]
