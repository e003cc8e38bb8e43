"""A statement split into what it speaks of and what it says of it, without a parser."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from distillnet.records import Language
from distillnet.tools.negation import looks_like_russian_verb
from distillnet.tools.roots import content_roots
from distillnet.tools.text import word_set, words
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
_ANSWERED = re.compile(r"(?<=\w)\? ")
# Russian predicates that are no verbs.
_SHORT_ADJECTIVE = re.compile(
    r"(?:похож|готов|прав)[аеиы]?|(?:равен|равн|нужен|нужн|важен|важн|виден|видн|верен|верн|способен"
    r"|способн|необходим|возможен|возможн|опасен|опасн|полезен|полезн|вечен|вечн)[аоы]?"
)
# Who is spoken of is not known; what "we" do may be anybody's.
_SPEAKERS = word_set("""
    i me my mine myself you your yours yourself я меня мне мной мой моя моё мои ты тебя тебе твой
    твоя вы вас вам ваш ваша
    """)
_GREETING = re.compile(
    r"\b(?:hello|hi|thanks?|thank you|sorry|goodbye|good (?:morning|day|evening|night|luck)"
    r"|see you|nice to meet|привет|здравствуй\w*|спасибо|извини\w*|до (?:свидания|встречи|завтра)"
    r"|добр(?:ый день|ый вечер|ое утро|ой ночи))\b",
    re.IGNORECASE,
)
_AROUND = " ,—–-"
# A verb that no table has: "Salt lowers the", "Bees dance to".
_LOOKS_FINITE = re.compile(
    r"^((?:\S+ ){0,4}?\S*\w)(?: [a-z]{2,}[^su\W]s (?:the|an?|its|their|his|her|all|every|no|each)"
    r"|(?<=[^su]s) [a-z]{3,}[^s\W] (?:the|an?|its|their|his|her|all|every|to)) "
)
_FINITE = AUXILIARIES | LEMMA_OF_PAST.keys() | LEMMA_OF_PRESENT.keys()
_SUBORDINATE = word_set("who which that whom whose what when where while if whether как кто")
_AFTER_SUBJECT = re.compile(
    r" (?:to|a|an|the|in|on|at|by|for|with|from|into|и|в|во|на|с|со|к|у|о|об|от|из|за|для|по|при) "
)


def halves(statement: str, language: Language) -> tuple[str, str] | None:
    """What a statement speaks of, and what it says of it; None where it cannot be split.

    ``Freedom is the recognition of necessity.`` -> ``Freedom``, ``the recognition of necessity``.
    Of an effect and its cause the one that stands first is what it speaks of. Another verb than
    "to be" belongs to the second half. A question is what its answer speaks of.
    """
    statement = _plain(statement)
    cuts = chain(_cuts(statement, language), _cut_after_subject(statement))
    return next(_split(statement, cuts, language), None)


def is_statement(text: str, language: Language) -> bool:
    """Whether it says something of something: not "Thank you very much." nor a question."""
    plain = _plain(text)
    asks = text.rstrip("\"'”’» ").endswith("?")
    if asks or is_greeting(text) or _SPEAKERS.intersection(words(plain)):
        return False
    return next(_split(plain, _cuts(plain, language), language), None) is not None


def is_greeting(text: str) -> bool:
    """Whether it greets, thanks or takes leave, which states nothing: "Good night, my friends!"."""
    return bool(_GREETING.search(text))


def _plain(statement: str) -> str:
    return " ".join(statement[:LONGEST].split()).rstrip(".!?…")


def _split(
    statement: str, cuts: Iterable[tuple[int, int]], language: Language
) -> Iterator[tuple[str, str]]:
    for start, end in cuts:
        first, second = statement[:start].strip(_AROUND), statement[end:].strip(_AROUND)
        if content_roots(first, language) and content_roots(second, language):
            yield first, second


def _cuts(statement: str, language: Language) -> Iterator[tuple[int, int]]:
    """Where to split, the surest first: (end of the first half, start of the second)."""
    if match := _ANSWERED.search(statement):
        yield match.span()
        return
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
    elif language == "en" and (match := _LOOKS_FINITE.search(statement)):
        yield match.end(1), match.end(1)


def _cut_after_subject(statement: str) -> Iterator[tuple[int, int]]:
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
            is_verb = (
                word == "не"
                or looks_like_russian_verb(word)
                or bool(_SHORT_ADJECTIVE.fullmatch(word))
            )
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
