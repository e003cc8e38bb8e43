"""The pairs on which a chat model is examined before it judges angles."""

from collections import Counter
from itertools import combinations

import pytest

from distillnet.agents.known_pairs import KNOWN_PAIRS, SCENES, known_pairs
from distillnet.records import Language
from distillnet.tools.export import load_yaml
from distillnet.tools.text import detect_language


@pytest.mark.parametrize("language", ["en", "ru"])
def test_half_of_the_pairs_make_one_point(language: Language) -> None:
    pairs = known_pairs(language)
    assert len(set(pairs)) == len(pairs) == KNOWN_PAIRS
    assert Counter(pair.same for pair in pairs) == {True: 12, False: 12}
    assert {detect_language(pair.one) for pair in pairs} == {language}
    # Every seed of the language is asked about, of both kinds.
    seeds = sum(row["language"] == language for row in load_yaml(SCENES.read_text("utf-8")))
    for same in (True, False):
        assert len({pair.statement for pair in pairs if pair.same is same}) == seeds


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_truth_is_that_of_the_file(language: Language) -> None:
    point, image = {}, {}
    for row in load_yaml(SCENES.read_text("utf-8")):
        for angle in row["angles"]:
            for scene in angle["scenes"]:
                point[scene["text"]] = (row["seed"], angle["point"])
                image[scene["text"]] = (row["seed"], scene["image"])
    pairs = known_pairs(language)
    for pair in pairs:
        assert pair.same is (point[pair.one] == point[pair.other])
    # One image for two points is what small judges stumble over.
    hard = [image[pair.one] == image[pair.other] for pair in pairs if not pair.same]
    assert sum(hard) >= 8
    assert all(one != other for one, other in combinations(pairs, 2))
