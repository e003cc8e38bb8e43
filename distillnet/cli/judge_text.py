"""A judging in the terminal, at 80 columns: what it will take, and what the judges said."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from distillnet.cli.field import field, wrapped
from distillnet.cli.judge_words import JUDGE
from distillnet.cli.phrases import Phrases, left, right
from distillnet.records import Language

if TYPE_CHECKING:
    from distillnet.api import JudgedResult, JudgePlan, Preference

_NAME = 30
_PAIRS = 5
"""So many of the pairs of lenses that were confused are shown."""


def plan_lines(plan: "JudgePlan") -> Iterator[str]:
    """What is compared, what is asked, and what each judge may cost."""
    p = _Judging(plan.language)
    yield from field(p.say("compare"), f"a: {plan.a}; b: {plan.b}")
    asked = p.say(
        "open",
        requests=p.number(plan.requests),
        facts=p.counted("facts", plan.facts),
        lenses=p.counted("lenses", plan.framings),
        answers=p.counted("answers", plan.answers),
    )
    yield from field(p.say("requests"), asked)
    told = p.say("none_told")
    if plan.scenes:
        lenses = p.counted("lenses", plan.lenses)
        told = p.say("told_apart", scenes=p.number(plan.scenes), lenses=lenses)
    yield from field(p.say("scenes"), told)
    yield p.head("judge", ("to_call", 8), ("kept", 18), ("at_most", 16))
    for judge in plan.judges:
        usd = p.say("no_price") if judge.usd is None else p.usd(judge.usd)
        counts = f"{p.number(judge.calls):>8}{p.number(judge.kept):>18}"
        yield f"{left(judge.name, _NAME)}{counts}{usd:>16}"
    calls = p.counted("calls", plan.calls)
    total = p.say("total", calls=calls)
    if plan.usd:
        total = p.say("total_usd", calls=calls, usd=p.usd(plan.usd))
    yield from field(p.say("in_all"), total)
    yield from p.warnings(plan.warnings)


def result_lines(result: "JudgedResult") -> Iterator[str]:
    """Who is preferred and by whom, the lenses that were seen, and the verdict."""
    p = _Judging(result.language)
    yield from field("a", result.a)
    yield from field("b", result.b)
    yield ""
    yield from _votes(p, result)
    yield ""
    a, b = result.looping
    if a or b:
        of = p.counted("answers", len(result.judged))
        yield from wrapped(p.say("looping", a=p.number(a), b=p.number(b), of=of), indent=0)
    yield from wrapped(_verdict(p, result), indent=0)
    if result.tellings:
        yield ""
        yield from _tellings(p, result)
    yield ""
    yield from p.warnings(result.warnings)
    usd = p.say("unpriced") if result.usd is None else p.usd(result.usd)
    yield from field(p.say("paid"), p.say("so_far", sent=p.counted("sent", result.calls), usd=usd))


class _Judging(Phrases):
    def __init__(self, language: Language) -> None:
        super().__init__(JUDGE, language)

    def head(self, first: str, *others: tuple[str, int]) -> str:
        cells = "".join(right(self.say(key), width) for key, width in others)
        return left(self.say(first), _NAME) + cells

    def usd(self, usd: float) -> str:
        if not usd:
            return self.say("free")
        return self.say("usd", usd=self.number(usd, 2 if usd >= 1 else 4))

    def warnings(self, warnings: Sequence[str]) -> Iterator[str]:
        for warning in warnings:
            yield from field(self.say("warning"), warning, most=3)


def _votes(p: _Judging, result: "JudgedResult") -> Iterator[str]:
    sides = f"{'a':>6}{'b':>6}"
    others = "".join(
        right(p.say(key), width) for key, width in (("tie", 6), ("unanswered", 12), ("alike", 19))
    )
    yield left(p.say("judge"), _NAME) + sides + others
    for ballot in result.ballots:
        alike = "" if ballot.consistent is None else p.share(ballot.consistent)
        yield (
            f"{left(ballot.judge, _NAME)}{ballot.a:>6}{ballot.b:>6}{ballot.ties:>6}"
            f"{ballot.unanswered:>12}{alike:>19}"
        )
    if found := result.preference:
        silent = f"{found.unjudged:>12}"
        yield f"{left(p.say('together'), _NAME)}{found.a:>6}{found.b:>6}{found.ties:>6}{silent}"


def _tellings(p: _Judging, result: "JudgedResult") -> Iterator[str]:
    yield p.head("which", ("told", 8), ("right", 24), ("chance", 8), ("unread", 8))
    for told in result.tellings:
        low, high = map(p.percent, told.ci95)
        share = f"{p.percent(told.accuracy)} % [{low}{p.separator} {high}]"
        cells = f"{told.scenes:>8}{share:>24}{p.share(told.chance):>8}{told.unread:>8}"
        yield left(told.judge, _NAME) + cells
    for pair in result.confused[:_PAIRS]:
        said = p.say("taken_for", lens=pair.lens, other=pair.taken_for, n=p.number(pair.times))
        yield from field("", said)


def _verdict(p: _Judging, result: "JudgedResult") -> str:
    if (found := result.preference) is None:
        return p.say("unjudged")
    low, high = (p.number(100 * bound, sign=True) for bound in found.ci95)
    return p.say(
        "verdict",
        a=p.number(found.a),
        b=p.number(found.b),
        asked=p.counted("asked", found.requests),
        facts=p.counted("facts", found.facts),
        points=p.say(
            "points", mean=p.number(100 * found.difference, sign=True), low=low, high=high
        ),
        p=p.number(found.p, 3),
        seen=_seen(p, found),
    )


def _seen(p: _Judging, found: "Preference") -> str:
    if found.is_significant:
        side = "a" if found.difference > 0 else "b"
        return p.say("prefer_here" if found.unit == "item" else "prefer", side=side)
    if found.smallest_detectable > 1:
        return p.say("too_few")
    return p.say("unseen", points=p.percent(found.smallest_detectable))
