"""Nothing that is printed steers the terminal, hides, or is wider than it is said to be."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distillnet.tools.terminal import columns, fitted, json_line, terminal
from tests.hostile.corpus import STEERING, TEXTS

TEXT = st.text(st.characters()) | st.lists(st.sampled_from([*STEERING.values(), "\n", "я"])).map(
    "".join
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x07", "link"),
        ("\x9d0;title\x9ca\x90q\x9cb\x9b31mc\x1bPd\x1b\\e\x1b(Bf\x1b7g", "abcefg"),
        ("\x1b[200~paste\x1b[201~", "paste"),
        ("a\u202eb\u2066c\u200bd\u00ade\u2060f\ufeffg\U000e0041h", "abcdefgh"),
        ("a\0b\x07c\x08d\x7fe", "abcde"),
        ("a\ud800b", "a\ufffdb"),
        ("  a\tb\u2028c\u2029d\x85e\r\nf\u00a0g\n", "a b c d e f g"),
        ("👨‍👩‍👧 ❤️ Ёж", "👨👩👧 ❤ Ёж"),
    ],
)
def test_only_what_is_visible_is_left(text: str, shown: str) -> None:
    assert terminal(text) == shown


def test_lines_and_their_spacing_can_be_kept() -> None:
    assert terminal("  a\r\n\tb  c\u2028\x1b[2Jd", lines=True) == "  a\n b  c\nd"


@given(TEXT)
def test_any_text_is_harmless(text: str) -> None:
    for shown in (terminal(text), terminal(text, lines=True).replace("\n", "")):
        shown.encode()
        assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_columns_are_those_of_a_terminal() -> None:
    assert [columns(text) for text in ("abc", "Ёж", "你好", "ｆｕ", "😀", "e\u0301")] == [
        3, 2, 4, 4, 2, 1
    ]  # fmt: skip


@given(TEXT.map(terminal), st.integers(1, 30))
def test_a_fitted_text_has_the_width_or_less_and_shows_its_cut(text: str, width: int) -> None:
    short = fitted(text, width)
    assert columns(short) <= width
    assert short == text if columns(text) <= width else short.endswith("…")
    assert text.startswith(short.removesuffix("…"))


@given(st.dictionaries(TEXT, TEXT | st.lists(TEXT)))
def test_json_is_printable_and_says_the_same(value: object) -> None:
    line = json_line(value)
    assert line.isprintable()
    assert json.loads(line) == json.loads(json.dumps(value))


def test_json_stays_legible() -> None:
    assert json_line({"a": "Ёж\x1b\u202e\U000e0041"}) == ('{"a": "Ёж\\u001b\\u202e\\udb40\\udc41"}')


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_what_is_shown_of_a_hostile_text_is_shown_again_as_it_is(text: str) -> None:
    assert terminal(terminal(text)) == terminal(text)
