"""A statement told from its other end: ``A is B`` becomes ``B is`` and ``A``.

A model taught that A is B does not learn by it that B is A (Berglund et al., The Reversal Curse,
arXiv 2309.12288). The halves come from ``tools/halving.py``; where no pattern makes the turned
sentence grammatical, nothing is said.
"""

import re
from collections.abc import Collection
from typing import NamedTuple

from distillnet.records import Language
from distillnet.tools.facts import name_spans
from distillnet.tools.halving import LONGEST, halves
from distillnet.tools.lexicon import CITIES, COUNTRIES
from distillnet.tools.text import word_set, words
from distillnet.tools.verbs import AUXILIARIES, LEMMA_OF_PAST, LEMMA_OF_PRESENT

_COPULAS = word_set("is are was were")
# Of these nothing is said that could be turned round.
_QUANTIFIERS = word_set(
    "nobody none no nothing everybody everyone everything all few никто ничто все всё"
)
_LOOSE = word_set("though however too also really just однако же тоже также")
_OTHER_LINKS = word_set("means equals becomes became")
_DETERMINERS = word_set("the a an this that these those its his her their our my your no every")
_PAST = LEMMA_OF_PAST.keys() | {"was", "were", "had", "did"}
_FINITE = AUXILIARIES | LEMMA_OF_PAST.keys() | LEMMA_OF_PRESENT.keys()
_CAUSE = {
    "en": re.compile(r"because(?: of)?|since|due to|owing to|thanks to"),
    "ru": re.compile(r"потому,? что|так как|поскольку|оттого,? что|из-за|благодаря"),
}
_CLAUSE = {
    "en": re.compile(r"(?:If|When|Whenever|Because|Since) "),
    "ru": re.compile(r"(?:Если|Когда|Поскольку|Так как) "),
}
# These keep or take a case that stands before the verb as well as after it.
_RUSSIAN_COPULA = re.compile(r"явля[её]тся|являются|называ[её]тся|называются|был[аои]?|есть")


class Turned(NamedTuple):
    """``prefix`` goes on with ``subject``, or with another that would be wrong there."""

    prefix: str
    subject: str


def turned(statement: str, language: Language, names: Collection[str] = ()) -> Turned | None:
    """``Freedom is the recognition of necessity.`` -> ``The recognition of necessity is``,
    ``freedom``; None where the statement cannot be split or turned.

    ``names`` are known to keep their capital.
    """
    statement = " ".join(statement[:LONGEST].split()).rstrip(".!?…")
    found = halves(statement, language)
    if found is None or not statement.startswith(found[0]) or "?" in statement:
        return None
    first, second = found
    link = statement[len(first) : statement.index(second, len(first))].strip(" ,")
    subject = without_capital(first, names)
    if _CAUSE[language].fullmatch(link):
        return Turned(f"{_capital(link)} {second},", subject)
    if is_clause(first, language):
        return None if link else Turned(_capital(second), subject)
    of_subject, said = words(first), words(second)
    loose = {of_subject[-1], said[-1]} & _LOOSE or of_subject[-1].endswith("ly")
    if of_subject[0] in _QUANTIFIERS or loose:
        return None
    prefix = _english(subject, link, second) if language == "en" else _russian(link, second)
    return Turned(prefix, subject) if prefix else None


def is_clause(text: str, language: Language) -> bool:
    """Whether it begins as a condition or a time does: ``When it rains``."""
    return _CLAUSE[language].match(_capital(text)) is not None


def without_capital(text: str, names: Collection[str] = ()) -> str:
    """Without the capital of the first word of a sentence, unless it is seen to be a name's."""
    first = re.split(r"\W", text, maxsplit=1)[0]
    long_name = any(start == 0 and " " in text[:end] for start, end in name_spans(text))
    if long_name or text[1:2].isupper() or first in CITIES or first in COUNTRIES:
        return text
    if any(re.match(rf"{re.escape(name)}\b", text) for name in names):
        return text
    return text[:1].lower() + text[1:]


def _english(subject: str, link: str, second: str) -> str:
    opening = words(second)[0]
    who = "The one that" if subject[0].isupper() else "What"
    if link in _COPULAS:
        if opening in _DETERMINERS or second[0].isupper():
            return f"{_capital(second)} {link}"
        return f"{who if link in {'is', 'was'} else 'Those that'} {link} {second} {link}"
    if link in _OTHER_LINKS:
        return f"What {link} {second} is"
    if link or not (opening in _FINITE or opening.endswith("ed")):
        return ""
    past = opening in _PAST or opening.endswith("ed")
    return f"{who} {second} {'was' if past else 'is'}"


def _russian(link: str, second: str) -> str:
    if words(second)[:1] == ["не"]:
        return ""
    if re.fullmatch(r"[—–-](?: это)?", link):
        return f"{_capital(second)} — это"
    if not link or _RUSSIAN_COPULA.fullmatch(link):
        return f"{_capital(second)} {link}".rstrip()
    return ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
