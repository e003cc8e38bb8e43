"""What a role agent is told.

Written so that a model of 135M parameters follows it (the text first, then one task, then the
words to stay with), and a large one is not held back. The seed is data: it stands between two
marks that do not occur in it, and nothing is rendered from it.
"""

import hashlib
import re

from distillnet.agents.role import Role
from distillnet.records import Direction, Form, Language, Lens, Passage, Seed
from distillnet.tools.halving import halves
from distillnet.tools.text import keywords

Messages = list[tuple[str, str]]

_TASK: dict[Language, str] = {
    "en": (
        'Read this text ({mark}):\n"{passage}" ({mark})\n\n{question}\n\n{focus}'
        "Answer in one paragraph, as {form}. Stay with {keywords}. Use your own words."
    ),
    "ru": (
        'Прочитай этот текст ({mark}):\n"{passage}" ({mark})\n\n{question}\n\n{focus}'
        "Ответь одним абзацем по-русски. Напиши {form}. Держись главного: {keywords}. "
        "Пиши своими словами."
    ),
}
_TELL: dict[tuple[Language, Direction], str] = {
    ("en", "forward"): 'Make this point of it ({mark}): "{fact}" ({mark})\n\n',
    ("en", "reverse"): (
        'Make this point of it, but the other way round ({mark}): "{fact}" ({mark}) {path}\n\n'
    ),
    ("ru", "forward"): "Скажи при этом вот что ({mark}): «{fact}» ({mark})\n\n",
    ("ru", "reverse"): (
        "Скажи при этом вот что, но в обратном порядке ({mark}): «{fact}» ({mark}) {path}\n\n"
    ),
}
_PATH: dict[Language, str] = {
    "en": (
        'Begin with ({mark}) "{last}" ({mark}) and from there come to ({mark}) "{first}" ({mark}).'
    ),
    "ru": (
        "Начни с конца: ({mark}) «{last}» ({mark}), и приди к началу: ({mark}) «{first}» ({mark})."
    ),
}
_WHOLE_PATH: dict[Language, str] = {
    "en": "Begin with its end and come to its beginning.",
    "ru": "Начни с конца и приди к началу.",
}
_MARK = re.compile(r"\((text-[0-9a-f]{6})\)")
_KEYWORDS = 6
_FACT_CHARACTERS = 400
# <|im_end|>, </s>, <start_of_turn>, <｜User｜>, <<SYS>>, [INST]: how the chat templates of known
# model families write their control tokens, which tokenizers take for such wherever they stand.
_CONTROL = re.compile(r"<(?=[^\s<>]{1,60}>)|\[(?=/?[A-Z_]{2,30}\]|gMASK\])")


def render(
    seed: Seed,
    passage: Passage,
    lens: Lens,
    role: Role,
    form: Form,
    language: Language,
    *,
    fact: str | None = None,
    direction: Direction = "forward",
) -> Messages:
    """The messages of one cell, as (role, text) pairs; the seed first, the lens after it.

    ``fact`` is what the answer is to tell of the text, from its beginning or in ``reverse``.
    """
    # Not by the whole source: what is said of one passage stays when another is reworded.
    mark = fence(passage.text)
    task = _TASK[language].format(
        mark=mark,
        passage=passage.text.replace(mark, " "),
        question=lens.question.in_(language),
        focus="" if fact is None else _focus(fact, direction, language, mark),
        form=form.instruction.in_(language),
        keywords=", ".join(keywords(passage.text, seed.language, _KEYWORDS)) or "it",
    )
    return [("system", defused(role.stance_in(language))), ("user", defused(task))]


def _focus(fact: str, direction: Direction, language: Language, mark: str) -> str:
    # A model may have written the fact, so it is fenced like the seed.
    fact = " ".join(fact.replace(mark, " ").split())[:_FACT_CHARACTERS]
    parts = halves(fact, language)
    path = _PATH[language] if parts else _WHOLE_PATH[language]
    first, last = parts or ("", "")
    return _TELL[language, direction].format(
        mark=mark, fact=fact, path=path.format(mark=mark, first=first, last=last)
    )


def as_text(messages: Messages) -> str:
    """The messages in one text, as the ledger keeps them."""
    return "\n\n".join(f"[{role}]\n{text}" for role, text in messages)


def from_text(text: str) -> tuple[str, str]:
    """(stance, task) of a cell's prompt that ``as_text`` put into one text."""
    stance, _, task = text.partition("\n\n[user]\n")
    return stance.removeprefix("[system]\n"), task


def defused(text: str) -> str:
    """``text`` with its control tokens broken by a space, as in ``< |im_end|>``: they stay legible.

    Spaces are put in and nothing else is changed, so no mark or token can come about by it.
    """
    return _CONTROL.sub(r"\g<0> ", text)


def mark_of(prompt: str) -> str:
    """The mark around the passage in a prompt that ``as_text`` put into one text; "" without one.

    It stands in the task's first line, before anything of the seed.
    """
    found = _MARK.search(from_text(prompt)[1])
    return found[1] if found else ""


def fence(text: str) -> str:
    """A mark that does not occur in ``text``; the same text gets the same mark."""
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return next(
        name for start in range(57) if (name := f"text-{digest[start : start + 6]}") not in text
    )
