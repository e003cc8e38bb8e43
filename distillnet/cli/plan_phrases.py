"""The words, numbers and lines in which a plan is told."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distillnet.cli.dollars import dollars
from distillnet.cli.duration import duration
from distillnet.cli.field import NAMES, WIDTH, field, wrapped
from distillnet.cli.plan_words import words
from distillnet.tools.terminal import fitted, terminal

if TYPE_CHECKING:
    from distillnet.api import Plan, Range


class Phrases:
    """What is told of one plan in few words, in the language of its scenes."""

    def __init__(self, plan: "Plan") -> None:
        from distillnet.api import planned_settings

        self.plan = plan
        self.settings = planned_settings(plan)
        self._words = words(plan.language)

    def statement(self) -> str:
        seed = self.plan.seed
        return seed.question or seed.statement

    def teacher(self) -> str:
        teacher = self.plan.teacher
        if teacher.url is None:
            place = self.say("here")
        else:
            host = next(c.host for c in self.plan.contacts if c.purpose == "teacher")
            place = self.say("at", host=host) if host else self.say("decided")
        return f"{teacher.name}, {place}; {self.price()}"

    def price(self) -> str:
        price = self.plan.price
        if price is None:
            return self.say("no_price_short")
        if not price.input and not price.output:
            return self.say("free")
        return self.say("price_short", input=f"{price.input:g}", output=f"{price.output:g}")

    def usd(self) -> str:
        usd = self.plan.estimate.usd
        if usd is None:
            return self.say("unknown")
        return self.between(usd, dollars) if usd.most else self.say("free")

    def is_there(self) -> bool:
        return Path(self.plan.directory, "ledger.sqlite").is_file()

    def say(self, key: str, **filled: Any) -> str:
        return self._words[key].format(**filled)

    def number(self, number: float) -> str:
        text = f"{number:,.10g}"
        return text.replace(",", " ").replace(".", ",") if self.plan.language == "ru" else text

    def rounded(self, number: float) -> str:
        for unit, name in ((1e6, "millions"), (1e3, "thousands")):
            if number >= unit:
                return self.say(name, n=self.number(float(f"{number / unit:.2g}")))
        return self.number(number)

    def range(self, range: "Range") -> str:
        return self.between(range, self.number)

    def between(self, range: "Range", written: Callable[[float], str]) -> str:
        least, most = written(range.least), written(range.most)
        return least if least == most else self.say("range", least=least, most=most)

    def duration(self, seconds: float) -> str:
        return duration(seconds, self.plan.language)

    def line(self, name: str, text: str) -> str:
        """One line, cut where it is too long."""
        return fitted(f"{self._words[name]:<{NAMES}}{terminal(text)}", WIDTH)

    def field(self, name: str, text: str) -> Iterator[str]:
        yield from field(self._words[name], text)

    def wrapped(self, text: str) -> Iterator[str]:
        yield from wrapped(text, indent=NAMES)
