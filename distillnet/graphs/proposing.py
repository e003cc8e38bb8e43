"""Lenses that the critic adds of its own, where the catalogue has no angle for what is missing."""

import hashlib
from collections.abc import Callable
from typing import Any

from distillnet.agents.lens_proposer import ANSWER_TOKENS, Proposal, propose
from distillnet.graphs.context import Context
from distillnet.records import Lens

_ANGLES = 12


class _NoAnswer(Exception):
    """The model did not answer the critic."""


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
        found = await _ask(context, told)
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


async def _ask(context: Context, told: list[str]) -> Proposal | None:
    """None where the model gives no answer: it is asked again when the run goes on."""
    work = context.work()
    cast = work.cast

    async def ask(prompt: str) -> str:
        named = f"{context.teacher.spec.name}\n{prompt}"
        id = "critic-" + hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:16]
        call = await work.interpreter.call(id, [("user", prompt)], limit=ANSWER_TOKENS)
        if call is None or call.error:
            raise _NoAnswer
        return call.raw

    try:
        return await propose(
            cast.seed,
            cast.language,
            told,
            cast.lenses,
            context.held_out,
            cast.forms,
            ask,
            context.embed,
            capable=context.teacher.spec.capable,
            model=cast.model,
        )
    except _NoAnswer:
        return None


def proposed_lenses(context: Context, round: int | None = None) -> list[Lens]:
    """Those that were proposed, up to ``round`` if it is given, and not taken out since."""
    entries = context.ledger.fact("proposed") or []
    lenses = [
        Lens.model_validate(entry["lens"])
        for entry in entries
        if entry["lens"] and (round is None or entry["round"] <= round)
    ]
    # What was changed in the axis since counts.
    changed = {lens.name: lens for lens in context.axis.lenses()}
    return [
        changed.get(lens.name, lens) for lens in lenses if context.axis.weight_of(lens.name) > 0
    ]
