"""What a run works with, handed to every node as LangGraph's runtime context."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np

from distillnet.agents.census import Census
from distillnet.agents.interpreter import Interpreter
from distillnet.agents.planner import Cast
from distillnet.agents.registry import choose_roles, known_roles
from distillnet.agents.role import Role
from distillnet.config import Settings
from distillnet.errors import ConfigError, DistillNetError, RunLocked, UsageError
from distillnet.graphs.proposals import own_lenses, proposals
from distillnet.graphs.reading import LEDGER, read_ledger
from distillnet.graphs.steering import NAME as AXIS_FILE
from distillnet.graphs.steering import Steering
from distillnet.memory.cell_states import CellStates
from distillnet.memory.embed import Embedder, Vectors, open_embedder
from distillnet.memory.ledger import Ledger
from distillnet.memory.storage import storage_errors
from distillnet.memory.store import SceneStore, open_store
from distillnet.models.budget import Budget, Caps
from distillnet.models.chat import Teacher, open_teacher
from distillnet.models.spending import price_for
from distillnet.records import Fact, Form, Lens, Seed
from distillnet.tools.angles import Angles
from distillnet.tools.axis import Axis
from distillnet.tools.gates import Accepted
from distillnet.tools.lenses import load_forms, load_lenses, split_lenses


@dataclass
class Work:
    """What depends on the seed."""

    cast: Cast
    interpreter: Interpreter
    store: SceneStore
    passages: Vectors
    """(p, d) embeddings of the seed's passages."""
    accepted: Accepted
    """What later answers are compared with."""
    angles: Angles
    census: Census
    note: str | None
    """A sentence when the store had to be mended."""


@dataclass
class Context:
    """One run directory with its settings, roles, lenses, models and memory."""

    directory: Path
    settings: Settings
    chosen_roles: dict[str, Role]
    """By the settings, whatever weight the axis gives them."""
    chosen_lenses: list[Lens]
    """The same of the catalogue's lenses."""
    roles: dict[str, Role]
    """Those chosen, without what the axis leaves out."""
    planned: list[Lens]
    """The same of the lenses, and those that a person wrote into the axis."""
    held_out: list[Lens]
    lenses: dict[str, Lens]
    forms: dict[str, Form]
    teacher: Teacher
    embed: Embedder
    ledger: Ledger
    budget: Budget
    steering: Steering
    earlier: Ledger | None = None
    thread: str = ""
    """Under which the checkpointer keeps the run; other settings are another thread."""
    cells: CellStates | None = field(default=None, init=False)
    """Their states, as the last export has counted them."""
    _work: Work | None = field(default=None, init=False)

    def close(self) -> None:
        """Lets go of what ``work`` opened."""
        if self._work is not None:
            self._work.store.close()

    def remember_anew(self) -> None:
        """Takes what was accepted, and its angles, from the ledger again."""
        work = self.work()
        work.accepted, work.angles = self._remembered(work.passages)

    def note_minutes(self) -> None:
        """Keeps how long the run has been worked at, for its cap and for later estimates."""
        self.ledger.write_fact("minutes", self.budget.minutes_used())

    def halt(self, error: DistillNetError) -> int:
        """Starts no further call; returns how many are in flight and will still be kept."""
        return 0 if self._work is None else self._work.interpreter.halt(error)

    @property
    def axis(self) -> Axis:
        """Weights by name, and lenses of the run's own, as its ``axis.yaml`` has them."""
        return self.steering.axis

    def work(self) -> Work:
        """The parts that need the seed, which must be in the ledger; opened on first use."""
        if self._work is None:
            seed = Seed.model_validate(self.ledger.fact("seed"))
            lenses = self.lenses | own_lenses(self.ledger, self.axis)
            cast = Cast(
                seed=seed,
                language=self.settings.language or seed.language,
                lenses=lenses,
                roles=self.roles,
                forms=self.forms,
                model=self.teacher.spec.name,
                parameters=self.teacher.spec.parameters,
                facts=self.known_facts(seed),
                text_of=self.ledger.text,
                lens_weights={name: self.axis.weight_of(name) for name in lenses},
                role_weights={name: self.axis.weight_of_role(name) for name in self.roles},
                form_weights=dict(self.axis.forms),
            )
            # First, because what Chroma takes to open a large collection it gives back.
            store, note = open_store(self.directory / "chroma", seed.id, self.ledger)
            passages = self.embed([passage.text for passage in seed.passages])
            accepted, angles = self._remembered(passages)
            interpreter = Interpreter(
                cast,
                self.teacher,
                self.ledger,
                self.budget,
                price_for(self.settings),
                self.settings.attempts,
                self.earlier,
            )
            self._work = Work(
                cast, interpreter, store, passages, accepted, angles, Census(self.ledger), note
            )
        return self._work

    def known_facts(self, seed: Seed) -> list[Fact]:
        """The seed's facts that scenes can be searched for: they must be of one language."""
        if (self.settings.language or seed.language) != seed.language:
            return []
        return [Fact.model_validate(fact) for fact in self.ledger.fact("facts") or []]

    def _remembered(self, passages: Vectors) -> tuple[Accepted, Angles]:
        """What was accepted, for the gates, and its angles.

        All are judged anew when they were by another rule.
        """
        judged = self.settings.embeddings == "use"
        threshold = None if judged else self.settings.coverage.angle_cosine
        rule = "same_angle 2" if judged else f"{self.settings.embeddings} {threshold}"
        if self.ledger.fact("angle_rule") != rule:
            self.ledger.forget_angles()
            self.ledger.write_fact("angle_rule", rule)
        angles = Angles(middle(passages), self.ledger.text, threshold=threshold, judged=judged)
        accepted, labels = Accepted(), self.ledger.angles()
        ids, texts, vectors = self.ledger.accepted_texts()
        if ids:
            accepted.extend(ids, texts, vectors)
        if labels:
            # The same array where it can be: the two then share it.
            known = [place for place, id in enumerate(ids) if id in labels]
            rows = vectors if len(known) == len(ids) else vectors[known]
            angles.restore([ids[place] for place in known], rows, list(labels.values()))
        return accepted, angles


def middle(vectors: Vectors) -> Vectors:
    """(d,) the mean of (n, d) vectors, at length 1."""
    mean = vectors.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean), np.float32)


@contextmanager
def open_context(directory: str | Path, settings: Settings) -> Iterator[Context]:
    """A context for ``directory``, which is made if need be and locked while it is open.

    Raises RunLocked when another process works there, and what ``check_settings`` raises.
    """
    from filelock import FileLock, Timeout

    directory = Path(directory)
    lenses = load_lenses(settings.lens_folders)
    chosen, held_out = split_lenses(lenses, settings.lenses, settings.only)
    known, forms = known_roles(settings.roles), load_forms()
    chosen_roles = choose_roles(known, settings.roles)
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
        with (
            storage_errors(directory),
            closing(Ledger(directory / LEDGER)) as ledger,
            _earlier(settings) as earlier,
        ):
            caps = Caps(
                settings.budget_calls,
                settings.budget_tokens,
                settings.budget_usd,
                settings.budget_minutes,
            )
            budget = Budget(caps, ledger.spent(), ledger.fact("minutes") or 0.0)
            steering = Steering(directory, ledger, lenses, known, forms)
            axis = steering.axis
            critics = {lens.name for lens in proposals(ledger)}
            own = [lens for lens in axis.lenses() if lens.name not in critics]
            planned = [lens for lens in [*chosen, *own] if axis.weight_of(lens.name)]
            roles = {name: role for name, role in chosen_roles.items() if axis.weight_of_role(name)}
            if not (planned and roles):
                raise ConfigError(
                    f"{directory / AXIS_FILE} leaves no lens or no role: give one a weight over 0"
                )
            context = Context(
                directory,
                settings,
                chosen_roles,
                chosen,
                roles,
                planned,
                held_out,
                lenses,
                forms,
                teacher,
                embed,
                ledger,
                budget,
                steering,
                earlier,
            )
            try:
                yield context
            finally:
                context.close()
    finally:
        lock.release()


@contextmanager
def _earlier(settings: Settings) -> Iterator[Ledger | None]:
    """That of the run whose answers are taken over; None once it is gone."""
    if settings.reuse is None or not (settings.reuse / LEDGER).is_file():
        yield None
        return
    with read_ledger(settings.reuse) as ledger:
        yield ledger


def _this_process() -> str:
    since = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
    return f"process {os.getpid()} on {socket.gethostname()}, since {since},"


def _named(owner: Path) -> str:
    try:
        return owner.read_text(encoding="utf-8")
    except OSError:
        return "another process"
