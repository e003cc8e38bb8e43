"""What a run works with, handed to every node as LangGraph's runtime context."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from distillnet.agents.interpreter import Interpreter
from distillnet.agents.planner import Cast
from distillnet.agents.registry import load_roles
from distillnet.agents.role import Role
from distillnet.config import Settings
from distillnet.errors import DistillNetError, RunLocked, UsageError
from distillnet.memory.embed import Embedder, open_embedder
from distillnet.memory.ledger import Ledger
from distillnet.memory.storage import storage_errors
from distillnet.memory.store import SceneStore, open_store
from distillnet.models.budget import Budget, Caps
from distillnet.models.chat import Teacher, open_teacher
from distillnet.models.spending import price_for
from distillnet.models.weights import require_torch
from distillnet.records import Lens, Seed
from distillnet.tools.lenses import load_forms, load_lenses, split_lenses


@dataclass
class Work:
    """What depends on the seed."""

    cast: Cast
    interpreter: Interpreter
    store: SceneStore
    note: str | None
    """A sentence when the store had to be mended."""


@dataclass
class Context:
    """One run directory with its settings, roles, lenses, models and memory."""

    directory: Path
    settings: Settings
    roles: dict[str, Role]
    planned: list[Lens]
    held_out: list[Lens]
    lenses: dict[str, Lens]
    teacher: Teacher
    embed: Embedder
    ledger: Ledger
    budget: Budget
    _work: Work | None = field(default=None, init=False)

    def close(self) -> None:
        if self._work is not None:
            self._work.store.close()
        self.ledger.close()

    def note_minutes(self) -> None:
        """Keeps how long the run has been worked at, for its cap and for later estimates."""
        self.ledger.write_fact("minutes", self.budget.minutes_used())

    def halt(self, error: DistillNetError) -> int:
        """Starts no further call; returns how many are in flight and will still be kept."""
        return 0 if self._work is None else self._work.interpreter.halt(error)

    def work(self) -> Work:
        """The parts that need the seed, which must be in the ledger; opened on first use."""
        if self._work is None:
            seed = Seed.model_validate(self.ledger.fact("seed"))
            cast = Cast(
                seed=seed,
                language=self.settings.language or seed.language,
                lenses=self.lenses,
                roles=self.roles,
                forms=load_forms(),
                model=self.teacher.spec.name,
                parameters=self.teacher.spec.parameters,
            )
            store, note = open_store(self.directory / "chroma", seed.id, self.ledger)
            interpreter = Interpreter(
                cast,
                self.teacher,
                self.ledger,
                self.budget,
                price_for(self.settings),
                self.settings.attempts,
            )
            self._work = Work(cast, interpreter, store, note)
        return self._work


def check_settings(settings: Settings) -> None:
    """Everything that can be known to fail before a directory is made.

    Raises UnknownName, ConfigError, UsageError (too many lenses, a student without a folder),
    MissingExtra or ModelAccessError.
    """
    load_roles(settings.roles)
    split_lenses(load_lenses(settings.lens_folders), settings.lenses)
    if settings.batch and not settings.model.startswith("openai:"):
        raise UsageError(
            f"{settings.model!r} has no batch API here: give --model openai:NAME, or --no-batch"
        )
    open_teacher(settings)
    if settings.budget_usd is not None and price_for(settings) is None:
        raise UsageError(
            f"the price of {settings.model!r} is not known, so a budget in dollars cannot be kept: "
            "give --budget-tokens, or its price as DISTILLNET_PRICE__INPUT and "
            "DISTILLNET_PRICE__OUTPUT (dollars for a million tokens)"
        )
    open_embedder(settings.embeddings)
    if settings.train:
        require_torch("training the student (or give --no-train)")
        if settings.student != "embedded" and not Path(settings.student, "config.json").is_file():
            raise UsageError(
                f"no student at {settings.student!r}: give 'embedded' or a folder with "
                "config.json and weights"
            )


@contextmanager
def open_context(directory: str | Path, settings: Settings) -> Iterator[Context]:
    """A context for ``directory``, which is made if need be and locked while it is open.

    Raises RunLocked when another process works there, and what ``check_settings`` raises.
    """
    from filelock import FileLock, Timeout

    directory = Path(directory)
    lenses = load_lenses(settings.lens_folders)
    planned, held_out = split_lenses(lenses, settings.lenses)
    roles = load_roles(settings.roles)
    teacher, embed = open_teacher(settings), open_embedder(settings.embeddings)
    owner = directory / ".owner"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = FileLock(directory / ".lock")
        lock.acquire(blocking=False)
        owner.write_text(_this_process(), encoding="utf-8")
    except Timeout:
        raise RunLocked(
            f"{_named(owner)} works in {directory}: wait for it or give another --out"
        ) from None
    except OSError as error:
        raise UsageError(
            f"cannot write to {directory} ({error.strerror}): give another --out"
        ) from None
    try:
        with storage_errors(directory):
            ledger = Ledger(directory / "ledger.sqlite")
            caps = Caps(
                settings.budget_calls,
                settings.budget_tokens,
                settings.budget_usd,
                settings.budget_minutes,
            )
            budget = Budget(caps, ledger.spent(), ledger.fact("minutes") or 0.0)
            context = Context(
                directory,
                settings,
                roles,
                planned,
                held_out,
                lenses,
                teacher,
                embed,
                ledger,
                budget,
            )
            try:
                yield context
            finally:
                context.close()
    finally:
        lock.release()


def _this_process() -> str:
    since = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
    return f"process {os.getpid()} on {socket.gethostname()}, since {since},"


def _named(owner: Path) -> str:
    try:
        return owner.read_text(encoding="utf-8")
    except OSError:
        return "another process"
