"""The loop closed through the student: what it still gets wrong is told again and taught on top.

Half of the exam's items show where the student errs; the critic's gaps of such a round are these
facts, in both directions, and nothing else. The new scenes alone are learned, on top of what the
student knows, and the other half of the items, which chose nothing, says what it was worth, beside
a control (``control_student``).
"""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from distillnet.agents.planner import LENSES_A_FACT, fact_key, lens_for_fact
from distillnet.graphs import control_student
from distillnet.graphs.context import Context
from distillnet.graphs.finishing import exam_of, examine_student
from distillnet.graphs.state import State
from distillnet.graphs.student_rounds import LOOP_FILE, adapter_after, cells_of, round_folder
from distillnet.models.weights import model_folder
from distillnet.records import Gap, Item, OnEvent
from distillnet.tools.export import dataset_rows, write_json, write_jsonl
from distillnet.tools.propositions import directions


def next_gaps(context: Context, state: State) -> list[Gap]:
    """What the student gets wrong after ``state.student_round`` rounds; none when all were made."""
    if state.student_round >= context.settings.rounds_through_student:
        return []
    cast = context.work().cast
    right = _answers(context, state.student_round)
    items = exam_of(context)
    choosing = feedback_ids(items)
    chosen = [item for item in items if item.id in choosing]
    asked = Counter(item.fact for item in chosen)
    wrong = Counter(item.fact for item in chosen if not right.get(item.id, True))
    gaps: list[Gap] = []
    for number, count in wrong.most_common():
        if number >= len(cast.facts):  # of another language than the scenes
            continue
        fact = cast.facts[number]
        for direction in directions(fact.statement, cast.seed.language):
            tried = state.tried.get(fact_key(number, direction), 0)
            gaps += [
                Gap(
                    kind="fact",
                    lens=lens_for_fact(f"{fact.statement} {direction}", attempt, context.planned),
                    fact=number,
                    direction=direction,
                    passage=fact.passage,
                    reason=f"the student gets {count} of {asked[number]} items on this wrong: "
                    f'"{fact.statement[:80]}"',
                )
                for attempt in range(tried, tried + LENSES_A_FACT)
            ]
    return gaps


def feedback_ids(items: Sequence[Item]) -> set[str]:
    """Every other recall item of each fact, by id: those that may choose what is taught."""
    from distillnet.training.battery import RECALL

    ids: set[str] = set()
    for fact in {item.fact for item in items}:
        of_fact = sorted(item.id for item in items if item.fact == fact and item.kind in RECALL)
        ids.update(of_fact[1::2])
    return ids


def train(round: int, context: Context, emit: OnEvent) -> None:
    """Teaches the new scenes of ``round`` on top of the student before."""
    from distillnet.training.loop import as_events
    from distillnet.training.lora import train_lora

    cells = set(cells_of(context.ledger, round))
    scenes = [scene for scene in context.ledger.scenes(accepted=True) if scene.id in cells]
    rows = dataset_rows(scenes, fiction=context.settings.fiction)
    data = round_folder(context.directory, round) / "train.jsonl"
    if not rows:
        emit({"note": "no scene for the student's errors was accepted; it stays as it is"})
        data.unlink(missing_ok=True)
        return
    write_jsonl(data, rows)
    train_lora(
        data,
        model_folder(context.settings.student),
        round_folder(context.directory, round) / "adapter",
        context.settings.training,
        start=adapter_after(context.directory, round - 1),
        on_progress=as_events(emit),
    )
    if context.settings.loop_control:
        control_student.teach(round, context, emit)


def evaluate(round: int, context: Context, emit: OnEvent) -> None:
    """Examines the student after ``round`` and writes student_loop.json."""
    examine_student(context, round, emit)
    write_json(context.directory / LOOP_FILE, _loop(context, round, emit))


def read_loop(context: Context) -> list[dict[str, Any]]:
    """The content of student_loop.json; nothing where the settings ask for no such round."""
    path = context.directory / LOOP_FILE
    if not (context.settings.rounds_through_student and path.is_file()):
        return []
    rounds: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return rounds[: context.settings.rounds_through_student]


def _loop(context: Context, rounds: int, emit: OnEvent) -> list[dict[str, Any]]:
    """What each round began with, taught and changed; shares of 1.

    ``others`` is of the items that chose nothing: ``difference`` is what the rounds so far changed,
    and that of ``control`` how much more they changed than the control's old scenes did.
    """
    from distillnet.training.battery import RECALL

    items = [item for item in exam_of(context) if item.kind in RECALL]
    choosing = feedback_ids(items)
    chosen = [item for item in items if item.id in choosing]
    others = [item for item in items if item.id not in choosing]
    accepted = {scene.id for scene in context.ledger.scenes(accepted=True)}
    first, directory = _answers(context, 0), context.directory

    def accuracy(right: dict[str, bool], of: Sequence[Item]) -> float | None:
        return sum(right[item.id] for item in of) / len(of) if of else None

    record = []
    for round in range(1, rounds + 1):
        right = _answers(context, round)
        asked = cells_of(context.ledger, round)
        entry: dict[str, Any] = {
            "round": round,
            "cells": len(asked),
            "scenes": len(accepted.intersection(asked)),
            "adapter": adapter_after(directory, round).relative_to(directory).as_posix(),
            "choosing": {
                "items": len(chosen),
                "before": accuracy(first, chosen),
                "after": accuracy(right, chosen),
            },
            "others": {
                "items": len(others),
                "before": accuracy(first, others),
                "after": accuracy(right, others),
            },
        }
        if others:
            now = [right[item.id] for item in others]
            before = [first[item.id] for item in others]
            entry["others"] |= _difference(context, before, now, others)
            control = None
            if context.settings.loop_control:
                control = control_student.right_answers(round, context, others, emit)
            if control is not None:
                entry["control"] = {
                    "items": len(others),
                    "after": sum(control) / len(control),
                } | _difference(context, control, now, others)
        record.append(entry)
    return record


def _difference(
    context: Context, before: Sequence[bool], after: Sequence[bool], items: Sequence[Item]
) -> dict[str, Any]:
    from distillnet.training.statistics import paired_difference

    found = paired_difference(
        before,
        after,
        [item.fact for item in items],
        resamples=context.settings.exam.resamples,
    )
    return {
        "difference": found.mean,
        "ci95": list(found.ci95),
        "smallest_detectable": found.smallest_detectable,
    }


def _answers(context: Context, round: int) -> dict[str, bool]:
    """Which items the student after ``round`` answers rightly."""
    folder = round_folder(context.directory, round)
    known = folder / "evaluation.json"
    if not known.is_file():
        return {}
    answers = json.loads(known.read_text("utf-8"))["answers"]
    return {id: answer["student"] for id, answer in answers.items()}
