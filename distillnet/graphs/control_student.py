"""The control of the rounds through the student: as much teaching, and nothing new in it.

Beside the student that learns the new scenes, another goes on from the same first one, for equally
many tokens and steps, with the scenes that the first had read before. What the new scenes are worth
is what the one knows and the other does not.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from distillnet.graphs.context import Context
from distillnet.graphs.student_rounds import round_folder
from distillnet.models.weights import model_folder
from distillnet.records import Item, OnEvent


def teach(round: int, context: Context, emit: OnEvent) -> None:
    """Trains the control of ``round`` on top of that of the round before."""
    from distillnet.training.adapter import finished
    from distillnet.training.loop import as_events
    from distillnet.training.lora import train_lora

    folder = round_folder(context.directory, round)
    taught = finished(folder / "adapter") if (folder / "train.jsonl").is_file() else None
    if taught is None:
        return
    emit({"note": "a control student reads old scenes for as many tokens"})
    train_lora(
        context.directory / "dataset" / "train.jsonl",
        model_folder(context.settings.student),
        _folder(context, round) / "adapter",
        context.settings.training.model_copy(
            update={"tokens": taught.tokens, "steps": taught.steps}
        ),
        start=_adapter(context, round - 1),
        on_progress=as_events(emit),
    )


def right_answers(
    round: int, context: Context, items: Sequence[Item], emit: OnEvent
) -> list[bool] | None:
    """Which of ``items`` the control answers rightly; None where there is none up to ``round``."""
    from distillnet.training.adapter import finished
    from distillnet.training.evaluation import load_examined
    from distillnet.training.kept_answers import answers_to

    adapter = _adapter(context, round)
    report = finished(adapter)
    if adapter == context.directory / "adapter" or report is None:
        return None
    settings = context.settings
    (answers,) = answers_to(
        [items],
        model_folder(settings.student),
        adapter,
        f"{report.fingerprint} {settings.exam.precision}",
        adapter.with_name("answers.json"),
        emit,
        load=partial(load_examined, settings=settings.exam),
    )
    return [answer.correct for answer in answers]


def _folder(context: Context, round: int) -> Path:
    return round_folder(context.directory, round) / "control"


def _adapter(context: Context, round: int) -> Path:
    """The newest of the control up to ``round``; the first student's where there is none."""
    for number in range(round, 0, -1):
        has_scenes = (round_folder(context.directory, number) / "train.jsonl").is_file()
        if has_scenes and (adapter := _folder(context, number) / "adapter").is_dir():
            return adapter
    return context.directory / "adapter"
