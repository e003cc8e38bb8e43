"""What a run works with, handed to every node as LangGraph's runtime context."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from distillnet.agents.interpreter import Interpreter
from distillnet.agents.planner import Cast
from distillnet.agents.registry import load_roles
from distillnet.agents.role import Role
from distillnet.config import Settings
from distillnet.errors import RunLocked, UsageError
from distillnet.memory.embed import Embedder, open_embedder
from distillnet.memory.ledger import Ledger
from distillnet.memory.store import SceneStore, open_store
from distillnet.models.chat import Teacher, open_teacher
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
    _work: Work | None = field(default=None, init=False)

    def close(self) -> None:
        if self._work is not None:
            self._work.store.close()
        self.ledger.close()

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
                model=self.teacher.name,
                parameters=self.teacher.parameters,
            )
            store, note = open_store(self.directory / "chroma", seed.id, self.ledger)
            interpreter = Interpreter(cast, self.teacher, self.ledger, self.settings.budget_calls)
            self._work = Work(cast, interpreter, store, note)
        return self._work


def check_settings(settings: Settings) -> None:
    """Everything that can be known to fail before a directory is made.

    Raises UnknownName, ConfigError, UsageError (too many lenses, a student without a folder),
    MissingExtra or ModelAccessError.
    """
    load_roles(settings.roles)
    split_lenses(load_lenses(settings.lens_folders), settings.lenses)
    open_teacher(settings)
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
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = FileLock(directory / ".lock")
        lock.acquire(blocking=False)
    except Timeout:
        raise RunLocked(
            f"another process works in {directory}: wait for it or give another --out"
        ) from None
    except OSError as error:
        raise UsageError(
            f"cannot write to {directory} ({error.strerror}): give another --out"
        ) from None
    try:
        ledger = Ledger(directory / "ledger.sqlite")
        context = Context(
            directory, settings, roles, planned, held_out, lenses, teacher, embed, ledger
        )
        try:
            yield context
        finally:
            context.close()
    finally:
        lock.release()
