"""How the texts of strangers fit on a terminal, and into JSON that may be printed on one."""

import json
import re
import unicodedata
from typing import Any

from distillnet.tools.text import visible

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_VARIATION = range(0xFE00, 0xFE10)


def terminal(text: str, *, lines: bool = False) -> str:
    """``text`` on one line, without escape sequences, controls and invisible characters.

    White space becomes single spaces, a lone surrogate U+FFFD; ``lines`` keeps the lines and their
    spacing. Joiners go too, so that no character is wider or narrower than it is by itself.
    """
    shown = "".join(
        c
        for c in visible(_SURROGATE.sub("\ufffd", text))
        if c.isascii() or (unicodedata.category(c) != "Cf" and ord(c) not in _VARIATION)
    )
    return re.sub(r"[^\S\n]", " ", shown) if lines else " ".join(shown.split())


def columns(text: str) -> int:
    """The cells that the result of ``terminal`` takes up."""
    return sum(map(_width, text))


def fitted(text: str, width: int) -> str:
    """The result of ``terminal``, cut to ``width`` columns; a cut is shown by an ellipsis."""
    if columns(text) <= width:
        return text
    left = width - 1
    for place, character in enumerate(text):
        left -= _width(character)
        if left < 0:
            return f"{text[:place]}…"
    raise AssertionError("a text that is too wide has a place to cut")


def json_line(value: Any) -> str:
    """JSON on one line that is safe to print and reads back to an equal value."""
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else "".join(map(_printable, text))


def _printable(character: str) -> str:
    if character.isprintable():
        return character
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
