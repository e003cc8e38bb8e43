"""A round under the critic's eyes: which angles its scenes show, what is covered, what is not."""

import hashlib
from collections.abc import Sequence
from typing import Any, get_args

from distillnet.agents.assessment import Assessment
from distillnet.agents.coverage_critic import assess, decide
from distillnet.graphs.context import Context
from distillnet.graphs.proposing import proposed_lenses
from distillnet.graphs.state import State
from distillnet.records import Verdict
from distillnet.tools.angles import Placed
from distillnet.tools.axis import Axis, axis_of


def review(context: Context, state: State) -> dict[str, Any]:
    """The content of coverage.json after the round of ``state``, kept in the ledger, too."""
    ledger, census = context.ledger, context.work().census
    census.advance(state.round)
    lenses = [*context.planned, *proposed_lenses(context, state.round)]
    found = assess(
        census, context.work().cast, lenses, context.settings, state.tried, held(context)
    )
    verdicts = census.verdicts
    history = [
        *state.history,
        {
            "round": state.round,
            "calls": verdicts.total(),
            "accepted": verdicts["accepted"],
            "new_angles": found.new_angles,
            "gain": found.gain,
        },
    ]
    over = context.budget.over
    stopped, reason = decide(
        found,
        context.settings,
        rounds=state.round,
        cap=over and context.budget.sentence(over),
    )
    if state.relearning:
        # What the run was for has been decided; such a round tells what the student got wrong.
        before = ledger.fact("coverage")
        stopped, reason = before["stopped"], before["reason"]
        if over and not (stopped == "budget" and before["cap"]):
            reached = context.budget.sentence(over)
            stopped = "budget"
            reason = f"not all that the student gets wrong was told; {reached}"
    record = _record(context, found, history, stopped, reason)
    ledger.write_fact(gaps_fact(context), [gap.model_dump(mode="json") for gap in found.gaps])
    ledger.write_fact("coverage", record)
    return record


def held(context: Context) -> int:
    """The last place in the ledger when a run looked through these lenses, by these roles, first.

    Noted then, so that a run that goes on, or is repeated, comes to the same decisions.
    """
    looks = "\n".join([*(lens.name for lens in context.planned), "", *context.roles])
    name = f"held {hashlib.sha256(looks.encode()).hexdigest()[:16]}"
    known: int | None = context.ledger.fact(name)
    if known is None:
        known = context.ledger.last_place()
        context.ledger.write_fact(name, known)
    return known


def gaps_fact(context: Context) -> str:
    """The name of the last round's gaps: a run cut off must not go on from those of another."""
    return f"gaps {context.thread}"


def axis_in_force(context: Context, round: int) -> Axis:
    """What the run looks through after ``round``, with the weights in force."""
    names = {lens.name for lens in context.axis.lenses()}
    added = [lens for lens in proposed_lenses(context, round) if lens.name not in names]
    return axis_of(
        context.chosen_lenses,
        context.chosen_roles,
        context.forms,
        [*context.axis.lenses(), *added],
        before=context.axis,
    )


def place_scenes(context: Context) -> list[Placed]:
    """Compares the scenes that have no label yet with the older ones, by what the store holds."""
    work = context.work()
    # Known here, and quicker than to look through all scenes of the ledger, which has their order.
    unplaced = [id for id in work.accepted.ids if id not in work.angles.labels]
    new = [scene.id for scene in context.ledger.accepted_of(unplaced)[0]]
    return work.angles.add(new, work.store.vectors(new))


def keep_angles(context: Context, placed: Sequence[Placed]) -> None:
    """Once they are final: a kill before this has them placed, and cross-checked, again."""
    context.ledger.record_angles([(p.id, p.angle, p.nearest, p.probability) for p in placed])


def _record(
    context: Context,
    found: Assessment,
    history: list[dict[str, Any]],
    stopped: str | None,
    reason: str,
) -> dict[str, Any]:
    verdicts = context.ledger.verdicts()
    facts = context.work().cast.facts
    cross_checks = context.ledger.fact("cross_checks")
    return {
        "stopped": stopped,
        "reason": reason,
        "cap": context.budget.over,
        "rounds": len(history),
        "lenses": {
            "planned": found.planned,
            "covered": found.covered,
            "missing": found.missing,
            "repeating": list(found.repeating),
        },
        "facts": [
            {
                "statement": fact.statement,
                "forward": list(found.told[number, "forward"]),
                "reverse": list(found.told.get((number, "reverse"), ())),
            }
            # It has no two halves that could be exchanged.
            | ({"one_way": True} if (number, "reverse") not in found.told else {})
            for number, fact in enumerate(facts)
        ],
        "gaps": [
            gap.model_dump(mode="json", exclude_none=True, include=_SHOWN) for gap in found.gaps
        ],
        "angles": {
            "seen": found.angles,
            "good_turing": round(found.good_turing, 4),
            "chao1": round(found.chao1, 2),
            "chao1_ci95": [round(bound, 2) for bound in found.chao1_interval],
        },
        "pages": round(found.pages, 3),
        **({"cross_checks": cross_checks} if cross_checks else {}),
        "verdicts": {verdict: verdicts.get(verdict, 0) for verdict in get_args(Verdict)},
        "history": history,
        "requests": context.ledger.outcomes(),
        "spent": _spent(context),
    }


_SHOWN = {"kind", "lens", "role", "fact", "direction", "depth", "reason"}


def _spent(context: Context) -> dict[str, Any]:
    """Requests, tokens and dollars (None where the price is unknown) so far."""
    spent = context.ledger.spent().model_dump()
    if context.work().interpreter.price is None:
        spent["usd"] = None
    return spent
