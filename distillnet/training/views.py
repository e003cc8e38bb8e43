"""Ready-made interpretations of documents, read from a file, so that they can race untaught.

One JSON object a line: the document's ``passage`` (and ``title``), its ``views``, lists of texts by
style (or ``paraphrases``, one list), and what is asked of it, ``probes`` (prompt, target, depth) to
be continued or ``questions`` (question, answer).
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError, field_validator

from distillnet.errors import ConfigError, UsageError
from distillnet.records import Item, Record

RESERVED = frozenset({"copies", "lenses", "run", "mixed", "one", "placebo", "context"})
"""Names of arms that no style may have."""
_WRONG = 3
_LONGEST = 2_000_000  # characters of a line


def _spoken(text: str) -> str:
    if not text.strip():
        raise ValueError("it is blank")
    return text


Spoken = Annotated[str, AfterValidator(_spoken)]
"""A text that is not blank."""


class Probe(Record):
    """A sentence to be continued; ``depth`` says how far its wording is from the document's."""

    prompt: Spoken
    target: Spoken
    depth: str = "probe"


class Question(Record):
    question: Spoken
    answer: Spoken


class Document(Record, extra="ignore"):
    """A text, other tellings of it by style, and what is asked of it."""

    passage: Spoken
    title: str | None = None
    views: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    paraphrases: tuple[str, ...] = ()
    probes: tuple[Probe, ...] = ()
    questions: tuple[Question, ...] = ()

    @field_validator("views")
    @classmethod
    def _is_no_arm(cls, views: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        if taken := sorted(RESERVED & set(views)):
            raise ValueError(f"{taken[0]!r} is the name of an arm: give the style another")
        return views

    @property
    def styles(self) -> dict[str, tuple[str, ...]]:
        """The tellings that say something, by style."""
        both = (*self.views.get("paraphrases", ()), *self.paraphrases)
        named = {**self.views, "paraphrases": both}
        spoken = {style: tuple(t for t in texts if t.strip()) for style, texts in named.items()}
        return {style: texts for style, texts in spoken.items() if texts}

    @property
    def asked(self) -> list[tuple[str, str, str]]:
        """(wording, beginning, right ending) of each thing asked."""
        return [
            *((p.depth, p.prompt.strip(), p.target.strip()) for p in self.probes),
            *(
                ("question", f"Question: {q.question.strip()}\nAnswer:", q.answer.strip())
                for q in self.questions
            ),
        ]


def load_documents(path: Path) -> list[Document]:
    """Raises UsageError where there is no such file, ConfigError naming the line that is wrong."""
    if not path.is_file():
        raise UsageError(f"no file {str(path)!r}: give a JSONL file of passages and their views")
    documents = list(_documents(path))
    if not documents:
        raise ConfigError(f"{str(path)!r} has no lines: there is nothing to race")
    return documents


def _documents(path: Path) -> Iterator[Document]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                if len(line) > _LONGEST:
                    raise ValueError(f"longer than {_LONGEST:,} bytes")
                yield Document.model_validate(json.loads(line))
            except (ValueError, RecursionError) as error:
                raise ConfigError(f"{str(path)!r}, line {number}: {_why(error)}") from None


def _why(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return f"not a JSON object ({str(error)[:100]})"
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"])) or "the line"
    what = first["msg"].removeprefix("Value error, ")
    return f"{where}: {what}; a line holds passage, views or paraphrases, probes or questions"


def document_items(documents: Sequence[Document]) -> list[Item]:
    """What the documents ask, each as a choice among four endings of a plain text.

    The wrong endings are right ones of other things asked in the same wording, first of the same
    document, those of like length before others, so that neither length nor topic gives the right
    one away. ``fact`` is the document's place, which is the cluster for statistics.
    """
    asked = [
        (place, wording, beginning, ending)
        for place, document in enumerate(documents)
        for wording, beginning, ending in document.asked
    ]
    items = []
    for place, wording, beginning, right in asked:
        others = {
            ending: abs(len(ending) - len(right)) + 1_000 * (other != place)
            for other, its_wording, _, ending in reversed(asked)
            if its_wording == wording and not _same(ending, right)
        }
        wrong = _apart(sorted(others, key=lambda ending: (others[ending], ending)))
        if not wrong:
            continue
        id = hashlib.sha256("\n".join((beginning, right, *wrong)).encode("utf-8", "replace"))
        number = int(id.hexdigest()[:8], 16) % (len(wrong) + 1)
        items.append(
            Item(
                id=id.hexdigest()[:16],
                kind="cloze",
                fact=place,
                framing=wording,
                prompt="",
                prefix=beginning,
                options=(*wrong[:number], right, *wrong[number:]),
                correct=number,
                author="file",
            )
        )
    return list({item.id: item for item in items}.values())


def _apart(endings: Sequence[str]) -> list[str]:
    """The first few that differ from each other by more than a part."""
    chosen: list[str] = []
    for ending in endings:
        if not any(_same(ending, other) for other in chosen):
            chosen.append(ending)
        if len(chosen) == _WRONG:
            break
    return chosen


def _same(one: str, other: str) -> bool:
    a, b = one.casefold().strip(" ."), other.casefold().strip(" .")
    return a in b or b in a
