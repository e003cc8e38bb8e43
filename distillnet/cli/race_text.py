"""A race in the terminal, at 80 columns: what it will take, and what came of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from distillnet.cli.duration import duration
from distillnet.cli.field import field, wrapped
from distillnet.cli.phrases import Phrases, left, right
from distillnet.cli.race_words import RACE
from distillnet.tools.terminal import fitted, terminal

if TYPE_CHECKING:
    from distillnet.api import ArmComparison, ArmResult, RacePlan, RaceResult

_NAME = 14
_REFERENCE = 12
"""So much of the name of the arm that the others are compared with stands in a head."""
_WORDINGS = 6


def plan_lines(plan: "RacePlan") -> Iterator[str]:
    """What the teacher writes, what the students learn, and how long that takes."""
    p = Phrases(RACE, plan.language)
    for run in plan.teacher:
        least, most = p.number(int(run.calls.least)), p.number(int(run.calls.most))
        parts = [p.say("calls", arm=run.arm, least=least, most=most)]
        if run.seconds is not None:
            parts.append(p.say("at_most_time", time=duration(run.seconds.most, p.language)))
        if run.usd is not None and run.usd.most:
            parts.append(p.say("at_most_usd", usd=p.number(run.usd.most, 2)))
        yield from field(p.say("teacher"), ", ".join(parts))
    tries = {"rates": len(plan.learning_rates), "seeds": plan.seeds}
    if plan.tokens is None or plan.steps is None or not plan.arms:
        yield from field(p.say("students"), p.say("students_later", **tries))
        return
    counts = {"documents": p.number(plan.documents), "items": p.number(plan.items)}
    yield from field(p.say("documents"), p.say("asked", **counts))
    budget = {"tokens": p.number(plan.tokens), "steps": p.number(plan.steps)}
    yield from field(p.say("students"), p.say("budget", students=plan.students, **budget, **tries))
    yield left(p.say("arm"), _NAME) + "".join(
        right(p.say(head), width)
        for head, width in (("rows", 8), ("reading", 22), ("readings", 10))
    )
    for arm in plan.arms:
        if arm.tokens is None:
            yield f"{left(arm.arm, _NAME)}{'':>8}{p.say('not_trained'):>22}"
        else:
            readings = p.number(plan.tokens / max(1, arm.tokens), 1)
            cells = f"{p.number(arm.rows):>8}{p.number(arm.tokens):>22}{readings:>10}"
            yield f"{left(arm.arm, _NAME)}{cells}"
    if plan.seconds is not None:
        time = duration(plan.seconds, p.language)
        yield from field(p.say("time"), p.say("measured", time=time))


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
        counted = ("documents", "tokens", "steps", "seeds")
        counts = {name: self.number(getattr(result, name)) for name in counted}
        said = self.say("raced", items=self.number(result.test_items), **counts)
        yield from wrapped(said, indent=0)
        for part in (self._table(), self._nats(), self._wordings(), self._seen(), self._curves()):
            yield from _apart(part)
        for arm in result.arms:
            yield from _apart(self._credit(arm))
        yield ""
        for arm in result.arms:
            if arm.error:
                yield from wrapped(self.say("failed_why", arm=arm.arm, error=arm.error), indent=0)
        yield from wrapped(result.verdict, indent=0)

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
        difference, p = self._points(arm.difference), ""
        if arm.difference and arm.difference.p_holm is not None:
            p = self.number(arm.difference.p_holm, 3)
        if arm.arm == self._result.reference:
            difference = self.say("reference")
        return f"{rate:>6}{self.percent(arm.accuracy, 1):>6} %{spread:>12}{difference:>30}{p:>7}"

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

    def _credit(self, arm: "ArmResult") -> Iterator[str]:
        if not arm.credit:
            return
        yield self.say("credit", arm=fitted(terminal(arm.arm), 30))
        for credit in sorted(arm.credit, key=lambda c: -(c.worth.mean if c.worth else 2)):
            worth = fitted(terminal(credit.error or ""), 45)
            if credit.worth:
                worth = f"{self._points(credit.worth):>28}"
            yield f"  {left(credit.group, 32)}{worth}"

    def _points(self, found: "ArmComparison | None") -> str:
        return self.points(found.mean, found.ci95) if found else ""


def _apart(part: Iterator[str]) -> Iterator[str]:
    """An empty line before the part, where it has lines."""
    for number, line in enumerate(part):
        if not number:
            yield ""
        yield line
