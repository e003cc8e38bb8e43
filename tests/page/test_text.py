import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distillnet.page.text import Numerals, excerpt, inert


@given(st.text(st.characters(), max_size=50))
def test_inert_text_is_utf8_without_controls(text: str) -> None:
    safe = inert(text + "\u202e\ud800\x00\r")
    assert isinstance(safe, str)
    safe.encode("utf-8")
    assert not set(safe) & set(map(chr, [0, 0x0D, 0x1B, 0x7F, 0x85, 0x200F, 0x202E, 0x2066]))


def test_inert_keeps_ordinary_text_and_other_values() -> None:
    ordinary = "Ёлка — é\n\t👩‍🔬 «да»"
    assert inert(ordinary) == ordinary
    assert inert(3) == 3


@given(st.text(max_size=80), st.integers(1, 40))
def test_excerpt_is_short_and_a_beginning(text: str, limit: int) -> None:
    cut = excerpt(text, limit)
    assert len(cut) <= limit + 1
    assert text.strip().startswith(cut.removesuffix("…")) or cut == text.strip()


def test_excerpt_cuts_between_words() -> None:
    assert excerpt("one two three", 9) == "one two…"
    assert excerpt("Donaudampfschiff", 5) == "Donau…"


@pytest.mark.parametrize(
    ("value", "digits", "sign", "english", "russian"),
    [
        (1234.5, 1, False, "1,234.5", "1\u00a0234,5"),
        (-0.041, 2, True, "−0.04", "−0,04"),
        (0.5, 1, True, "+0.5", "+0,5"),
        (-0.004, 1, True, "0.0", "0,0"),
        (None, 1, False, "–", "–"),
        (math.nan, 1, False, "–", "–"),
        (math.inf, 0, True, "–", "–"),
    ],
)
def test_numbers(value: float | None, digits: int, sign: bool, english: str, russian: str) -> None:
    assert Numerals("en").number(value, digits, sign=sign) == english
    assert Numerals("ru").number(value, digits, sign=sign) == russian


def test_shares() -> None:
    assert Numerals("en").percent(0.547, 1) == "54.7%"
    assert Numerals("ru").percent(0.547) == "55\u00a0%"
    assert Numerals("en").percent(None) == "–"
    assert Numerals("en").points(0.063) == "+6.3"
    assert Numerals("en").points(0.17, sign=False) == "17.0"
