"""What a proposed lens must be: whole, plain, in the run's language, and new."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from distillnet.agents.prompts import defused
from distillnet.config import Gates
from distillnet.memory.embed import Vectors
from distillnet.records import Language, Lens
from distillnet.tools.axis import LENS_NAME, NAME_CHARACTERS
from distillnet.tools.gates import overlap
from distillnet.tools.text import (
    clean,
    keywords,
    language_share,
    looks_foreign,
    sentences,
    stem,
    words,
)

Embed = Callable[[Sequence[str]], Vectors]
# Cosine of questions, measured on the catalogue with the packaged encoder: of its 5,995 pairs,
# which people told apart, 4 reach it in English and none in Russian, 10 of 15 English rewordings
# and 4 of 8 Russian ones do, and none of 18 questions that the catalogue has not.
SAME_QUESTION = 0.6
QUESTION_WORDS = (6, 45)
_CHARACTERS = 400
_PHRASE_WORDS = 40  # a longer source has words for questions of all kinds
_GATES = Gates()
_LANGUAGES: dict[Language, str] = {"en": "English", "ru": "Russian"}
_SPACES = re.compile(r"[ \t\r\n\u00a0\u202f]+")


@dataclass(frozen=True)
class Among:
    """What a proposal must fit and differ from; ``source`` is that of the seed."""

    language: Language
    lenses: tuple[Lens, ...]
    held_out: tuple[Lens, ...]
    forms: tuple[str, ...]
    source: str
    request: str
    embed: Embed

    @property
    def names(self) -> set[str]:
        return {lens.name for lens in (*self.lenses, *self.held_out)}


def require_name(name: str, among: Among) -> None:
    """Raises ValueError for a name that is not of the catalogue's form, or is taken."""
    if len(name) > NAME_CHARACTERS or not LENS_NAME.fullmatch(name):
        raise ValueError("its name is not two or three lower-case English words with hyphens")
    if name in among.names:
        raise ValueError(f"its name {name!r} is taken")


def checked_line(what: str, text: str, least: int, most: int) -> str:
    """``text`` on one line. Raises ValueError when it hides something or is too short or long."""
    line = _SPACES.sub(" ", text).strip()
    if not line.isprintable() or defused(line) != line:
        raise ValueError(f"its {what} holds control characters or control tokens")
    line = clean(line)
    if not least <= (size := len(words(line))) <= most:
        raise ValueError(f"its {what} has {size} words, not {least} to {most}")
    if len(line) > _CHARACTERS:
        raise ValueError(f"its {what} has more than {_CHARACTERS} characters")
    return line


def checked_question(text: str, among: Among) -> tuple[str, list[Lens]]:
    """The question on one line, and the lenses in force, those with the most similar one first.

    Raises ValueError for one that is malformed, in another language, taken from what the model
    read, or put by a lens in force or kept for the exam.
    """
    question = checked_line("question", text, *QUESTION_WORDS)
    language = among.language
    share = language_share(question, language)
    if share < _GATES.language_share or looks_foreign(question, language):
        raise ValueError(f"its question is not in {_LANGUAGES[language]}")
    if len(sentences(question)) > 1 or question.count("?") > 1 or question[-1] not in ".?!":
        raise ValueError("its question is not one sentence that ends with '?', '.' or '!'")
    heard = f"{among.request}\n{among.source}"
    if overlap(question, heard) > _GATES.echo_overlap or _only_turns(question, among):
        raise ValueError("its question repeats the wording of the text or of the request")
    others = (*among.held_out, *among.lenses)
    vectors = among.embed([question, *(lens.question.in_(language) for lens in others)])
    cosines = vectors[1:] @ vectors[0]
    if others and cosines.max() >= SAME_QUESTION:
        place = int(cosines.argmax())
        # The model is not told what the exam asks.
        kept = place < len(among.held_out)
        which = "a lens kept for the exam" if kept else f"the lens {others[place].name!r}"
        raise ValueError(f"its question is that of {which} in other words")
    in_force = cosines[len(among.held_out) :]
    return question, [among.lenses[i] for i in np.argsort(-in_force, kind="stable").tolist()]


def _only_turns(question: str, among: Among) -> bool:
    """Whether its content words are all those of a phrase: runs of words are too few to tell."""
    source = words(among.source)
    language = among.language
    own = {stem(word, language) for word in keywords(question, language, len(question))}
    return len(source) <= _PHRASE_WORDS and bool(own) and own <= {stem(w, language) for w in source}
