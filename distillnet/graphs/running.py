"""A run from its start, or from where it was cut off, to its end."""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distillnet.config import Settings
from distillnet.errors import BudgetReached, ConfigError, Interrupted, TooManyFailures
from distillnet.graphs.context import Context, open_context
from distillnet.graphs.distill import build_distill_graph
from distillnet.graphs.measuring import note_speeds
from distillnet.graphs.relearning import read_loop
from distillnet.graphs.run_file import write_run
from distillnet.graphs.state import Input
from distillnet.records import OnEvent, Scene, Seed

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig


@dataclass(frozen=True)
class Run:
    """What a run left. ``evaluation`` is None when no student was trained.

    ``student_loop`` holds a record for each round through the student.
    """

    directory: Path
    seed: Seed
    scenes: list[Scene]
    coverage: dict[str, Any]
    evaluation: dict[str, Any] | None
    failed_share: float
    max_failed: float
    student_loop: tuple[dict[str, Any], ...] = ()

    def require_whole(self) -> None:
        """Raises BudgetReached when a hard cap stopped the run, TooManyFailures when more calls
        failed than the settings allow."""
        if (cap := self.coverage["cap"]) and self.coverage["stopped"] == "budget":
            raise BudgetReached(
                f"{self.coverage['reason']}; everything is kept: "
                f"distillnet resume {self.directory} --budget-{cap} N"
            )
        if self.failed_share > self.max_failed:
            faults = {k: n for k, n in self.coverage["requests"].items() if k != "ok"}
            named = ", ".join(f"{n} {k}" for k, n in sorted(faults.items(), key=lambda p: -p[1]))
            raise TooManyFailures(
                f"{self.failed_share:.0%} of the calls failed (more than {self.max_failed:.0%}; "
                f"requests: {named}): see rejected.jsonl, then 'distillnet resume {self.directory}'"
            )


@dataclass
class Brake:
    """Ends a run softly: no further call starts, those in flight are kept.

    ``cure`` says how to go on, where ``distillnet resume`` would not be the way.
    """

    on_event: OnEvent
    cure: str | None = None
    context: Context | None = None

    def pull(self) -> int:
        """How many calls are in flight and worth waiting for."""
        if self.context is None:
            return 0
        cure = self.cure or f"'distillnet resume {self.context.directory}' goes on"
        left = self.context.halt(Interrupted(f"interrupted; {cure}"))
        if left:
            note = f"finishing {left} calls in flight; Ctrl-C again stops at once"
            self.on_event({"note": note})
        return left


async def run_graph(directory: Path, settings: Settings, seed: Seed, brake: Brake) -> Run:
    """Runs the graph on ``seed``, or finishes the run of it that was cut off.

    What it does is told to ``brake.on_event``.
    """
    os.environ.setdefault("LANGSMITH_TRACING", "false")
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    with open_context(directory, settings) as context:
        brake.context = context
        plant(context, seed)
        write_run(directory, settings, seed)
        context.thread = thread = _thread(settings, seed, context.steering.changes())
        config: RunnableConfig = {
            "configurable": {"thread_id": thread},
            "recursion_limit": 50 + 1_000 * settings.rounds,
        }
        async with AsyncSqliteSaver.from_conn_string(str(directory / "checkpoint.sqlite")) as saver:
            # The checkpoint holds plain JSON types; a Python object in it is not ours, and making
            # one could run code.
            saver.serde = JsonPlusSerializer(allowed_msgpack_modules=None)
            graph = build_distill_graph(saver)
            checkpoint = await graph.aget_state(config)
            # Not by its next tasks: those that have ended do not count among them, so that a run
            # cut off between a wave's last answer and the next checkpoint would begin anew.
            if unfinished := checkpoint.created_at is not None:
                left = checkpoint.values.get("pending", [])
                brake.on_event({"stage": "resume", "cells": len(left)})
            stream = graph.astream(
                None if unfinished else Input(seed=seed.id),
                config,
                context=context,
                stream_mode="custom",
                durability="sync",
            )
            try:
                async for event in stream:
                    brake.on_event(event)
            finally:
                context.note_minutes()
                await context.teacher.aclose()
            await saver.adelete_thread(thread)
        note_speeds(context)
        return _result(context, seed)


def plant(context: Context, seed: Seed) -> None:
    """Raises ConfigError for a directory that belongs to another seed."""
    known = context.ledger.fact("seed")
    if known is not None and known["id"] != seed.id:
        raise ConfigError(
            f"{context.directory} holds a run of another seed ({known['statement'][:60]!r}): "
            f"give another --out, and --reuse {context.directory} to keep what is said of "
            "passages that are the same"
        )
    context.ledger.write_fact("seed", seed.model_dump(mode="json"))


def _result(context: Context, seed: Seed) -> Run:
    scenes = context.ledger.scenes()
    failed = sum(scene.verdict == "failed" for scene in scenes)
    evaluation = context.directory / "evaluation.json"
    return Run(
        directory=context.directory,
        seed=seed,
        scenes=[scene for scene in scenes if scene.verdict == "accepted"],
        coverage=context.ledger.fact("coverage"),
        evaluation=json.loads(evaluation.read_text("utf-8"))
        if context.settings.train and evaluation.is_file()
        else None,
        failed_share=failed / len(scenes) if scenes else 0.0,
        max_failed=context.settings.max_failed,
        student_loop=tuple(read_loop(context)),
    )


def _thread(settings: Settings, seed: Seed, steered: list[Any]) -> str:
    """One checkpoint thread for one seed, settings and axis: others start the graph anew."""
    shaped = json.dumps([settings.model_dump(mode="json"), seed.id, *steered], sort_keys=True)
    return hashlib.sha256(shaped.encode()).hexdigest()[:16]
