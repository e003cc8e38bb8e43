"""Lenses that the critic adds of its own, where the catalogue has no angle for what is missing."""

from collections.abc import Callable
from typing import Any

from distillnet.agents.lens_proposer import ANSWER_TOKENS, Proposal, propose
from distillnet.graphs.asking import NoAnswer, asking
from distillnet.graphs.context import Context
from distillnet.graphs.proposals import own_lenses, proposals
from distillnet.records import Lens

_ANGLES = 12


async def add_lenses(context: Context, round: int, note: Callable[[str], None]) -> None:
    """Asks for as many lenses as the settings want; those of earlier rounds and runs count.

    After an answer that is no lens it waits for the next round, which has more to be told.
    """
    ledger, work = context.ledger, context.work()
    proposed: list[dict[str, Any]] = ledger.fact("proposed") or []
    if any(entry["problem"] and entry["round"] >= round for entry in proposed):
        return
    told = [ledger.text(id) for id in ledger.of_largest_angles(_ANGLES, round)]
    while len(proposed) < context.settings.propose:
        found = await _proposal(context, told)
        if found is None:
            return
        if found.lens:
            work.cast.lenses[found.lens.name] = found.lens
            question = found.lens.question.in_(work.cast.language)
            note(f"the critic proposes the lens {found.lens.name}: {question}")
        else:
            note(f"the critic's proposal could not be used: {found.problem}")
        entry = found.lens and found.lens.model_dump(mode="json")
        proposed.append({"round": round, "lens": entry, "problem": found.problem})
        ledger.write_fact("proposed", proposed)
        if not found.lens:
            return


async def _proposal(context: Context, told: list[str]) -> Proposal | None:
    """None where the model gives no answer: it is asked again when the run goes on."""
    cast = context.work().cast
    try:
        return await propose(
            cast.seed,
            cast.language,
            told,
            cast.lenses,
            context.held_out,
            cast.forms,
            asking(context, "critic", limit=ANSWER_TOKENS),
            context.embed,
            capable=context.teacher.spec.capable,
            model=cast.model,
        )
    except NoAnswer:
        return None


def proposed_lenses(context: Context, round: int | None = None) -> list[Lens]:
    """Those that were proposed, up to ``round`` if it is given, and not taken out since."""
    own = own_lenses(context.ledger, context.axis)
    return [
        own[lens.name]
        for lens in proposals(context.ledger, round)
        if context.axis.weight_of(lens.name) > 0
    ]
