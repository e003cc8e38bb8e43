"""What a race will take, in the terminal, at 80 columns."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from distillnet.cli.duration import duration
from distillnet.cli.field import field
from distillnet.cli.phrases import Phrases, left, right
from distillnet.cli.race_words import RACE

if TYPE_CHECKING:
    from distillnet.api import RacePlan

_NAME = 14


def plan_lines(plan: "RacePlan") -> Iterator[str]:
    """What the teacher writes, what the students learn, and how long that takes.

    As an estimate where the teacher has yet to write.
    """
    p = Phrases(RACE, plan.language)
    for run in plan.teacher:
        least, most = p.number(int(run.calls.least)), p.counted("n_calls", int(run.calls.most))
        parts = [p.say("calls", arm=run.arm, least=least, most=most)]
        if run.seconds is not None:
            parts.append(p.say("at_most_time", time=duration(run.seconds.most, p.language)))
        if run.usd is not None and run.usd.most:
            parts.append(p.say("at_most_usd", usd=p.number(run.usd.most, 2)))
        yield from field(p.say("teacher"), ", ".join(parts))
    if plan.caps and plan.teacher:
        caps = ", ".join(f"--budget-{name} {cap:.15g}" for name, cap in plan.caps.items())
        yield from field(p.say("caps"), p.say("together", caps=caps))
    yield from field(p.say("documents"), _asked(plan, p))
    said = p.say(
        "budget",
        students=p.number(plan.students),
        tokens=p.counted("n_tokens", plan.tokens),
        steps=p.counted("n_steps", plan.steps),
        rates=p.counted("n_rates", len(plan.learning_rates)),
        seeds=p.counted("n_seeds", plan.seeds),
    )
    yield from field(p.say("students"), f"{said}; {p.say('estimated')}" if plan.estimated else said)
    if plan.credit:
        adds = p.counted("credit_adds", plan.credit_students, group=plan.credit)
        yield from field(p.say("credits"), adds)
    if plan.arms:
        yield from _readings(plan, p)
    if plan.seconds is None:
        yield from field(p.say("time"), p.say("unmeasured"))
    else:
        measured = "measured" if plan.examinations_counted else "measured_training"
        time = duration(plan.seconds, p.language)
        yield from field(p.say("time"), p.say(measured, time=time))


def _asked(plan: "RacePlan", p: Phrases) -> str:
    things = p.counted("n_things", plan.items)
    if plan.unit == "fact" and plan.estimated:
        return p.say("asked_at_most", things=things)
    if plan.facts is not None:
        items, facts = p.counted("n_items", plan.items), p.counted("n_facts", plan.facts)
        return p.say("asked_facts", items=items, facts=facts)
    asked = p.say("asked", documents=p.number(plan.documents), things=things)
    return f"{asked}; {p.counted('left_out', plan.left_out)}" if plan.left_out else asked


def _readings(plan: "RacePlan", p: Phrases) -> Iterator[str]:
    """What one reading of each arm's rows teaches, and how often they are read."""
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
