"""What the calls and the training of a process took, noted for the estimates of later plans."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from statistics import fmean
from typing import Any

from distillnet.agents.prompts import as_text
from distillnet.graphs.context import Context
from distillnet.models.spec import TeacherSpec
from distillnet.models.speeds import (
    Speed,
    TrainingSpeed,
    host_of,
    note_speed,
    note_training_speed,
)
from distillnet.records import Call, Verdict

# Fewer answers say little of a model's pace.
LEAST_CALLS = 3
_MARKS = len(as_text([("system", ""), ("user", "")]))

Answer = tuple[str, Call, Verdict]
"""A cell's prompt as the ledger keeps it, what was answered, and the verdict on it."""


def note_speeds(context: Context) -> None:
    """Notes the pace of the calls that this process made, and of its training if it trained."""
    interpreter, ledger = context.work().interpreter, context.ledger
    limiter = interpreter.limiter
    if limiter.answered >= LEAST_CALLS:
        answers = [
            (ledger.prompt(scene.id) or "", call, scene.verdict)
            for scene in ledger.scenes()
            if scene.model == interpreter.cast.model and (call := ledger.call(scene.id))
        ]
        pace = limiter.answered / limiter.busy_seconds
        if speed := speed_of(context.teacher.spec, answers, pace=pace, at_once=limiter.peak):
            note_speed(speed.model_copy(update={"calls": limiter.answered}))
    _note_training(context)


def speed_of(
    spec: TeacherSpec, answers: Sequence[Answer], *, pace: float, at_once: int
) -> Speed | None:
    """What these answers say of the model, at ``pace`` calls/s; None where none is one."""
    judged = [(p, call, verdict) for p, call, verdict in answers if verdict != "failed"]
    if not judged:
        return None
    sizes = [len(prompt.encode("utf-8", "replace")) - _MARKS for prompt, _, _ in judged]
    counted = [
        (n, call) for n, (_, call, _) in zip(sizes, judged, strict=True) if call.input_tokens
    ]
    return Speed(
        model=spec.name,
        host=host_of(spec),
        as_of=date.today().isoformat(),
        calls=len(judged),
        calls_per_second=pace,
        concurrency=at_once,
        input_tokens_per_byte=sum(call.input_tokens for _, call in counted)
        / max(1, sum(n for n, _ in counted)),
        output_tokens=fmean([call.output_tokens for _, call in counted] or [0]),
        accepted=fmean(verdict == "accepted" for _, _, verdict in judged),
    )


def _note_training(context: Context) -> None:
    folder = context.directory
    if (training := _made(folder, "adapter/training.json")) is None:
        return
    exam = _made(folder, "evaluation.json")
    note_training_speed(
        TrainingSpeed(
            student=context.settings.student,
            as_of=date.today().isoformat(),
            tokens_per_second=training["tokens_per_second"],
            tokens_per_scene=training["tokens"] / training["epochs"] / training["rows"],
            seconds_per_item=exam["seconds"] / exam["asked"] if exam else None,
        )
    )


def _made(folder: Path, name: str) -> dict[str, Any] | None:
    """The content of a JSON file that was written since this process locked the folder."""
    path = folder / name
    if not path.is_file() or path.stat().st_mtime_ns < (folder / ".owner").stat().st_mtime_ns:
        return None
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
