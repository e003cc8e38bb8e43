"""The words, numbers and lines in which the clock answers."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from distillnet.cli.estimate_words import words
from distillnet.cli.field import wrapped
from distillnet.tools.clock import Span

if TYPE_CHECKING:
    from distillnet.api import TrainingEstimate

WIDTH = 79
_NAMES = 11
_DURATIONS = (
    (365.25 * 86_400, "years"),
    (2 * 86_400, "days"),
    (2 * 3_600, "hours"),
    (120, "minutes"),
)
_SECONDS = {"years": 365.25 * 86_400, "days": 86_400, "hours": 3_600, "minutes": 60}


class Phrases:
    """What is told of one estimate, in one language."""

    def __init__(self, estimate: "TrainingEstimate", language: str) -> None:
        self.estimate = estimate
        self.language = language
        self._words = words(language)

    def say(self, key: str, **filled: Any) -> str:
        return self._words[key].format(**filled)

    def number(self, number: float) -> str:
        text = f"{number:,.10g}"
        return text.replace(",", " ").replace(".", ",") if self.language == "ru" else text

    def rounded(self, number: float) -> str:
        """Two digits, or all those before the point."""
        return self.number(float(f"{number:.2g}") if number < 100 else round(number))

    def pages(self, pages: int) -> str:
        return self.number(pages) if pages < 10**5 else self.short(pages)

    def short(self, number: float) -> str:
        for unit, name in ((1e9, "milliards"), (1e6, "millions"), (1e3, "thousands")):
            if number >= unit:
                digits = self.number(float(f"{number / unit:.3g}"))
                space = " " if self.language == "ru" else ""
                return f"{digits}{space}{self.say(name)}"
        return self.number(number)

    def range(self, span: Span, written: Callable[[float], str] | None = None) -> str:
        """Two digits of each end; of one that begins at 0 only the other."""
        write = written or self.number
        least, most = (write(float(f"{end:.2g}")) for end in (span.least, span.most))
        if not span.least:
            return self.say("below", n=most)
        return least if least == most else self.say("to", least=least, most=most)

    def duration(self, span: Span | None) -> str:
        """Such as ``6-8.4 min``, both ends in the unit of the longer; a dash for None."""
        if span is None:
            return "-"
        unit = next((name for least, name in _DURATIONS if span.most >= least), "seconds")
        ends = [
            self.rounded(end) if end < 10**4 else self.short(end)
            for end in (span.least / _SECONDS.get(unit, 1), span.most / _SECONDS.get(unit, 1))
        ]
        text = ends[1] if ends[0] == ends[1] else "-".join(ends)
        if not span.least:
            text = self.say("below", n=ends[1])
        return f"{text} {self.say(unit)}"

    def field(self, name: str, text: str) -> Iterator[str]:
        first, *rest = self.wrapped(text)
        label = self._words[name] if name else ""
        yield f"{label:<{_NAMES}}{first.strip()}"
        yield from rest

    def wrapped(self, text: str) -> Iterator[str]:
        yield from wrapped(text, indent=_NAMES) or [" " * _NAMES]

    def dollars(self, usd: float | None) -> str:
        if usd is None:
            return "-"
        return f"${self.rounded(usd)}" if usd else self.say("free")
