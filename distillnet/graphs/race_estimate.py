"""How many students a race will train, and on what, before the teacher has written anything."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from distillnet.agents.coverage_critic import TOKENS_A_PAGE
from distillnet.config import Settings
from distillnet.graphs.forecast import Plan
from distillnet.graphs.race_runs import LENSES
from distillnet.graphs.racing import Options, learning_seconds
from distillnet.records import Language
from distillnet.tools.lenses import STUDY, load_lenses
from distillnet.tools.tokens import estimated_tokens
from distillnet.training.arms import (
    CONTEXT,
    MIXED,
    RUN,
    Row,
    characters,
    groups_of,
    longest_reading,
)
from distillnet.training.race import count_students
from distillnet.training.schedule import steps_for

SCENE_TOKENS = 130
"""Of a scene, before any was written."""


class Expected(TypedDict):
    """Fields of ``RacePlan``."""

    tokens: int
    steps: int
    students: int
    credit_students: int
    seconds: float | None
    examinations_counted: bool


def expected(
    arms: Sequence[str],
    there: Mapping[str, Sequence[Row]],
    forecasts: Mapping[str, Plan],
    items: int,
    pages: float,
    settings: Settings,
    options: Options,
    language: Language,
) -> Expected:
    """``there`` holds the rows of the arms that need no teacher, ``forecasts`` the others' runs.

    Those are written until they have ``pages`` to say. ``items`` are asked.
    """
    taught = [name for name in arms if name != CONTEXT]
    written = {*forecasts, RUN}
    sizes = {name: pages * TOKENS_A_PAGE if name in written else SCENE_TOKENS for name in taught}
    if MIXED in sizes:
        sizes[MIXED] = 2 * pages * TOKENS_A_PAGE
    for name, rows in there.items():
        sizes[name] = estimated_tokens(sum(map(characters, rows)), language)[1]
    racing = {name: sizes[name] for name in taught}  # ``there`` may hold others
    tokens = options.tokens or max(1, round(longest_reading(racing)))
    groups = [_groups(options.credit, name, there, forecasts, settings) for name in taught]
    students, for_credit = count_students(groups, len(options.learning_rates), options.seeds)
    seconds, counted = learning_seconds(settings.student, students, tokens, items)
    return Expected(
        tokens=tokens,
        steps=steps_for(tokens, options.steps),
        students=students,
        credit_students=for_credit,
        seconds=seconds,
        examinations_counted=counted,
    )


def _groups(
    credit: str | None,
    arm: str,
    there: Mapping[str, Sequence[Row]],
    forecasts: Mapping[str, Plan],
    settings: Settings,
) -> int:
    """Values that the rows of ``arm`` have, or will have, under the key ``credit``."""
    if credit is None:
        return 0
    if arm in there:
        return len(groups_of(there[arm], credit))
    if arm == MIXED:
        told = _groups(credit, LENSES, there, forecasts, settings)
        return told + (credit == "lens")  # copies are one more
    planned = forecasts.get(LENSES if arm == RUN else arm)
    if planned is None:  # a single scene
        return 1
    if credit == "role":
        return min(len(planned.roles), int(planned.estimate.calls.most))
    if credit == "lens":
        return len(planned.lenses)
    lenses = load_lenses((*settings.lens_folders, STUDY))
    return len({getattr(lenses[lens.name], credit) for lens in planned.lenses})
