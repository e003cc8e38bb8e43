"""The nodes of the distill graph. Each can run again after a crash: what is done is in the ledger.

A node reports what it does through LangGraph's stream writer, as small JSON events.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from langgraph.runtime import Runtime

from distillnet.agents.batching import Batching
from distillnet.agents.planner import first_gaps, plan_cells, tried_after
from distillnet.errors import BudgetReached
from distillnet.failpoints import reach
from distillnet.graphs import (
    cleaning,
    criticism,
    cross_checking,
    examining,
    finishing,
    proposing,
    relearning,
)
from distillnet.graphs.background import interruptible
from distillnet.graphs.context import Context
from distillnet.graphs.routing import WAVE
from distillnet.graphs.state import State, Update, Wave
from distillnet.graphs.steering import NAME
from distillnet.graphs.student_rounds import note_cells
from distillnet.records import Cell, Gap, Seed
from distillnet.tools.export import write_jsonl
from distillnet.tools.seeds import parse_seed

_EXCERPT = 400


async def seed(state: State, runtime: Runtime[Context]) -> Update:
    """Reads the seed, once, into the ledger."""
    context = runtime.context
    known = context.ledger.fact("seed")
    if known is None or known["id"] != state.seed:
        parsed = parse_seed(state.seed, language=context.settings.language)
        if known is None or known["id"] != parsed.id:
            context.ledger.write_fact("seed", parsed.model_dump(mode="json"))
        known = parsed.model_dump(mode="json")
    work = await asyncio.to_thread(context.work)
    runtime.stream_writer(
        {"stage": "seed", "text": work.cast.seed.question or work.cast.seed.statement}
    )
    if work.note:
        runtime.stream_writer({"note": work.note})
    if not context.teacher.spec.capable and work.cast.language == "ru":
        runtime.stream_writer({"note": "the embedded model cannot write Russian: give --model"})
    return {"seed": Seed.model_validate(known).id}


async def examine(state: State, runtime: Runtime[Context]) -> Update:
    """Writes the exam before anything is generated, so that no scene can shape it."""
    context = runtime.context
    if examining.is_due(context):
        runtime.stream_writer({"stage": "examine"})
        facts = await examining.find(context)
        _require_not_halted(context)
        items = [item.model_dump(mode="json") for item in examining.items_on(context, facts)]
        context.ledger.write_fact("facts", [fact.model_dump(mode="json") for fact in facts])
        context.ledger.write_fact("exam", items)
        write_jsonl(context.directory / "exam.jsonl", items)
        work = context.work()
        work.cast.facts[:] = context.known_facts(work.cast.seed)
        runtime.stream_writer({"stage": "examine", "items": len(items), "facts": len(facts)})
    return {}


async def plan(state: State, runtime: Runtime[Context]) -> Update:
    """Turns the gaps that the critic named into cells; at first every lens is a gap."""
    context = runtime.context
    work = context.work()
    round = state.round + 1
    criticism.held(context)
    if state.round:
        known = context.ledger.fact(criticism.gaps_fact(context))
        gaps = [Gap.model_validate(gap) for gap in known or []]
    else:
        gaps = first_gaps(context.planned)
    cells = plan_cells(work.cast, gaps, state.tried, round=round)
    context.ledger.add_cells(cells)
    if state.relearning:
        note_cells(context.ledger, state.student_round, [cell.id for cell in cells])
    runtime.stream_writer(
        {
            "stage": "plan",
            "round": round,
            "cells": len(cells),
            "gaps": Counter(gap.kind for gap in gaps),
        }
    )
    await _ask_by_batch(runtime, cells)
    return {
        "round": round,
        "pending": [cell.id for cell in cells],
        "tried": tried_after(state.tried, gaps),
    }


async def _ask_by_batch(runtime: Runtime[Context], cells: Sequence[Cell]) -> None:
    """Where the settings say so, brings the answers to ``cells`` into the ledger."""
    context = runtime.context
    if context.settings.batch and cells:
        note = partial(_note, runtime)
        await Batching(context.work().interpreter, note).answer(cells)


def _note(runtime: Runtime[Context], text: str) -> None:
    runtime.stream_writer({"note": text})


async def interpret(state: Wave, runtime: Runtime[Context]) -> Update:
    """One role agent, one cell, one call. Never raises: a raising task would end its siblings.

    What was asked by batch is in the ledger by now, or will not be asked.
    """
    context = runtime.context
    cell = context.ledger.cell(state["cell"])
    kept = context.ledger.has_answer(cell.id)
    if context.settings.batch:
        call = context.ledger.call(cell.id)
    else:
        call = await context.work().interpreter.interpret(cell)
    if call is not None:
        runtime.stream_writer(
            {
                "call": cell.id,
                "lens": cell.lens,
                "role": cell.role,
                "kept": kept,
                "tokens": call.output_tokens,
                "error": call.error,
                "text": call.raw[:_EXCERPT],
            }
        )
    return {}


async def clean(state: State, runtime: Runtime[Context]) -> Update:
    """Gives the wave's answers their verdicts, in the order of their cells."""
    context = runtime.context
    wave = state.pending[:WAVE]
    judged = await asyncio.to_thread(cleaning.judge_wave, context, wave[: _answered(context, wave)])
    runtime.stream_writer({"stage": "clean", "verdicts": judged})
    reach("after_verdicts_before_store")
    _require_not_halted(context)
    return {}


async def store(state: State, runtime: Runtime[Context]) -> Update:
    """Puts the wave's accepted scenes into the vector store."""
    context = runtime.context
    count = _answered(context, state.pending[:WAVE])
    wave, left = state.pending[:count], state.pending[count:]
    await asyncio.to_thread(lambda: context.work().store.add(*context.ledger.accepted_of(wave)))
    # A run that was halted goes on here: the next wave begins with what the halt left unasked.
    unasked = [id for id in left[: WAVE - count] if context.ledger.call(id) is None]
    await _ask_by_batch(runtime, [context.ledger.cell(id) for id in unasked])
    return {"pending": left}


def _answered(context: Context, wave: Sequence[str]) -> int:
    """How many cells of ``wave``, from its first, can be judged now.

    No answer behind a call that is still to be made: verdicts depend on those before. When a cap
    is reached no further call will be made, and all of the wave can be judged.
    """
    if context.budget.over and not context.work().interpreter.halted:
        return len(wave)
    unasked = (n for n, id in enumerate(wave) if context.ledger.call(id) is None)
    return next(unasked, len(wave))


async def coverage(state: State, runtime: Runtime[Context]) -> Update:
    """Asks the critic what is missing and whether to go round again."""
    context = runtime.context
    placed = await asyncio.to_thread(criticism.place_scenes, context)
    placed = await cross_checking.cross_check(context, placed, partial(_note, runtime))
    _require_not_halted(context)
    criticism.keep_angles(context, placed)
    more = state.round < context.settings.rounds and not state.relearning
    if more and not context.budget.over:
        await proposing.add_lenses(context, state.round, partial(_note, runtime))
        _require_not_halted(context)
    record = await asyncio.to_thread(criticism.review, context, state)
    if not context.steering.write(criticism.axis_in_force(context, state.round)):
        _note(runtime, f"{NAME} was edited: a resume will obey it")
    context.note_minutes()
    runtime.stream_writer(
        {"stage": "coverage", "stopped": record["stopped"], "reason": record["reason"]}
        | record["history"][-1]
    )
    reach("after_coverage_before_checkpoint")
    return {"stopped": record["stopped"], "history": record["history"]}


async def export(state: State, runtime: Runtime[Context]) -> Update:
    """Writes the files that other programs read."""
    runtime.stream_writer({"stage": "export"})
    await asyncio.to_thread(finishing.export, runtime.context)
    return {}


async def train(state: State, runtime: Runtime[Context]) -> Update:
    """Teaches the student the accepted scenes; later those alone that were told for its errors."""
    runtime.stream_writer({"stage": "train"})
    work = partial(relearning.train, state.student_round) if state.relearning else finishing.train
    await interruptible(work, runtime.context, _within_time(runtime))
    return {}


async def evaluate(state: State, runtime: Runtime[Context]) -> Update:
    """Examines base and student on the same items, and names what the student still gets wrong."""
    context = runtime.context
    runtime.stream_writer({"stage": "evaluate"})
    again = partial(relearning.evaluate, state.student_round)
    work = again if state.relearning else finishing.evaluate
    await interruptible(work, context, _within_time(runtime))
    gaps = relearning.next_gaps(context, state)
    if not gaps:
        return {"relearning": False}
    context.ledger.write_fact(
        criticism.gaps_fact(context), [gap.model_dump(mode="json") for gap in gaps]
    )
    return {"relearning": True, "student_round": state.student_round + 1}


async def report(state: State, runtime: Runtime[Context]) -> Update:
    """Draws the one-file report."""
    reach("before_report")
    runtime.stream_writer({"stage": "report"})
    await asyncio.to_thread(finishing.report, runtime.context)
    return {}


def _require_not_halted(context: Context) -> None:
    """Raises why the run was halted: nothing may be decided from calls that were not made."""
    if halted := context.work().interpreter.halted:
        raise halted


def _within_time(runtime: Runtime[Context]) -> Callable[[Any], None]:
    """The stream writer, which ends the work once the cap in minutes is reached."""

    def emit(event: Any) -> None:
        budget = runtime.context.budget
        if budget.seconds_left() == 0:
            raise BudgetReached(
                f"{budget.sentence('minutes')}; everything is kept: distillnet resume "
                f"{runtime.context.directory} --budget-minutes N"
            )
        runtime.stream_writer(event)

    return emit
