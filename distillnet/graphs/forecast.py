"""The plan: what a run will do and take, known before it calls a model or writes a file."""

import hashlib
import json
import os
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Literal
from urllib.parse import urlsplit

from distillnet.agents.exam import most_items, write_exam
from distillnet.agents.examiner import MOST_FACTS, find_facts
from distillnet.agents.fact_writer import write_facts
from distillnet.agents.planner import Cast, first_gaps, plan_cells
from distillnet.agents.prompts import as_text
from distillnet.agents.registry import load_roles
from distillnet.config import Settings
from distillnet.graphs.background import wait_for
from distillnet.graphs.estimates import Estimate, Range, estimate
from distillnet.models.keys import find_key
from distillnet.models.spec import TeacherSpec, describe_teacher
from distillnet.models.speeds import Speed
from distillnet.models.spending import price_for
from distillnet.models.teachers import Price, Terms, terms_of
from distillnet.records import Fact, Language, Lens, Record, Seed
from distillnet.tools.lenses import load_forms, load_lenses, split_lenses

FILES = (
    "run.yaml",
    "ledger.sqlite",
    "checkpoint.sqlite",
    "chroma/",
    "exam.jsonl",
    "scenes.jsonl",
    "scenes.yaml",
    "rejected.jsonl",
    "dataset/train.jsonl",
    "transformation_map.yaml",
    "drift_log.md",
    "axis.yaml",
    "coverage.json",
    "report.html",
)
FILES_OF_STUDENT = ("adapter/", "evaluation.json", "items.jsonl")
FILES_OF_LOOP = ("relearned/", "student_loop.json")
_TRACING = (
    "LANGSMITH_TRACING",
    "LANGSMITH_TRACING_V2",
    "LANGCHAIN_TRACING",
    "LANGCHAIN_TRACING_V2",
)
_LANGSMITH = "https://api.smith.langchain.com"


class PlannedLens(Record):
    """What of a lens shapes a run; ``question`` is in the language in which it is asked."""

    name: str
    question: str
    form: str
    faithfulness: str
    tags: tuple[str, ...]


class PlannedRole(Record):
    name: str
    stance: str
    lens_tags: tuple[str, ...]


class PlannedForm(Record):
    name: str
    instruction: str


class Message(Record):
    role: str
    text: str


class PlannedCell(Record):
    """A cell of the first round with its prompt, exactly as it will be sent."""

    id: str
    lens: str
    role: str
    form: str
    passage: int
    prompt: tuple[Message, ...]

    @property
    def text(self) -> str:
        """The prompt in one text, in the form in which the ledger keeps it."""
        return as_text([(message.role, message.text) for message in self.prompt])

    @property
    def depth(self) -> int:
        """The first round looks at the seed itself."""
        return 0


class PlannedTeacher(Record):
    """``url`` is None where nothing is sent anywhere, "" where the provider's library decides."""

    name: str
    parameters: dict[str, Any]
    url: str | None


class Contact(Record):
    """A host that is contacted for something; "" where a provider's own library decides."""

    purpose: Literal["teacher", "embeddings", "tracing"]
    host: str


class Plan(Record):
    """All that is known of a run before it starts.

    The fields up to ``exam_prompts`` shape the run, and ``fingerprint`` hashes them. ``settings``
    are those that are not the default. ``held_out`` are the lenses that word the exam;
    ``exam_prompts`` what a capable teacher is asked to write it, as it will be sent. ``key`` names
    the variable of the teacher's key ("" for none), ``key_is_set`` says whether it is there;
    ``directory`` is where the run writes ``files``.
    """

    distillnet: str
    settings: dict[str, Any]
    seed: Seed
    language: Language
    teacher: PlannedTeacher
    lenses: tuple[PlannedLens, ...]
    held_out: tuple[PlannedLens, ...]
    roles: tuple[PlannedRole, ...]
    forms: tuple[PlannedForm, ...]
    cells: tuple[PlannedCell, ...]
    exam_prompts: tuple[str, ...]
    fingerprint: str
    directory: str
    files: tuple[str, ...]
    estimate: Estimate
    price: Price | None
    terms: Terms | None
    contacts: tuple[Contact, ...]
    key: str
    key_is_set: bool


_FIELDS = list(Plan.model_fields)
_SHAPING = _FIELDS[: _FIELDS.index("fingerprint")]


def forecast(
    seed: Seed, settings: Settings, *, directory: str = "", speed: Speed | None = None
) -> Plan:
    """Plans a run without a call, a key, a package of a provider or a write.

    ``speed`` takes the place of what was noted of the teacher. Raises UsageError, UnknownName or
    ConfigError for settings that name what is not there.
    """
    spec = describe_teacher(settings)
    lenses = load_lenses(settings.lens_folders)
    planned, held_out = split_lenses(lenses, settings.lenses, settings.only)
    cast = Cast(
        seed=seed,
        language=settings.language or seed.language,
        lenses=lenses,
        roles=load_roles(settings.roles),
        forms=load_forms(),
        model=spec.name,
        parameters=spec.parameters,
    )
    cells = plan_cells(cast, first_gaps(planned), {}, round=1)
    prompts = [cast.messages(cell) for cell in cells]
    asks_examiner = spec.capable and settings.examines
    facts = wait_for(find_facts(seed, random_seed=settings.random_seed))
    idle = 0
    if len(planned) >= 2 * len(cast.roles):
        idle = len(cast.roles) - len({cell.role for cell in cells})
    exam_prompts = _exam_prompts(seed) if asks_examiner else ()
    price = price_for(settings)
    shaping: dict[str, Any] = {
        "distillnet": version("distillnet"),
        "settings": settings.model_dump(mode="json", exclude_defaults=True),
        "seed": seed,
        "language": cast.language,
        "teacher": PlannedTeacher(name=spec.name, parameters=spec.parameters, url=spec.url),
        "lenses": [_lens(lens, cast.language) for lens in planned],
        "held_out": [_lens(lens, seed.language) for lens in held_out] if settings.train else [],
        "roles": [
            PlannedRole(name=name, stance=role.stance_in(cast.language), lens_tags=role.lens_tags)
            for name, role in cast.roles.items()
        ],
        "forms": [
            PlannedForm(name=form.name, instruction=form.instruction.in_(cast.language))
            for form in cast.forms.values()
        ],
        "cells": [
            PlannedCell(
                id=cell.id,
                lens=cell.lens,
                role=cell.role,
                form=cell.form,
                passage=cell.passage,
                prompt=tuple(Message(role=role, text=text) for role, text in messages),
            )
            for cell, messages in zip(cells, prompts, strict=True)
        ],
        "exam_prompts": exam_prompts,
    }
    plan = Plan(
        **shaping,
        fingerprint="",
        directory=directory,
        files=(
            *FILES,
            *(FILES_OF_STUDENT if settings.train else ()),
            *(FILES_OF_LOOP if settings.train and settings.rounds_through_student else ()),
        ),
        estimate=estimate(
            prompts,
            exam_prompts,
            _items(seed, facts, held_out, settings, asks_examiner),
            MOST_FACTS if asks_examiner else len(facts),
            idle,
            settings,
            spec,
            cast.language,
            price,
            speed=speed,
        ),
        price=price,
        terms=terms_of(settings.model, base_url=spec.url or None),
        contacts=_contacts(spec, settings),
        key=spec.key,
        key_is_set=find_key(spec.key) is not None,
    )
    return plan.model_copy(update={"fingerprint": fingerprint(plan)})


def fingerprint(plan: Plan) -> str:
    """A hash over all that shapes the run."""
    text = json.dumps(shape(plan), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def shape(plan: Plan) -> dict[str, Any]:
    """What shapes the run, as plain JSON values."""
    return plan.model_dump(mode="json", include=set(_SHAPING))


def _lens(lens: Lens, language: Language) -> PlannedLens:
    return PlannedLens(
        name=lens.name,
        question=lens.question.in_(language),
        form=lens.form,
        faithfulness=lens.faithfulness,
        tags=lens.tags,
    )


def _exam_prompts(seed: Seed) -> tuple[str, ...]:
    asked: list[str] = []

    async def note(prompt: str) -> str:
        asked.append(prompt)
        return '{"facts": []}'

    wait_for(write_facts(seed, note))
    return tuple(asked)


def _items(
    seed: Seed,
    facts: Sequence[Fact],
    held_out: Sequence[Lens],
    settings: Settings,
    asks_examiner: bool,
) -> Range:
    """How many items the exam will have; what a model writes cannot be known."""
    if asks_examiner:
        return Range(least=0, most=most_items(settings.exam))
    items = write_exam(seed, facts, held_out, settings.exam, random_seed=settings.random_seed)
    return Range(least=len(items), most=len(items))


def _contacts(spec: TeacherSpec, settings: Settings) -> tuple[Contact, ...]:
    contacts = []
    if spec.url is not None:
        contacts.append(Contact(purpose="teacher", host=urlsplit(spec.url).netloc))
    if settings.embeddings != "use":
        contacts.append(Contact(purpose="embeddings", host=""))
    # What LangChain's libraries ask before they report every call to LangSmith.
    if any(os.environ.get(name) == "true" for name in _TRACING):
        endpoint = os.environ.get("LANGSMITH_ENDPOINT") or _LANGSMITH
        contacts.append(Contact(purpose="tracing", host=urlsplit(endpoint).netloc))
    return tuple(contacts)
