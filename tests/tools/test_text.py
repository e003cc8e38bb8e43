import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distillnet.records import Language
from distillnet.tools.text import (
    clean,
    detect_language,
    keywords,
    language_share,
    looks_foreign,
    ngrams,
    sentences,
    words,
)

EVERYTHING = st.text(st.characters())  # lone surrogates, too


def test_words_are_lower_case_letters_and_digits_of_any_script() -> None:
    assert words("Don't panic_42: Ёж, naïve!") == ["don", "t", "panic", "42", "ёж", "naïve"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Dr. J. R. R. Tolkien met Mr. Smith. They spoke.",
            ["Dr. J. R. R. Tolkien met Mr. Smith.", "They spoke."],
        ),
        ('"Why?" he asked. "Because!" She left.', ['"Why?" he asked.', '"Because!"', "She left."]),
        ("The U.S. coast is long. See fig. 3 and No. 5. No. Go.", None),
        ("1. First point. 2. Second point.", ["1. First point.", "2. Second point."]),
        ("Wait... what? Yes.", ["Wait... what?", "Yes."]),
        (
            "А. С. Пушкин родился в 1799 г. Он жил на ул. Ленина, т. е. в Москве.",
            ["А. С. Пушкин родился в 1799 г.", "Он жил на ул. Ленина, т. е. в Москве."],
        ),
        ("— Кто там? — спросил он. Тишина.", ["— Кто там? — спросил он.", "Тишина."]),
        ("A title\n\nIt begins\nhere.", ["A title", "It begins\nhere."]),
        ("Vitamin C. It helps. So do I. Then", ["Vitamin C.", "It helps.", "So do I.", "Then"]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str] | None) -> None:
    if expected is None:
        expected = ["The U.S. coast is long.", "See fig. 3 and No. 5.", "No.", "Go."]
    assert sentences(text) == expected


@given(EVERYTHING)
def test_sentences_lose_nothing_but_whitespace(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


def test_keywords_are_content_words_in_order_once_per_stem() -> None:
    assert keywords("The freedom to choose: freedoms choosing.", "en") == ["freedom", "choose"]
    assert keywords("Свобода — это внутренняя необходимость; свободы нет.", "ru") == [
        "свобода",
        "внутренняя",
        "необходимость",
    ]
    assert len(keywords("alpha beta gamma delta", "en", limit=2)) == 2


@pytest.mark.parametrize(
    ("text", "language"), [("свобода and воля", "ru"), ("ab аб", "en"), ("123", "en")]
)
def test_language_is_that_of_most_letters_and_english_in_a_tie(
    text: str, language: Language
) -> None:
    assert detect_language(text) == language


def test_language_share_counts_letters_only() -> None:
    assert language_share("да 12 yes!", "ru") == pytest.approx(2 / 5)
    assert language_share("12 !", "en") == 0


FRENCH = (
    "La liberté est la reconnaissance de la nécessité, et l'homme qui comprend cela devient libre "
    "dans ses actes comme dans ses pensées, sans peur."
)
GERMAN = (
    "Die Freiheit ist die Einsicht in die Notwendigkeit, und der Mensch, der das versteht, wird "
    "frei in seinem Handeln und Denken, ohne Angst und ohne Zorn."
)
FINNISH = (
    "Vapaus on välttämättömyyden tunnustamista, ja ihminen joka ymmärtää tämän tulee vapaaksi "
    "teoissaan ja ajatuksissaan ilman pelkoa, sanoi vanha mies hiljaa meille eilen illalla."
)
TERSE_ENGLISH = (
    "Freedom, said Martin calmly, means recognising necessity; whoever grasps that becomes free "
    "while acting, thinking, dreaming, working, loving, fearing nothing."
)


@pytest.mark.parametrize("text", [FRENCH, GERMAN, FINNISH, "свобода — это необходимость"])
def test_other_languages_look_foreign_in_english(text: str) -> None:
    assert looks_foreign(text, "en")


@pytest.mark.parametrize("text", [TERSE_ENGLISH, "Ma vie en rose", "42"])
def test_english_and_texts_too_short_to_judge_do_not(text: str) -> None:
    assert not looks_foreign(text, "en")


def test_latin_script_looks_foreign_in_russian() -> None:
    assert looks_foreign("Freedom", "ru")
    assert not looks_foreign("Свобода по Spinoza", "ru")


def test_clean_removes_what_steers_a_terminal_or_hides() -> None:
    hostile = (
        "\ufeff a\x1b[31mred\x1b[0m\x00 \x1b]0;title\x07\u202eb\ud800\r\nc\rd\u2028e"
        "\t\U000e0041й\x9b2J "
    )
    assert clean(hostile) == "ared b\nc\nd\ne\tй"


@given(EVERYTHING)
def test_clean_text_can_be_encoded_and_is_clean(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert clean(cleaned) == cleaned
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", cleaned)


def test_ngrams_are_runs_of_neighbours() -> None:
    assert ngrams(["a", "b", "a", "b"], 2) == {("a", "b"), ("b", "a")}
    assert ngrams(["a"], 2) == set()
