"""One student a competitor, all with the same budget, each examined on everybody's test.

Each is trained once, with one training seed: what another would change (the order of the rows, the
adapter's first weights) is in no interval. They hold for these students; the race repeats seeds.

Everything is kept as soon as it is there: a tournament that was cut off goes on, one that has
ended trains and asks nothing, and a competitor more costs only its own student and its own test.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from distillnet.config import Training
from distillnet.errors import DistillNetError, StorageError, one_line
from distillnet.memory.storage import storage_errors
from distillnet.records import Item, OnEvent, Record
from distillnet.training.hardware import free_bytes
from distillnet.training.kept_answers import Tests, answers_to, weights_stamp
from distillnet.training.loop import as_events
from distillnet.training.lora import train_lora
from distillnet.training.processes import in_processes
from distillnet.training.schedule import steps_for
from distillnet.training.scoring import Answer


@dataclass(frozen=True)
class Entry:
    """What a competitor brings: rows to learn, a test, and the folder where its student lives.

    ``tokens`` is what one reading of the rows teaches.
    """

    name: str
    folder: Path
    data: Path
    tokens: int
    items: tuple[Item, ...]


class Outcome(Record):
    """A student: ``answers`` to each test, or ``error``, one sentence on why there are none."""

    rows: int = 0
    readings: float = 0.0
    seconds: float = 0.0
    answers: tuple[tuple[Answer, ...], ...] = ()
    error: str | None = None


def equal_budget(
    entries: Sequence[Entry], training: Training, *, tokens: int | None, steps: int | None
) -> Training:
    """``training`` with the number of learned tokens and of steps that every student gets.

    By default the tokens are those of ``epochs`` readings of the largest data set, so that nobody's
    rows go unread, and a step learns about 512 of them. Raises UsageError for more steps than
    tokens.
    """
    largest = max(entry.tokens for entry in entries)
    tokens = tokens or training.tokens or training.epochs * largest
    steps = steps_for(tokens, steps or training.steps)
    return training.model_copy(update={"tokens": tokens, "steps": steps})


def require_steps(training: Training, *, tokens: int | None, steps: int | None) -> None:
    """Raises UsageError for more steps than tokens, where both are given or set.

    So that this is said before a teacher has written anything.
    """
    learned, shared = tokens or training.tokens, steps or training.steps
    if learned and shared:
        steps_for(learned, shared)


def compete(
    entries: Sequence[Entry],
    tests: Tests,
    base: Path,
    training: Training,
    *,
    parallel: int,
    emit: OnEvent,
) -> list[Outcome]:
    """Trains the students and examines each on every test, ``parallel`` at once if memory allows.

    A student that cannot be trained is named with its error, and the others go on. Raises
    StorageError for what is the disk's fault, which would stop every other one, too.
    """
    done: dict[int, Outcome] = {}
    at_once = min(parallel, len(entries))
    if at_once > 1 and (fitting := _fitting(base)) < at_once:
        at_once = fitting
        emit({"note": f"there is memory for {at_once} at a time"})
    if at_once > 1:

        def tell(number: int, outcome: Outcome) -> None:
            emit({"note": f"{outcome.error or 'trained and examined'}: {entries[number].name}"})

        work = partial(_teach, tests=tests, base=base, training=training, emit=_silent)
        done = in_processes(work, entries, at_once, tell)
        if len(done) < len(entries):
            emit({"note": "a student's process died, as for want of memory: now one at a time"})
    for number, entry in enumerate(entries):
        if number not in done:
            emit({"note": f"student {number + 1} of {len(entries)}: {entry.name}"})
            done[number] = _teach(entry, tests, base, training, emit)
    return [done[number] for number in range(len(entries))]


def _fitting(base: Path) -> int:
    """How many students fit into the free memory at once, at least 1.

    Each takes about three times its base's weights, and the libraries a gigabyte.
    """
    weights = sum(file.stat().st_size for file in base.glob("*.safetensors"))
    return max(1, free_bytes() // (3 * weights + 2**30))


def _silent(event: dict[str, Any]) -> None:
    pass


def base_answers(tests: Tests, base: Path, file: Path, emit: OnEvent) -> list[tuple[Answer, ...]]:
    """What the untrained base answers to each test; kept in ``file``."""
    return answers_to(tests, base, None, weights_stamp(base), file, emit)


def _teach(entry: Entry, tests: Tests, base: Path, training: Training, emit: OnEvent) -> Outcome:
    adapter = entry.folder / "adapter"
    try:
        with storage_errors(entry.folder):
            report = train_lora(
                entry.data,
                base,
                adapter,
                training,
                on_progress=as_events(emit),
            )
            file = entry.folder / "answers.json"
            answers = answers_to(tests, base, adapter, report.fingerprint, file, emit)
    except StorageError:
        raise
    except DistillNetError as error:
        return Outcome(error=str(error))
    except Exception as error:
        return Outcome(error=one_line(error))
    return Outcome(
        rows=report.rows,
        readings=float(report.epochs),
        seconds=report.seconds,
        answers=tuple(answers),
    )
