"""Texts in lines of so many columns, whatever script they are in."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distillnet.cli.field import WIDTH, wrapped
from distillnet.cli.folding import folded
from distillnet.tools.terminal import columns, terminal

# Narrow, wide and combining characters, and places to break a line.
TEXTS = st.text(" \n-abж漢字ｆ한😀e\u0301\u0300", max_size=300) | st.text(max_size=120)
WIDTHS = st.integers(10, 40)
MOST = st.none() | st.integers(1, 4)


def squeezed(lines: list[str]) -> str:
    return "".join("".join(lines).split(" "))


@given(TEXTS, WIDTHS, WIDTHS, MOST)
def test_no_line_is_wider_than_asked(text: str, width: int, further: int, most: int | None) -> None:
    lines = folded(terminal(text), width, further=further, most=most)
    assert all(columns(line) <= width for line in lines[:1])
    assert all(columns(line) <= further for line in lines[1:])
    assert most is None or len(lines) <= most


@given(TEXTS, WIDTHS)
def test_only_a_whole_word_is_wider(text: str, width: int) -> None:
    for line in folded(terminal(text), width, whole=True):
        assert columns(line) <= width or " " not in line


@given(TEXTS, WIDTHS, st.booleans())
def test_nothing_is_lost(text: str, width: int, whole: bool) -> None:
    shown = terminal(text)
    lines = folded(shown, width, whole=whole)
    assert squeezed(lines) == squeezed([shown])
    assert all(line == line.strip() and line for line in lines)


@given(st.text("ab -", max_size=200), WIDTHS, MOST)
def test_narrow_words_stand_as_textwrap_sets_them(text: str, width: int, most: int | None) -> None:
    # Of a longer first word before a cut ``textwrap`` leaves nothing but the ellipsis.
    words = [word[:8] for word in text.split()]
    shown = " ".join(words)
    assert folded(shown, width, most=most) == textwrap.wrap(
        shown, width, max_lines=most, placeholder=" …", break_on_hyphens=False
    )


@pytest.mark.parametrize(
    ("text", "width", "most", "lines"),
    [
        ("漢字漢字漢字", 10, None, ["漢字漢字漢", "字"]),
        ("漢字漢字漢字", 10, 1, ["漢字漢字…"]),
        ("漢字 漢字 漢字 ab", 10, None, ["漢字 漢字", "漢字 ab"]),
        ("e\u0301" * 12, 10, None, ["e\u0301" * 10, "e\u0301" * 2]),
        ("one two three four", 10, 1, ["one two …"]),
        ("  kept  apart", 20, None, ["  kept  apart"]),
        ("", 10, None, []),
    ],
)
def test_columns_are_counted(text: str, width: int, most: int | None, lines: list[str]) -> None:
    assert folded(text, width, most=most) == lines


@given(TEXTS, st.integers(0, 11), st.integers(0, 11), MOST)
def test_a_field_stays_within_79_columns(
    text: str, indent: int, hang: int, most: int | None
) -> None:
    lines = wrapped(text, indent=indent, hang=hang, most=most)
    for number, line in enumerate(lines):
        assert columns(line) <= WIDTH
        assert line.startswith(" " * (hang if number else indent))


def test_a_long_word_takes_no_longer_than_its_length() -> None:
    """Cutting off a piece at a time would copy the rest of it each time."""
    assert len(folded("漢" * 300_000, 70)) == 300_000 // 35 + 1
