"""A race in the terminal, at 80 columns: what it will take, and what came of it."""

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from distillnet.tools.terminal import columns, fitted, terminal

if TYPE_CHECKING:
    from distillnet.api import ArmComparison, ArmResult, RacePlan, RaceResult

_WIDTH = 79
_NAME = 14


def plan_lines(plan: "RacePlan") -> Iterator[str]:
    for run in plan.teacher:
        least, most = int(run.calls.least), int(run.calls.most)
        usd = "" if run.usd is None or not run.usd.most else f", at most {run.usd.most:.2f} USD"
        time = "" if run.seconds is None else f", at most {_duration(run.seconds.most)}"
        yield f"teacher    {run.arm}: {least:,} to {most:,} calls{time}{usd}"
    if plan.tokens is None or plan.steps is None or not plan.arms:
        rates, seeds = len(plan.learning_rates), plan.seeds
        yield f"students   {rates} rates for each arm, then {seeds} seeds at the best one;"
        yield "           tokens and time are known once the teacher has written"
        return
    yield f"documents  {plan.documents}, asked {plan.items} things"
    yield (
        f"students   {plan.students}: {plan.tokens:,} tokens in {plan.steps:,} steps each; "
        f"{len(plan.learning_rates)} rates,"
    )
    yield f"           then {plan.seeds} seeds at the best one"
    yield f"{'arm':<{_NAME}}{'rows':>8}{'tokens, one reading':>22}{'readings':>10}"
    for arm in plan.arms:
        if arm.tokens is None:
            yield f"{_name(arm.arm)}{'':>8}{'nothing is trained':>22}"
        else:
            readings = plan.tokens / max(1, arm.tokens)
            yield f"{_name(arm.arm)}{arm.rows:>8,}{arm.tokens:>22,}{readings:>10.1f}"
    if plan.seconds is not None:
        yield f"time       about {_duration(plan.seconds)}, as measured here before"


def result_lines(result: "RaceResult") -> Iterator[str]:
    """The table, the curves, the credit, and the verdict."""
    against = result.reference or "nothing"
    yield (
        f"{result.test_items} test items on {result.documents} documents; "
        f"{result.tokens:,} tokens, {result.steps:,} steps, {result.seeds} seeds"
    )
    yield ""
    yield (
        f"{'arm':<{_NAME}}{'rate':>6}{'right':>8}{'by seed':>12}"
        f"{'against ' + against[:12] + ', points':>30}{'p':>7}"
    )
    for arm in (result.base, *result.arms):
        yield _row(arm, is_reference=arm.arm == result.reference)
    yield ""
    yield f"{'nats a character of the right ending':<40}{'against ' + against[:12]:>32}"
    for arm in (result.base, *result.arms):
        if arm.nats is not None:
            yield f"{_name(arm.arm)}{arm.nats:>22.3f}{_nats(arm.difference):>36}"
    yield from _wordings(result)
    if seen := [arm for arm in result.arms if arm.wording_seen]:
        named = ", ".join(f"{arm.arm} {arm.wording_seen:.0%}" for arm in seen)
        yield ""
        yield from textwrap.wrap(
            terminal(f"word for word in what was taught: {named} of the test items"), _WIDTH
        )
    if any(arm.curve for arm in result.arms):
        yield ""
        shares = [point.share for arm in result.arms for point in arm.curve]
        heads = sorted(set(shares))
        yield f"{'right after':<{_NAME}}" + "".join(f"{share:>9.0%}" for share in heads)
        for arm in result.arms:
            if arm.curve:
                right = {point.share: f"{point.accuracy:.1%}" for point in arm.curve}
                yield _name(arm.arm) + "".join(f"{right.get(share, ''):>9}" for share in heads)
    for arm in result.arms:
        if arm.credit:
            yield ""
            yield f"{fitted(terminal(arm.arm), 30)}: what each group is worth, points"
            for credit in sorted(arm.credit, key=lambda c: -(c.worth.mean if c.worth else 2)):
                name = fitted(terminal(credit.group), 30)
                worth = _points(credit.worth) or fitted(terminal(credit.error or ""), 45)
                yield f"  {name}{' ' * (32 - columns(name))}{worth:>28}"
    yield ""
    for arm in result.arms:
        if arm.error:
            yield from textwrap.wrap(terminal(f"{arm.arm} failed: {arm.error}"), _WIDTH)
    yield from textwrap.wrap(terminal(result.verdict), _WIDTH)


def _row(arm: "ArmResult", *, is_reference: bool) -> str:
    if arm.accuracy is None:
        return f"{_name(arm.arm)}{'failed':>14}"
    rate = f"{arm.learning_rate:g}" if arm.learning_rate else ""
    spread = ""
    if len(arm.seeds) > 1:
        spread = f"{100 * min(arm.seeds):.0f}-{100 * max(arm.seeds):.0f} %"
    p = ""
    if arm.difference and arm.difference.p_holm is not None:
        p = f"{arm.difference.p_holm:.3f}"
    against = "(the reference)" if is_reference else _points(arm.difference)
    return f"{_name(arm.arm)}{rate:>6}{100 * arm.accuracy:>6.1f} %{spread:>12}{against:>30}{p:>7}"


def _wordings(result: "RaceResult") -> Iterator[str]:
    wordings = list(result.base.by_wording)
    if len(wordings) < 2:
        return
    shown = wordings[:6]
    yield ""
    yield f"{'right, %':<{_NAME}}" + "".join(f"{fitted(terminal(w), 10):>11}" for w in shown)
    for arm in (result.base, *result.arms):
        if arm.by_wording:
            cells = (f"{100 * arm.by_wording[wording]:>11.1f}" for wording in shown)
            yield _name(arm.arm) + "".join(cells)


def _points(comparison: "ArmComparison | None") -> str:
    if comparison is None:
        return ""
    low, high = comparison.ci95
    return f"{100 * comparison.mean:+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"


def _nats(comparison: "ArmComparison | None") -> str:
    if comparison is None:
        return ""
    low, high = comparison.nats_ci95
    return f"{comparison.nats:+.3f} [{low:+.3f}, {high:+.3f}]"


def _name(name: str) -> str:
    shown = fitted(terminal(name), _NAME - 1)
    return shown + " " * (_NAME - columns(shown))


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02} min" if hours else f"{max(1, minutes)} min"
