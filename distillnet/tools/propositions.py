"""Whether a text tells a statement, and from which end.

A model taught that A is B does not learn that B is A (Berglund et al., The Reversal Curse,
arXiv 2309.12288). So a statement is split into what it speaks of and what it says of it, and a
text is asked which of the two it brings first.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from statistics import fmean as mean

from distillnet.records import Direction, Language
from distillnet.tools.content_units import Unit, covered, units
from distillnet.tools.negation import looks_like_russian_verb
from distillnet.tools.roots import content_roots
from distillnet.tools.text import sentences, word_set
from distillnet.tools.verbs import AUXILIARIES, LEMMA_OF_PAST, LEMMA_OF_PRESENT

_LONGEST = 2_000  # characters of a statement that are looked at
_LONGEST_TEXT = 50_000
COVERED = 0.6
_SHORT = 6  # content words
_GIST = 0.5
_GIST_OF_HALF = 0.33
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
    statement = " ".join(statement[:_LONGEST].split()).rstrip(".!?…")
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


# ---- what a text brings of them ------------------------------------------------------------------


def told(text: str, statement: str, language: Language) -> frozenset[Direction]:
    """The directions in which ``text`` tells ``statement``: by its first half or by its second.

    A sentence tells it, or two neighbouring ones do of which neither does alone, if it brings
    most content words of both halves in any form; a question only together with what follows. What
    is said of them is not understood: see ``contradictions``. A statement that cannot be split is
    only ever told forward.
    """
    first, second = parts(statement, language)
    found: set[Direction] = set()
    if not first:
        return frozenset()
    before: tuple[str, ...] = ()
    for said, asks in _roots_of_sentences(text[:_LONGEST_TEXT], language):
        if not asks and (alone := _directions(said, first, second)):
            found |= alone
            before = ()
        elif before and not asks and _brings((*before, *said), first, second):
            found.add(_order((*before, *said), first, second))
            before = ()
        else:
            before = said
    return frozenset(found)


@lru_cache(maxsize=64)
def _roots_of_sentences(text: str, language: Language) -> list[tuple[tuple[str, ...], bool]]:
    """The content roots of each sentence, and whether it is a question."""
    return [
        (content_roots(sentence, language), sentence.endswith("?")) for sentence in sentences(text)
    ]


@lru_cache(maxsize=1_000)
def parts(statement: str, language: Language) -> tuple[tuple[Unit, ...], tuple[Unit, ...]]:
    """The units of both halves, without the roots that both have."""
    first, second = halves(statement, language) or (statement[:_LONGEST], "")
    of_first = units(first, language)
    # A name alone may stand for what is spoken of, but is not what is said of it.
    of_second = tuple((roots, 1.0) for roots, _ in units(second, language))
    shared = _all_roots(of_first) & _all_roots(of_second)
    return _without(of_first, shared) or of_first, _without(of_second, shared) or of_second


def _all_roots(of: Sequence[Unit]) -> frozenset[str]:
    return frozenset().union(*(roots for roots, _ in of))


def _without(of: Sequence[Unit], shared: frozenset[str]) -> tuple[Unit, ...]:
    return tuple((roots - shared, weight) for roots, weight in of if roots - shared)


def _brings(said: Sequence[str], first: Sequence[Unit], second: Sequence[Unit]) -> bool:
    """Whether ``said`` brings most of both halves."""
    return covered(said, first) >= COVERED and covered(said, second) >= COVERED


def _brings_gist(said: Sequence[str], first: Sequence[Unit], second: Sequence[Unit]) -> bool:
    """The same for one sentence, which seldom has all details of a long statement."""
    if len(first) + len(second) <= _SHORT:
        return _brings(said, first, second)
    return (
        covered(said, (*first, *second)) >= _GIST
        and min(covered(said, first), covered(said, second)) >= _GIST_OF_HALF
    )


def _directions(
    said: Sequence[str], first: Sequence[Unit], second: Sequence[Unit]
) -> set[Direction]:
    """The ways in which one sentence tells both halves; both if it comes back to the one."""
    if not _brings_gist(said, first, second):
        return set()
    found = {_order(said, first, second)}
    if not second:
        return found
    if _comes_back(said, first, second):
        found.add("forward")
    if _comes_back(said, second, first):
        found.add("reverse")
    return found


def _comes_back(said: Sequence[str], one: Sequence[Unit], other: Sequence[Unit]) -> bool:
    """Whether most of ``other`` stands behind all that ``said`` brings of ``one``."""
    last = max(_places(said, one), default=-1)
    return covered(said[last + 1 :], other) >= COVERED


def _order(said: Sequence[str], first: Sequence[Unit], second: Sequence[Unit]) -> Direction:
    """Which half comes first on the whole, by the places where its units appear first."""
    if not second:
        return "forward"
    ours, others = _places(said, first), _places(said, second)
    return "forward" if (mean(ours), min(ours)) < (mean(others), min(others)) else "reverse"


def _places(said: Sequence[str], wanted: Sequence[Unit]) -> list[int]:
    """Where in ``said`` each unit appears first, for those that do."""
    found = []
    for roots, _ in wanted:
        found += [i for i, root in enumerate(said) if root in roots][:1]
    return found
