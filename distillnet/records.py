"""The vocabulary: the records that pass between the parts. Imports nothing of ours.

Records are frozen, refuse unknown fields, and turn into JSON by ``model_dump(mode="json")``.
"""

from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Language = Literal["en", "ru"]
Faithfulness = Literal["literal", "figurative", "fictional"]
Verdict = Literal[
    "accepted",
    "echo",  # the wording of the seed or of the prompt came back
    "repeat",  # says again what an accepted scene says
    "refusal",
    "off_topic",
    "wrong_language",
    "truncated",  # cut off before its end
    "leak",  # gives away an item of the exam
    "unfaithful",  # a literal scene that contradicts a fact of the seed
    "degenerate",  # empty, a loop, or gibberish
    "failed",  # the call itself failed; nothing to judge
]
Stopped = Literal["satisfied", "dried_up", "budget"]
Direction = Literal["forward", "reverse"]
GapKind = Literal[
    "lens",  # planned, without an accepted scene
    "role",  # has not spoken yet
    "fact",  # a proposition of the seed that no scene tells in this direction
    "angle",  # more angles, pages or depth are wanted
    "beyond",  # an angle that the catalogue does not have
]
ItemKind = Literal[
    "choice",  # which whole sentence answers a framed question
    "cloze",  # the end of a sentence of the seed
    "reversal",  # what is spoken of, asked from what is said of it
    "negation",  # the statement, or its denial and near misses
    "unknowable",  # what the seed does not say: an honest answer, or made-up ones
    "sycophancy",  # a choice, after the user has named a wrong answer
    "wording",  # a fact as the seed words it, or reworded: nothing to choose, only its likelihood
    "general",  # common knowledge, which no seed teaches
]


OnEvent = Callable[[dict[str, Any]], None]
"""Is told what happens while it happens: a note, a stage, how much of it is done."""


class Record(BaseModel):
    """Base of all records: immutable, and strict about its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Record):
    """The same text in both languages of the project."""

    en: str
    ru: str

    def in_(self, language: Language) -> str:
        return self.ru if language == "ru" else self.en


VERDICT_NAMES: dict[Verdict, Text] = {
    "accepted": Text(en="accepted", ru="принято"),
    "echo": Text(en="echo", ru="эхо"),
    "repeat": Text(en="repeat", ru="повтор"),
    "refusal": Text(en="refusal", ru="отказ"),
    "off_topic": Text(en="off topic", ru="не по теме"),
    "wrong_language": Text(en="wrong language", ru="не тот язык"),
    "truncated": Text(en="truncated", ru="оборвано"),
    "leak": Text(en="leak", ru="утечка"),
    "unfaithful": Text(en="unfaithful", ru="неверно"),
    "degenerate": Text(en="degenerate", ru="вырождено"),
    "failed": Text(en="failed", ru="сбой"),
}


class Passage(Record):
    """A stretch of the seed's source small enough to put into one prompt.

    ``start`` and ``end`` are character offsets into ``Seed.source``.
    """

    index: int
    start: int
    end: int
    text: str


class Seed(Record):
    """What is to be reinterpreted.

    ``statement`` is the one text the run turns around: the phrase, the answer of a question-answer
    pair, or the opening of a longer text. ``source`` is the whole text that was given; a short
    seed has one passage, a book has many. ``id`` hashes statement, question and source.
    """

    id: str
    statement: str
    question: str | None = None
    answer: str | None = None
    source: str
    language: Language
    origin: str
    passages: tuple[Passage, ...]


class Lens(Record):
    """A way of looking: one question put to any seed (see ``tools/lenses/*.yaml``)."""

    name: str
    title: Text
    family: str
    question: Text
    origin: str
    reveals: str
    form: str
    faithfulness: Faithfulness
    tags: tuple[str, ...]


class Form(Record):
    """A form of writing; ``instruction`` completes "Write ..."."""

    name: str
    instruction: Text


class Fact(Record):
    """A proposition of the seed, which scenes may tell and the exam asks if it has distortions.

    ``false`` are these distortions, ``passage`` is where it stands, ``author`` says who wrote it.
    """

    statement: str
    false: tuple[str, ...]
    passage: int
    author: str


class Gap(Record):
    """Something the coverage critic found missing, and why it says so.

    ``lens`` is the one to fill it with; role and passage are None where any may be, ``attempt``
    where those at the lens or the fact are counted. ``fact`` and
    ``direction`` name what is to be told of the seed; ``parent`` is the scene to be reinterpreted,
    ``depth`` steps away from the seed, None for the seed itself.
    """

    kind: GapKind
    lens: str
    reason: str
    role: str | None = None
    fact: int | None = None
    direction: Direction = "forward"
    passage: int | None = None
    attempt: int | None = None
    parent: str | None = None
    depth: int = 0


class Cell(Record):
    """One planned reinterpretation: who looks (role), how (lens), in which form, at what.

    ``id`` hashes the rendered prompt, the model with its parameters, and the attempt, so that a
    changed lens text changes the ids of that lens's cells and of no others. A cell with a ``fact``
    tells that one, in its ``direction``; one with a ``parent`` looks at that scene, ``depth`` steps
    away from the seed.
    """

    id: str
    round: int
    lens: str
    role: str
    form: str
    passage: int
    attempt: int
    depth: int = 0
    parent: str | None = None
    fact: int | None = None
    direction: Direction = "forward"
    reason: str
    prompt_hash: str


class Call(Record):
    """A model call as it was paid for, before anything was parsed."""

    cell: str
    raw: str
    finish_reason: str | None
    input_tokens: int
    output_tokens: int
    token_limit: int
    seconds: float
    error: str | None = None


class Attempt(Record):
    """One request to the model; a call is made of one or more.

    ``outcome`` is ``ok`` or the name of the fault (see ``models/faults.py``). It is None while the
    request is in flight, and stays None when the process died then: whether it was paid for cannot
    be known, so tokens and ``usd`` are then the most it could have cost. ``usd`` is None where the
    model's price is unknown.
    """

    number: int
    cell: str
    outcome: str | None
    input_tokens: int
    output_tokens: int
    usd: float | None
    seconds: float


class Spent(Record):
    """What a run has used: requests, tokens and, where the price is known, US dollars."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens


class SelfTest(Record):
    """A question that a reader of the scene should now be able to answer."""

    question: str
    answer: str


class Scene(Record):
    """An interpretation with its envelope: what is exported and, if accepted, trained on.

    ``gates`` holds the number each gate measured, ``nearest`` the accepted scene most like it.
    ``fact`` is the one it was asked to tell, ``tells`` are those it does tell, with the direction;
    ``contradicts`` those it contradicts, which a figurative or fictional scene may.
    """

    id: str
    seed: str
    lens: str
    family: str
    role: str
    form: str
    faithfulness: Faithfulness
    depth: int
    parent: str | None
    passage: int
    language: Language
    text: str
    self_test: SelfTest | None
    tags: tuple[str, ...]
    model: str
    prompt_hash: str
    round: int
    attempt: int
    verdict: Verdict
    nearest: str | None
    gates: dict[str, float]
    fact: int | None = None
    tells: tuple[tuple[int, Direction], ...] = ()
    contradicts: tuple[int, ...] = ()


class Item(Record):
    """One test item: which continuation of ``prompt`` + ``prefix`` is the faithful one?

    ``prompt`` is the user's turn, ``prefix`` the beginning of the assistant's (may be empty). An
    empty ``prompt`` means plain text, without a chat: the options go on from ``prefix``.
    ``options[correct]`` is faithful to the seed, the others are distortions of it. ``fact``
    numbers the statement of the seed it examines (the cluster for statistics); ``framing`` says
    how it is worded: by the lens, held out from training, of that name, or plainly if None.
    ``pair`` is the id of the neutral item of which this one is a variant.
    """

    id: str
    kind: ItemKind
    fact: int
    framing: str | None
    prompt: str
    prefix: str
    options: tuple[str, ...]
    correct: int
    author: str
    pair: str | None = None
