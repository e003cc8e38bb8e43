"""How fast models answered and students learned here, for the estimates of later plans.

Estimates are a courtesy: a file that cannot be read or written is no reason to stop a run.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, ValidationError

from distillnet.models.spec import TeacherSpec
from distillnet.models.weights import cache_folder
from distillnet.records import Record

_MOST = 100
_LOCK_SECONDS = 5.0

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Speed(Record):
    """What calls of one model at one place took.

    ``host`` is that of ``host_of``, ``as_of`` an ISO date. ``calls_per_second`` counts answers,
    over the seconds in which a request was in flight; ``concurrency`` is how many then were, on
    average. ``input_tokens_per_byte`` is of the prompt in UTF-8, ``output_tokens`` the mean of an
    answer; 0 where the server does not say. ``accepted`` is the share of the judged answers that
    were accepted, None where none was judged.
    """

    model: str
    host: str
    as_of: str
    calls: int = Field(ge=1)
    calls_per_second: Positive
    concurrency: int = Field(ge=1)
    input_tokens_per_byte: NotNegative
    output_tokens: NotNegative
    accepted: float | None = Field(ge=0, le=1)


class TrainingSpeed(Record):
    """What training and examining one student took on this machine.

    ``tokens_per_scene`` is what one epoch learns of a scene. ``seconds_per_item`` is of all that
    an exam asks, for base and student together; None where none was held.
    """

    student: str
    as_of: str
    tokens_per_second: Positive
    tokens_per_scene: Positive
    seconds_per_item: NotNegative | None


class _Notes(Record):
    models: tuple[Speed, ...] = ()
    students: tuple[TrainingSpeed, ...] = ()


def host_of(spec: TeacherSpec) -> str:
    """Where a model is called, for ``Speed.host``; "" for this process itself.

    A host with its port, which tells the servers of one machine apart; the provider's name where
    only the provider's own library knows the address.
    """
    if spec.url is None:
        return ""
    return urlsplit(spec.url).netloc or spec.name.partition(":")[0]


def read_speed(model: str, host: str) -> Speed | None:
    """What is known of ``model`` at ``host``."""
    return _find(_read().models, model, host)


def note_speed(speed: Speed) -> None:
    """Keeps ``speed``, unless more calls were measured in the same month."""

    def change(notes: _Notes) -> _Notes:
        known = _find(notes.models, speed.model, speed.host)
        if known and known.calls > speed.calls and known.as_of[:7] == speed.as_of[:7]:
            return notes
        others = [s for s in notes.models if s is not known]
        return notes.model_copy(update={"models": (speed, *others[: _MOST - 1])})

    _rewrite(change)


def read_training_speed(student: str) -> TrainingSpeed | None:
    """What is known of ``student``, named as in the settings."""
    return next((s for s in _read().students if s.student == student), None)


def note_training_speed(speed: TrainingSpeed) -> None:
    """Keeps ``speed`` in the place of what was known before."""

    def change(notes: _Notes) -> _Notes:
        others = [s for s in notes.students if s.student != speed.student]
        return notes.model_copy(update={"students": (speed, *others[: _MOST - 1])})

    _rewrite(change)


def _find(speeds: tuple[Speed, ...], model: str, host: str) -> Speed | None:
    return next((s for s in speeds if (s.model, s.host) == (model, host)), None)


def _path() -> Path:
    return cache_folder() / "speeds.json"


def _read() -> _Notes:
    try:
        return _Notes.model_validate_json(_path().read_bytes())
    except (OSError, ValidationError):
        return _Notes()


def _rewrite(change: Callable[[_Notes], _Notes]) -> None:
    from filelock import FileLock

    path = _path()
    temporary = path.with_name(f".{path.name}.part")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", timeout=_LOCK_SECONDS):
            temporary.write_text(change(_read()).model_dump_json(indent=1), encoding="utf-8")
            os.replace(temporary, path)
