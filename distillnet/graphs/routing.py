"""Where the graph goes next. Routers decide; they change nothing."""

from typing import Literal

from langgraph.runtime import Runtime
from langgraph.types import Send

from distillnet.graphs.context import Context
from distillnet.graphs.state import State, Wave

# Between two supersteps nothing is in flight, so few large ones are faster; but the cost of a task
# grows with their number (0.5 ms each at 1,000, 5 ms at 10,000).
WAVE = 1024


def next_wave(state: State) -> list[Send]:
    """One interpret task a cell, for the first ``WAVE`` pending cells."""
    return [Send("interpret", Wave(cell=id)) for id in state.pending[:WAVE]]


def after_plan(state: State) -> list[Send] | Literal["coverage"]:
    return next_wave(state) or "coverage"


def after_store(state: State) -> list[Send] | Literal["coverage"]:
    return next_wave(state) or "coverage"


def after_coverage(state: State) -> Literal["plan", "export"]:
    return "export" if state.stopped else "plan"


def after_evaluate(state: State) -> Literal["plan", "report"]:
    """What the student gets wrong is planned for until it is right or the rounds are used up."""
    return "plan" if state.relearning else "report"


def after_export(state: State, runtime: Runtime[Context]) -> Literal["train", "report"]:
    return "train" if runtime.context.settings.train else "report"
