"""What came of a race, in the terminal, at 80 columns."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from distillnet.cli.field import wrapped
from distillnet.cli.phrases import Phrases, left, right
from distillnet.cli.race_words import RACE
from distillnet.tools.terminal import columns, fitted, terminal

if TYPE_CHECKING:
    from distillnet.api import ArmComparison, ArmResult, RaceResult

_NAME = 14
_REFERENCE = 12
"""So much of the name of the arm that the others are compared with stands in a head."""
_WORDINGS = 6


def result_lines(result: "RaceResult") -> Iterator[str]:
    """The table, the curves, the credit, and the verdict."""
    yield from _Result(result).lines()


class _Result(Phrases):
    def __init__(self, result: "RaceResult") -> None:
        super().__init__(RACE, result.language)
        self._result = result
        self._shown = (result.base, *result.arms)
        self._against = fitted(terminal(result.reference or self.say("nothing")), _REFERENCE)

    def lines(self) -> Iterator[str]:
        result = self._result
        yield from wrapped(self._raced(), indent=0)
        for part in (
            self._table(),
            self._gains(),
            self._nats(),
            self._wordings(),
            self._seen(),
            self._curves(),
            self._highest_rate(),
        ):
            yield from _apart(part)
        for arm in result.arms:
            yield from _apart(self._credit(arm))
        yield ""
        for arm in result.arms:
            if arm.error:
                yield from wrapped(self.say("failed_why", arm=arm.arm, error=arm.error), indent=0)
        yield from wrapped(result.verdict, indent=0)

    def _raced(self) -> str:
        result = self._result
        counts = {
            "asked": self.counted("n_asked", result.test_items),
            "tokens": self.counted("n_tokens", result.tokens),
            "steps": self.counted("n_steps", result.steps),
            "seeds": self.counted("n_seeds", result.seeds),
        }
        if result.facts is not None:
            return self.say("raced_facts", facts=self.counted("n_facts", result.facts), **counts)
        documents = self.counted("n_documents", result.documents)
        return self.say("raced", documents=documents, **counts)

    def _table(self) -> Iterator[str]:
        heads = [("rate", 6), ("right", 8), ("by_seed", 12)]
        yield (
            left(self.say("arm"), _NAME)
            + "".join(right(self.say(head), width) for head, width in heads)
            + right(self.say("against_points", arm=self._against), 30)
            + right("p", 7)
        )
        for arm in self._shown:
            yield left(arm.arm, _NAME) + self._row(arm)

    def _row(self, arm: "ArmResult") -> str:
        if arm.accuracy is None:
            return f"{self.say('failed'):>14}"
        rate = f"{arm.learning_rate:g}" if arm.learning_rate else ""
        spread = ""
        if len(arm.seeds) > 1:
            spread = f"{self.percent(min(arm.seeds))}-{self.percent(max(arm.seeds))} %"
        difference, p = self._points(arm.difference), self._p(arm.difference)
        if arm.arm == self._result.reference:
            difference = self.say("reference")
        return f"{rate:>6}{self.percent(arm.accuracy, 1):>6} %{spread:>12}{difference:>30}{p:>7}"

    def _gains(self) -> Iterator[str]:
        gained = [arm for arm in self._result.arms if arm.gain]
        if gained:
            yield self.say("gain")
        for arm in gained:
            yield f"{left(arm.arm, _NAME)}{self._points(arm.gain):>28}"

    def _nats(self) -> Iterator[str]:
        yield f"{self.say('nats'):<40}" + right(self.say("against", arm=self._against), 32)
        for arm in self._shown:
            if arm.nats is not None:
                found = arm.difference
                more = self.spread(found.nats, found.nats_ci95, 3) if found else ""
                yield f"{left(arm.arm, _NAME)}{self.number(arm.nats, 3):>22}{more:>36}"

    def _wordings(self) -> Iterator[str]:
        wordings = list(self._result.base.by_wording)[:_WORDINGS]
        if len(wordings) < 2:
            return
        heads = "".join(right(self._wording(wording), 11) for wording in wordings)
        yield left(self.say("by_wording"), _NAME) + heads
        for arm in self._shown:
            if arm.by_wording:
                cells = (f"{self.percent(arm.by_wording[one], 1):>11}" for one in wordings)
                yield left(arm.arm, _NAME) + "".join(cells)

    def _wording(self, name: str) -> str:
        key = f"wording_{name}"
        return self.say(key) if key in self.words else name

    def _seen(self) -> Iterator[str]:
        seen = [arm for arm in self._result.arms if arm.wording_seen]
        if seen:
            named = ", ".join(f"{arm.arm} {self.share(arm.wording_seen)}" for arm in seen)
            yield from wrapped(self.say("seen", arms=named), indent=0)

    def _curves(self) -> Iterator[str]:
        curves = {
            arm.arm: {point.share: point.accuracy for point in arm.curve}
            for arm in self._result.arms
            if arm.curve
        }
        shares = sorted({share for curve in curves.values() for share in curve})
        if not curves:
            return
        heads = "".join(f"{self.share(share):>9}" for share in shares)
        yield left(self.say("curve"), _NAME) + heads
        for name, curve in curves.items():
            cells = (self.share(curve[share], 1) if share in curve else "" for share in shares)
            yield left(name, _NAME) + "".join(f"{cell:>9}" for cell in cells)

    def _highest_rate(self) -> Iterator[str]:
        """Arms whose best rate may lie above those that were tried."""
        rates = self._result.learning_rates
        if len(rates) < 2:
            return
        best = [arm.arm for arm in self._result.arms if arm.learning_rate == max(rates)]
        if best:
            yield from wrapped(self.say("highest_rate", arms=", ".join(best)), indent=0)

    def _credit(self, arm: "ArmResult") -> Iterator[str]:
        if not arm.credit:
            return
        head = self.say("credit", arm=fitted(terminal(arm.arm), _NAME))
        yield head + right("p", 69 - columns(head))
        for credit in sorted(arm.credit, key=lambda c: -(c.worth.mean if c.worth else 2)):
            worth = fitted(terminal(credit.error or ""), 45)
            if credit.worth:
                worth = f"{self._points(credit.worth):>28}{self._p(credit.worth):>7}"
            yield f"  {left(credit.group, 32)}{worth}"

    def _points(self, found: "ArmComparison | None") -> str:
        return self.points(found.mean, found.ci95) if found else ""

    def _p(self, found: "ArmComparison | None") -> str:
        return "" if found is None or found.p_holm is None else self.number(found.p_holm, 3)


def _apart(part: Iterator[str]) -> Iterator[str]:
    """An empty line before the part, where it has lines."""
    for number, line in enumerate(part):
        if not number:
            yield ""
        yield line
