"""From a model's answer to a lens: every part of it is a stranger's text until it was looked at."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import count

from pydantic import BaseModel

from distillnet.agents.json_answers import parsed
from distillnet.agents.lens_checks import (
    QUESTION_WORDS,
    Among,
    checked_line,
    checked_question,
    require_name,
)
from distillnet.records import Faithfulness, Language, Lens, Text
from distillnet.tools.axis import LENS_NAME, NAME_CHARACTERS
from distillnet.tools.text import clean, keywords, stem, word_set, words

FAMILY = "proposed"
_READ = 8_000
# A question without what leads to it: 'You could ask: "..."'.
_ASKED = re.compile(r"(?<!\w)[^\W\d_][^.!?…\"“”«»:;\n]{1,300}+\?")
# A small model likes to speak of the request instead of the text.
_TALK: dict[Language, frozenset[str]] = {
    "en": word_set("""
        answer ask example explain i information me my passage points question sentence statement
        text topic user write
        """),
    "ru": word_set("""
        вопрос вопросы информация мне написать напиши объясните ответ ответить предложение пример
        спросить текст тема я
        """),
}
_RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщыэюя"
_LATIN = "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch y e yu ya"
_LETTERS = str.maketrans(dict(zip(_RUSSIAN, _LATIN.split(), strict=True)))


class _Answer(BaseModel):
    name: str
    title: str
    question: str
    form: str
    faithfulness: Faithfulness
    reveals: str


def lens_from_json(raw: str, among: Among, origin: str) -> Lens:
    """The lens in an answer, fenced or surrounded by talk. Raises ValueError: what is wrong."""
    answer = parsed(raw[:_READ], _Answer)
    require_name(answer.name, among)
    if answer.form not in among.forms:
        raise ValueError(f"its form is none of {', '.join(among.forms)}")
    title = checked_line("title", answer.title, 1, 8)
    reveals = checked_line("reveals", answer.reveals, 3, 60)
    question, nearest = checked_question(answer.question, among)
    return Lens(
        name=answer.name,
        title=Text(en=title, ru=title),
        family=FAMILY,
        question=Text(en=question, ru=question),
        origin=origin,
        reveals=reveals,
        form=answer.form,
        faithfulness=answer.faithfulness,
        tags=nearest[0].tags if nearest else (),
    )


def lens_from_prose(raw: str, among: Among, origin: str) -> Lens:
    """The lens of the first fitting question in an answer. Raises ValueError: what is wrong.

    Its name and title are key words of the question; tags and form are those of the lens with the
    most similar question among the literal ones, as it is literal itself.
    """
    question, nearest = checked_question(_first_question(raw[:_READ], among), among)
    like = next((lens for lens in nearest if lens.faithfulness == "literal"), None)
    title = ", ".join(keywords(question, among.language, 3))
    title = title[:1].upper() + title[1:]
    return Lens(
        name=_new_name(question, among),
        title=Text(en=title, ru=title),
        family=FAMILY,
        question=Text(en=question, ru=question),
        origin=origin,
        reveals="What the scenes so far leave unasked.",
        form=like.form if like and like.form in among.forms else among.forms[0],
        faithfulness="literal",
        tags=like.tags if like else (),
    )


def _first_question(raw: str, among: Among) -> str:
    """The first question about the source, not about the task; a long enough one if there is."""
    asked: list[str] = _ASKED.findall(clean(raw))
    if not asked:
        raise ValueError("it asks no question")
    subject = _stems(keywords(among.source, among.language, 10_000), among.language)
    talk = _stems(_TALK[among.language], among.language) - subject
    fitting = [
        question
        for question in asked
        if (said := _stems(words(question), among.language)) & subject and not said & talk
    ]
    if not fitting:
        raise ValueError("its question is not about the text")
    return next((q for q in fitting if len(words(q)) >= QUESTION_WORDS[0]), fitting[0])


def _stems(found: Iterable[str], language: Language) -> set[str]:
    return {stem(word, language) for word in found}


def _new_name(question: str, among: Among) -> str:
    said = (_ascii(word) for word in keywords(question, among.language, 3))
    name = "-".join(word[:12] for word in said if word)[: NAME_CHARACTERS - 4]
    if not LENS_NAME.fullmatch(name):
        name = "angle"
    numbered = (f"{name}-{n}" if n > 1 else name for n in count(1))
    return next(name for name in numbered if name not in among.names)


def _ascii(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.translate(_LETTERS)).encode("ascii", "ignore")
    return "".join(filter(str.isalnum, plain.decode("ascii").lower()))
