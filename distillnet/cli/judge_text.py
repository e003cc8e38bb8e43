"""A judging in the terminal, at 80 columns: what it will take, and what the judges said."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from distillnet.cli.field import field, wrapped
from distillnet.tools.terminal import columns, fitted, terminal

if TYPE_CHECKING:
    from distillnet.api import JudgedResult, JudgePlan

_NAME = 30
_PAIRS = 5
"""So many of the pairs of lenses that were confused are shown."""


def plan_lines(plan: "JudgePlan") -> Iterator[str]:
    yield from field("compare", f"a: {plan.a}; b: {plan.b}")
    yield from field(
        "requests",
        f"{plan.requests} on {_counted(plan.facts, 'fact')}, asked through "
        f"{_counted(plan.framings, 'lens', 'lenses')} that no scene was written by; "
        f"{_counted(plan.answers, 'answer')} to be generated here",
    )
    told = "fewer than two lenses have one, so none is told apart"
    if plan.scenes:
        told = f"{plan.scenes} to be told apart, of {plan.lenses} lenses"
    yield from field("scenes", told)
    yield f"{'judge':<{_NAME}}{'calls':>8}{'answered before':>18}{'at most':>16}"
    for judge in plan.judges:
        usd = "price unknown" if judge.usd is None else _usd(judge.usd)
        yield f"{_name(judge.name)}{judge.calls:>8,}{judge.kept:>18,}{usd:>16}"
    total = f", at most {_usd(plan.usd)}" if plan.usd else ""
    yield from field("in all", f"{_counted(plan.calls, 'call')}{total}, before retries")
    yield from _warnings(plan.warnings)


def result_lines(result: "JudgedResult") -> Iterator[str]:
    """Who is preferred and by whom, the lenses that were seen, and the verdict."""
    found = result.preference
    yield from field("a", result.a)
    yield from field("b", result.b)
    yield ""
    yield f"{'judge':<{_NAME}}{'a':>6}{'b':>6}{'tie':>6}{'no answer':>12}{'both orders alike':>19}"
    for ballot in result.ballots:
        alike = "" if ballot.consistent is None else f"{ballot.consistent:.0%}"
        yield (
            f"{_name(ballot.judge)}{ballot.a:>6}{ballot.b:>6}{ballot.ties:>6}"
            f"{ballot.unanswered:>12}{alike:>19}"
        )
    yield f"{'together':<{_NAME}}{found.a:>6}{found.b:>6}{found.ties:>6}"
    yield ""
    yield from wrapped(_verdict(result), indent=0)
    if result.tellings:
        yield ""
        head = f"{'scenes':>8}{'right, 95%':>24}{'chance':>8}{'unread':>8}"
        yield f"{'which lens is it?':<{_NAME}}{head}"
    for told in result.tellings:
        low, high = (f"{100 * bound:.0f}" for bound in told.ci95)
        right = f"{100 * told.accuracy:.0f} % [{low}, {high}]"
        yield f"{_name(told.judge)}{told.scenes:>8}{right:>24}{told.chance:>8.0%}{told.unread:>8}"
    for pair in result.confused[:_PAIRS]:
        yield from field("", f"{pair.lens} was taken for {pair.taken_for}: {pair.times}")
    yield ""
    yield from _warnings(result.warnings)
    usd = "at an unknown price" if result.usd is None else _usd(result.usd)
    yield from field("paid", f"{_counted(result.calls, 'request')} so far, {usd}")


def _verdict(result: "JudgedResult") -> str:
    found = result.preference
    low, high = (100 * bound for bound in found.ci95)
    share = f"{100 * found.difference:+.0f} points [{low:+.0f}, {high:+.0f}], p {found.p:.3f}"
    of = f"of {_counted(found.requests, 'request')} on {_counted(found.facts, 'fact')}"
    if found.p < 0.05 and not low <= 0 <= high:
        side = "a" if found.difference > 0 else "b"
        seen = f"the judges prefer {side}"
        if found.unit == "item":
            seen += ", on these requests: fewer than five facts say nothing of others"
    elif found.smallest_detectable > 1:
        seen = "no difference; so few requests can show none"
    else:
        seen = f"no difference; {100 * found.smallest_detectable:.0f} points could have been seen"
    return f"a wins {found.a} and b {found.b} {of}, {share}: {seen}"


def _warnings(warnings: tuple[str, ...]) -> Iterator[str]:
    for warning in warnings:
        yield from field("warning", warning, most=3)


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def _usd(usd: float) -> str:
    if not usd:
        return "free"
    return f"{usd:,.2f} USD" if usd >= 1 else f"{usd:.4f} USD"


def _name(name: str) -> str:
    shown = fitted(terminal(name), _NAME - 1)
    return shown + " " * (_NAME - columns(shown))
