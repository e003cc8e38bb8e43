"""Words, numbers and the cells of tables in the language of what is told."""

from collections.abc import Mapping
from typing import Any

from distillnet.records import Language, Text
from distillnet.tools.agreement import russian_form
from distillnet.tools.terminal import columns, fitted, terminal


class Phrases:
    """The words of one table in one language, and numbers as that language writes them."""

    def __init__(self, words: Mapping[str, Text], language: Language) -> None:
        self.words = words
        self.language = language

    @property
    def separator(self) -> str:
        """Between numbers; a comma is within them in Russian."""
        return ";" if self.language == "ru" else ","

    def say(self, key: str, **filled: Any) -> str:
        return self.words[key].in_(self.language).format(**filled)

    def counted(self, key: str, count: int, **filled: Any) -> str:
        """``1 fact``, ``2 facts``; ``21 факт``, ``2 факта``, ``5 фактов``.

        The text of ``key`` holds its forms, two in English and three in Russian, between bars;
        ``n`` is filled with the count.
        """
        forms = self.words[key].in_(self.language).split("|")
        form = russian_form(count) if self.language == "ru" else int(count != 1)
        return forms[form].format(n=self.number(count), **filled)

    def number(self, value: float, digits: int = 0, *, sign: bool = False) -> str:
        """1234.5 -> ``1,234.5`` or ``1 234,5``; ``sign`` also for plus."""
        text = f"{value:{'+' if sign else ''},.{digits}f}"
        return text.replace(",", " ").replace(".", ",") if self.language == "ru" else text

    def percent(self, share: float, digits: int = 0) -> str:
        """A share of 1 as a percentage, without the sign."""
        return self.number(100 * share, digits)

    def share(self, share: float, digits: int = 0) -> str:
        """The same with its sign: ``50%`` or ``50 %``."""
        return f"{self.percent(share, digits)}{' %' if self.language == 'ru' else '%'}"

    def spread(self, mean: float, ci95: tuple[float, float], digits: int) -> str:
        """A difference and its interval: ``+1.0 [-0.5, +2.5]`` or ``+1,0 [-0,5; +2,5]``."""
        middle, low, high = (self.number(value, digits, sign=True) for value in (mean, *ci95))
        return f"{middle} [{low}{self.separator} {high}]"

    def points(self, mean: float, ci95: tuple[float, float]) -> str:
        """The same of shares of 1, in percentage points."""
        return self.spread(100 * mean, (100 * ci95[0], 100 * ci95[1]), 1)


def left(text: str, width: int) -> str:
    """A stranger's text in a cell of ``width`` columns, of which the last stays free."""
    shown = fitted(terminal(text), width - 1)
    return shown + " " * (width - columns(shown))


def right(text: str, width: int) -> str:
    """The same at the right end of the cell; the first column stays free."""
    shown = fitted(terminal(text), width - 1)
    return " " * (width - columns(shown)) + shown
