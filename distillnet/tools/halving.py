"""A statement split into what it speaks of and what it says of it, without a parser."""

import re
from collections.abc import Iterator

from distillnet.records import Language
from distillnet.tools.negation import looks_like_russian_verb
from distillnet.tools.roots import content_roots
from distillnet.tools.text import word_set
from distillnet.tools.verbs import AUXILIARIES, LEMMA_OF_PAST, LEMMA_OF_PRESENT

LONGEST = 2_000  # characters of a statement that are looked at
_CONNECTIVES = {
    "en": re.compile(
        r",? (?:because(?: of)?|since|so that|therefore|hence|due to|owing to|thanks to) |, so "
    ),
    "ru": re.compile(
        r",? (?:потому,? что|так как|поскольку|оттого,? что|поэтому|ибо|чтобы|из-за|благодаря) "
    ),
}
_CLAUSES = {
    "en": re.compile(r"(?:If|When|Whenever|Because|Since|As|Where|The \w+er\b|The more) [^,]+(, )"),
    "ru": re.compile(r"(?:Если|Когда|Поскольку|Так как|Чем|Где|Кто|Что) [^,]+(, )"),
}
_COPULAS = {
    "en": re.compile(r"\b(?:is|are|was|were|means?|equals?|becomes?|became)\b"),
    "ru": re.compile(
        r"\s[—–-]\s(?:это\b|есть\b|значит\b)?|,? \b(?:есть|значит|означа[её]т|явля[её]тся|являются"
        r"|называ[её]тся|называются|равн[аоы]?|был[аои]?|представля[её]т собой)\b"
    ),
}
_FINITE = AUXILIARIES | LEMMA_OF_PAST.keys() | LEMMA_OF_PRESENT.keys()
_SUBORDINATE = word_set("who which that whom whose what when where while if whether как кто")
_AFTER_SUBJECT = re.compile(
    r" (?:to|a|an|the|in|on|at|by|for|with|from|into|и|в|во|на|с|со|к|у|о|об|от|из|за|для|по|при) "
)


def halves(statement: str, language: Language) -> tuple[str, str] | None:
    """What a statement speaks of, and what it says of it; None where it cannot be split.

    ``Freedom is the recognition of necessity.`` -> ``Freedom``, ``the recognition of necessity``.
    Of an effect and its cause the one that stands first is what it speaks of. Another verb than
    "to be" belongs to the second half.
    """
    statement = " ".join(statement[:LONGEST].split()).rstrip(".!?…")
    for start, end in _cuts(statement, language):
        first, second = statement[:start].strip(" ,—–-"), statement[end:].strip(" ,—–-")
        if content_roots(first, language) and content_roots(second, language):
            return first, second
    return None


def _cuts(statement: str, language: Language) -> Iterator[tuple[int, int]]:
    """Where to split, the surest first: (end of the first half, start of the second)."""
    if match := _CONNECTIVES[language].search(statement):
        yield match.span()
    clause = _CLAUSES[language].match(statement)
    # "As of 2012, ..." opens with no clause.
    if clause and (language == "ru" or any(_verbs(clause[0], language)) or "The" in clause[0][:3]):
        yield clause.span(1)
    verb = next(_verbs(statement, language), None)
    copula = _COPULAS[language].search(statement)
    if copula and verb is not None and copula.start() < verb and language == "en":
        copula = _COPULAS[language].match(statement, verb)  # the first was of a relative clause
    if copula and (verb is None or copula.start() <= verb):
        yield copula.span()
    if verb is not None:
        yield verb, verb
    if match := _AFTER_SUBJECT.search(statement, statement.find(" ") + 1):
        yield match.start(), match.start()


def _verbs(statement: str, language: Language) -> Iterator[int]:
    """Offsets of what looks like finite verbs of the main clause, after its first word."""
    subordinate = False
    for match in re.finditer(r"(?<![\w-])[^\W\d_]+", statement):
        word = match[0]
        if "," in statement[max(0, match.start() - 2) : match.start()]:
            subordinate = False
        if language == "ru":
            is_verb = word == "не" or looks_like_russian_verb(word)
        else:
            is_verb = (word in _FINITE or word.endswith("ed")) and not re.search(
                r"\b(?:[Tt]he|[Aa]n?|of|by) $", statement[: match.start()]
            )
        if word in _SUBORDINATE:
            subordinate = True
        elif match.start() and is_verb:
            if not subordinate:
                yield match.start()
            subordinate = False
