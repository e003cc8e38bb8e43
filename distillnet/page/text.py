"""Text and numbers made fit for the page: inert, cut to length, written as the language does."""

import math

from distillnet.records import Language

# Controls that hide or reorder what is read (Unicode TR 36, section 2.3); what UTF-8 cannot hold.
_UNSAFE = dict.fromkeys(
    [
        *(c for c in range(0x20) if c not in (0x09, 0x0A)),
        *range(0x7F, 0xA0),
        0x061C,
        0x200E,
        0x200F,
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        *range(0xD800, 0xE000),
    ],
    "\ufffd",
) | {0x0D: None}


def inert(value: object) -> object:
    """Text with control, bidi and surrogate characters made visible as U+FFFD; other values as is.

    Markup stays Markup, so that escaping is neither undone nor done twice.
    """
    return value.translate(_UNSAFE) if isinstance(value, str) else value


def excerpt(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut between words where there are any."""
    text = text.strip()
    if len(text) <= limit:
        return text
    return text[:limit].rsplit(maxsplit=1)[0] + "…"


class Numerals:
    """Writes numbers as the language does; "–" for those that are missing or not finite."""

    def __init__(self, language: Language) -> None:
        self._russian = language == "ru"

    def number(self, value: float | None, digits: int = 0, *, sign: bool = False) -> str:
        """1234.5 -> ``1,234.5`` or ``1 234,5``; a true minus sign, ``sign`` also for plus."""
        if value is None or not math.isfinite(value):
            return "–"
        value = round(value, digits) + 0.0  # turns -0.0 into 0.0
        plus = "+" if sign and value else ""
        text = f"{value:{plus},.{digits}f}".replace("-", "−")
        if self._russian:
            text = text.replace(",", "\u00a0").replace(".", ",")
        return text

    def percent(self, share: float | None, digits: int = 0) -> str:
        """A share of 1 as a percentage."""
        number = self.number(None if share is None else 100 * share, digits)
        return number if number == "–" else number + ("\u00a0%" if self._russian else "%")

    def points(self, difference: float | None, *, sign: bool = True) -> str:
        """A difference of two shares in percentage points."""
        return self.number(None if difference is None else 100 * difference, 1, sign=sign)
