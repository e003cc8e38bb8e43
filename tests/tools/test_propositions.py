from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from distillnet.records import Direction, Language
from distillnet.tools.halving import halves, is_statement
from distillnet.tools.propositions import directions, told
from distillnet.tools.text import detect_language

LABELLED: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parents[2] / "benchmarks/facts.yaml").read_text("utf-8")
)
FORWARD: frozenset[Direction] = frozenset({"forward"})
REVERSE: frozenset[Direction] = frozenset({"reverse"})
BOTH = FORWARD | REVERSE
FREEDOM = "Freedom is the recognition of necessity."
BRIDGE = "Nadia Orlova designed the bridge at Tarn in 1911."


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (FREEDOM, ("Freedom", "the recognition of necessity")),
        (BRIDGE, ("Nadia Orlova", "designed the bridge at Tarn in 1911")),
        (
            "The lake froze because the night was cold.",
            ("The lake froze", "the night was cold"),
        ),
        ("When the wind turns, the mill stops.", ("When the wind turns", "the mill stops")),
        ("As of 2012, the school charged a fee.", ("As of 2012, the school", "charged a fee")),
        (
            "The man who built the mill was a monk.",
            ("The man who built the mill", "a monk"),
        ),
        ("Bees dance to tell where flowers are.", ("Bees", "dance to tell where flowers are")),
        ("Salt lowers the freezing point.", ("Salt", "lowers the freezing point")),
        ("A guide to the stars.", ("A guide", "to the stars")),
        ("Who built it? A monk.", ("Who built it", "A monk")),
        ("Все счастливые семьи похожи.", ("Все счастливые семьи", "похожи")),
        ("Свобода — это осознанная необходимость.", ("Свобода", "осознанная необходимость")),
        (
            "Река разлилась, потому что растаял снег.",
            ("Река разлилась", "растаял снег"),
        ),
        ("Квадрат является ромбом.", ("Квадрат", "ромбом")),
        ("Озеро не замерзает зимой.", ("Озеро", "не замерзает зимой")),
    ],
)
def test_a_statement_is_split_into_what_it_speaks_of_and_what_it_says(
    statement: str, expected: tuple[str, str]
) -> None:
    assert halves(statement, detect_language(statement)) == expected


@pytest.mark.parametrize("statement", ["", "Paris.", "It is so.", "Necessity!", "…"])
def test_what_has_no_two_halves_is_not_split(statement: str) -> None:
    assert halves(statement, "en") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Paris is the capital of France.", True),
        ("All happy families are alike.", True),
        ("Salt lowers the freezing point.", True),
        ("Все счастливые семьи похожи друг на друга.", True),
        ("Париж — столица Франции.", True),
        ("Is Paris the capital of France?", False),
        ("Thank you, the weather is fine.", False),
        ("Let me know if the book is good.", False),
        ("Good night, my friends!", False),
        ("See you at the station.", False),
        ("A guide to the stars.", False),
        ("Measure twice, cut once.", False),
        ("До встречи на вокзале.", False),
        ("Спасибо, книга прочитана.", False),
    ],
)
def test_what_states_something(text: str, expected: bool) -> None:
    assert is_statement(text, detect_language(text)) == expected


def test_a_statement_without_two_halves_has_one_direction() -> None:
    assert directions(FREEDOM, "en") == ("forward", "reverse")
    assert directions("Paris.", "en") == ("forward",)


@pytest.mark.parametrize(
    ("text", "statement", "expected"),
    [
        ("To be free is to recognise what is necessary.", FREEDOM, FORWARD),
        ("Whoever recognises necessity is free.", FREEDOM, REVERSE),
        ("The bridge at Tarn was designed in 1911 by Nadia Orlova.", BRIDGE, REVERSE),
        ("Orlova was young. In 1911 she designed a bridge at Tarn.", BRIDGE, FORWARD),
        ("Who designed the bridge at Tarn? It was Nadia Orlova.", BRIDGE, REVERSE),
        ("Did Nadia Orlova design the bridge at Tarn in 1911?", BRIDGE, frozenset()),
        ("Nadia Orlova slept at the inn.", BRIDGE, frozenset()),
        ("The necessity of bread is felt early.", FREEDOM, frozenset()),
        (
            "Осознав необходимость, он стал свободен.",
            "Свобода — осознанная необходимость.",
            REVERSE,
        ),
    ],
)
def test_a_text_tells_by_the_half_it_brings_first(
    text: str, statement: str, expected: frozenset[Direction]
) -> None:
    assert told(text, statement, detect_language(statement)) == expected


def test_both_directions_in_one_sentence_and_in_two() -> None:
    together = "Courage is the mastery of fear, and when fear has been mastered, there is courage."
    assert told(together, "Courage is the mastery of fear.", "en") == BOTH
    apart = f"{FREEDOM} The recognition of necessity makes us free."
    assert told(apart, FREEDOM, "en") == BOTH


def test_half_a_statement_that_ends_with_its_opening_is_not_told_both_ways() -> None:
    statement = (
        "In the spring of 1843, after long quarrels, the council of Arden formally declared the "
        "river a common road, which opened it to the poor."
    )
    text = "The council of Arden declared the river a common road in the spring of 1843."
    assert len(told(text, statement, "en")) == 1


def test_sentences_that_tell_nothing_together_are_not_joined_over_a_third() -> None:
    near = "Nadia Orlova lived here. The bridge at Tarn, of 1911, was designed well."
    far = "Nadia Orlova lived here. It rained. The bridge at Tarn, of 1911, was designed well."
    assert told(near, BRIDGE, "en") == FORWARD
    assert told(far, BRIDGE, "en") == frozenset()


def test_a_long_statement_need_not_be_told_in_all_its_details() -> None:
    statement = (
        "The general was followed by two thousand soldiers, forty mules and a small brass band "
        "that played whenever the road grew steep."
    )
    text = "A small brass band marched behind the general with his soldiers and forty mules."
    assert told(text, statement, "en")
    assert not told("The general liked a good road.", statement, "en")


def test_a_statement_that_cannot_be_split_is_told_forward() -> None:
    assert told("The answer, he said, is Paris.", "Paris.", "en") == FORWARD
    assert told("The answer is London.", "Paris.", "en") == frozenset()


def test_nothing_tells_a_statement_without_content() -> None:
    assert told("Anything at all.", "It is so.", "en") == frozenset()


@pytest.mark.parametrize(
    "entry", [entry for part in LABELLED.values() for entry in part], ids=lambda e: e["statement"]
)
def test_a_statement_tells_itself_forward_and_no_other(entry: dict[str, Any]) -> None:
    statement = entry["statement"]
    assert told(statement, statement, detect_language(statement)) == FORWARD
    for other in (other for part in LABELLED.values() for other in part if other != entry):
        assert not told(statement, other["statement"], detect_language(other["statement"])), other


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.text(max_size=120), st.sampled_from(["en", "ru"]))
def test_any_text_is_judged(text: str, statement: str, language: Language) -> None:
    assert told(text, statement, language) <= BOTH
    split = halves(statement, language)
    assert split is None or (split[0] in " ".join(statement.split()) and split[1])


@pytest.mark.parametrize(
    "text", ["necessity " * 20_000, "ly" * 50_000, "free, " * 20_000, "?" * 50_000]
)
def test_long_rows_are_no_trap(text: str) -> None:
    told(text, FREEDOM, "en")
    told(FREEDOM, text, "en")
