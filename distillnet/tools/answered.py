"""A question and its answer as one statement, without a parser.

``Why do ships float? Because they displace water.`` -> ``Ships float because they displace water.``
Where no pattern makes one sentence of both, they stay two: the answer alone would say nothing.
"""

import re

from distillnet.records import Language
from distillnet.tools.halving import is_statement
from distillnet.tools.negation import looks_like_russian_verb
from distillnet.tools.roots import content_roots
from distillnet.tools.text import STOP_WORDS, word_set, words
from distillnet.tools.verbs import (
    PARTICIPLES,
    PAST,
    PRESENT,
    VERB_FORMS,
    third_person,
)

_LONGEST = 1_000  # characters of either
_OPENING = r"(?P<aux>does|do|did|is|are|was|were|can|could|will|would|should|must|has|have|had) "
_ASKS = re.compile(rf"(?P<asked>why|how come|how|where|when) {_OPENING}(?P<rest>.+)", re.IGNORECASE)
_ASKS_WHAT = re.compile(r"(?P<asked>what|who) (?P<aux>is|are|was|were) (?P<rest>.+)", re.IGNORECASE)
_ASKS_WHO = re.compile(r"who (?P<rest>(?P<verb>\w+) .+)", re.IGNORECASE)
# How an answer may go on after the clause that was asked about.
_GOES_ON = {
    "why": re.compile(r"(?:because|since|as|due to|owing to|thanks to|so that|to|in order)\b"),
    "how": re.compile(r"(?:by|through|with|via|thanks to)\b"),
    "where": re.compile(r"(?:in|on|at|near|under|behind|between|inside|above|below|outside|to)\b"),
    "when": re.compile(r"(?:in|on|at|before|after|during|since|until|between|around|about)\b"),
}
_PREPOSITIONS = word_set("""
    in on at by for from to with without under over near between during after before into as like
    because when while if than
    """)
_DETERMINERS = word_set("a an the this that these those its his her their our my your every some")
_ADVERBS = word_set("""
    so very too more most less least not always often never still usually also rather much called
    """)
# What is asked for, and how the answer may go on after the clause.
_RUSSIAN_REASONS = ("почему|отчего", "зачем")
_RUSSIAN = {
    "почему|отчего": r"потому,? что|так как|оттого|поскольку|из-за",
    "зачем": r"чтобы|затем,? чтобы",
    "где|когда|куда|откуда": r"в|во|на|под|над|за|из|до|у|около|после|с|к",
}
_RUSSIAN_WHAT = re.compile(
    r"(?P<asked>что такое|как(?:ой|ая|ое|ие)|кто такой|кто такая) (?P<rest>.+)", re.IGNORECASE
)
_RUSSIAN_WHO = re.compile(r"кто (?P<rest>.+)", re.IGNORECASE)


def answered(question: str, answer: str, language: Language) -> str | None:
    """One statement that says what ``question`` and ``answer`` say together.

    An answer that is a statement about what was asked is returned as it is, unless a reason was
    asked for; None where the answer adds nothing ("Yes.").
    """
    asked = " ".join(question[:_LONGEST].split()).rstrip("?!. ")
    given = " ".join(answer[:_LONGEST].split()).rstrip(".!… ")
    in_question, in_answer = (set(content_roots(text, language)) for text in (asked, given))
    if in_answer <= in_question:
        return None
    joined = (_in_russian if language == "ru" else _in_english)(asked, given)
    if joined is None and in_answer & in_question and is_statement(given, language):
        joined = given
    return f"{_capital(joined)}." if joined else f"{asked}? {_capital(given)}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _inside(text: str) -> str:
    """Without the capital of a sentence; any other word may be a name."""
    first = words(text)[:1]
    is_common = bool(first) and (first[0] in STOP_WORDS or first[0] in _PREPOSITIONS)
    return text[:1].lower() + text[1:] if is_common and not text.startswith("I ") else text


# ---- English -------------------------------------------------------------------------------------


def _in_english(asked: str, given: str) -> str | None:
    if match := _ASKS.fullmatch(asked):
        wanted = "why" if match["asked"].lower() == "how come" else match["asked"].lower()
        clause = _declared(match["aux"].lower(), match["rest"], wanted)
        if clause and _GOES_ON[wanted].match(given.lower()):
            return f"{clause} {given[:1].lower()}{given[1:]}"
        gives_reason = wanted == "why" and is_statement(given, "en")
        return f"{clause} because {_inside(given)}" if clause and gives_reason else None
    if is_statement(given, "en") and _shares_content(asked, given):
        return None
    if match := _ASKS_WHAT.fullmatch(asked):
        rest, aux = match["rest"], match["aux"].lower()
        found = words(rest)
        if match["asked"].lower() == "who" and found and _is_participle(found[0]):
            return f"{given} {aux} {rest}"
        if found and found[-1] not in _PREPOSITIONS and VERB_FORMS.isdisjoint(found):
            return f"{rest} {aux} {_inside(given)}"
    elif (match := _ASKS_WHO.fullmatch(asked)) and (
        match["verb"] in VERB_FORMS or match["verb"].endswith("ed")
    ):
        return f"{given} {match['rest']}"
    return None


def _shares_content(left: str, right: str) -> bool:
    return not set(content_roots(left, "en")).isdisjoint(content_roots(right, "en"))


def _declared(aux: str, rest: str, asked: str) -> str | None:
    """``does`` + ``water boil on a mountain`` -> ``water boils on a mountain``."""
    tokens = rest.split()
    if aux == "do":
        return rest
    if aux in {"is", "are", "was", "were"}:
        place = _place_of_predicate(tokens)
        if asked in {"where", "when"} and not _is_participle(tokens[-1]):
            place = len(tokens)
        return " ".join([*tokens[:place], aux, *tokens[place:]]) if place else None
    of_have = aux in {"has", "have", "had"}
    at = _place_of_verb(tokens, participle=of_have)
    if at is None:
        return None
    verb = tokens[at]
    if aux == "does":
        said = [PRESENT.get(verb) or third_person(verb)]
    elif aux == "did" and verb in PAST:
        said = [PAST[verb]]
    else:
        said = [aux, verb]
    return " ".join([*tokens[:at], *said, *tokens[at + 1 :]])


def _place_of_verb(tokens: list[str], *, participle: bool) -> int | None:
    """The first known verb after the first word; else what stands behind a short subject."""
    for i, token in enumerate(tokens[1:], 1):
        is_verb = _is_participle(token) if participle else token in PAST
        if is_verb and tokens[i - 1].lower() not in _DETERMINERS:
            return i
    guess = 1 + (tokens[0].lower() in _DETERMINERS)
    ends = guess == len(tokens) - 1 or (guess < len(tokens) and tokens[guess + 1] in _PREPOSITIONS)
    return guess if ends and not participle else None


def _place_of_predicate(tokens: list[str]) -> int:
    """Where the subject ends: before an article, else before the last word up to a preposition."""
    lowered = [token.lower() for token in tokens]
    end = next((i for i, t in enumerate(lowered) if i and t in _PREPOSITIONS), len(tokens))
    article = next((i for i in range(1, end) if lowered[i] in {"a", "an"}), 0)
    place = article or end - 1
    if not article and place <= (lowered[0] in _DETERMINERS):
        place = end if end < len(tokens) else 0  # "the house" + "in the valley"
    while place > 1 and lowered[place - 1] in _ADVERBS:
        place -= 1
    return place


def _is_participle(word: str) -> bool:
    return word in PARTICIPLES or word.endswith("ed")


# ---- Russian -------------------------------------------------------------------------------------


def _in_russian(asked: str, given: str) -> str | None:
    """Russian keeps the order of words in a question, the verb's place aside."""
    inside = given[:1].lower() + given[1:]
    for question, goes_on in _RUSSIAN.items():
        if match := re.fullmatch(rf"(?:{question}) (.+)", asked, re.IGNORECASE):
            clause, comma = match[1], "," if question in _RUSSIAN_REASONS else ""
            if not comma:
                first, *rest = clause.split()
                clause = " ".join(
                    [*rest, first] if looks_like_russian_verb(first) else [first, *rest]
                )
            if re.match(rf"(?:{goes_on})\b", inside):
                return f"{clause}{comma} {inside}"
            gives_reason = comma and is_statement(given, "ru")
            return f"{clause}, потому что {inside}" if gives_reason else None
    if match := _RUSSIAN_WHAT.fullmatch(asked):
        if is_statement(given, "ru"):
            return None
        if match["asked"].lower() == "что такое":
            return f"{match['rest']} — это {inside}"
        return f"{match['rest']} — {given}"
    if match := _RUSSIAN_WHO.fullmatch(asked):
        return None if is_statement(given, "ru") else f"{given} {match['rest']}"
    return None
