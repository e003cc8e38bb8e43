"""Distortions that rearrange a sentence: roles exchanged, quantifiers turned."""

import re
from collections.abc import Iterator
from itertools import combinations

from distillnet.records import Language
from distillnet.tools.facts import Names, name_spans
from distillnet.tools.lexicon import ABSTRACT, NOT_ABSTRACT
from distillnet.tools.negation import NO_GENITIVE
from distillnet.tools.text import STOP_WORDS, word_set, words

_CONCEPTS = word_set("""
    truth knowledge death war peace power beauty nature science history memory wisdom virtue faith
    reason justice time life language money matter energy mind body poverty wealth жизнь смерть
    память мысль
    """)
_SYMMETRIC = word_set("""
    met meets married between equal equals same borders differs resembles together and or nor friend
    friends cousin cousins opposite neighbours neighbors both with against like unlike и или между
    оба равны с
    """)
_COPULA = re.compile(r"\b(?:is|are|was|were|means|becomes|equals)\b| — ")


# ---- roles ---------------------------------------------------------------------------------------


def swapped(sentence: str, names: Names, language: Language) -> Iterator[str]:
    """Role reversals: two names, two concepts of a definition, or cause and effect exchanged."""
    spans = list(name_spans(sentence))
    yield from _pairs_swapped(
        sentence,
        [
            (a, b)
            for a, b in combinations(spans, 2)
            if names.are_alike(sentence[slice(*a)], sentence[slice(*b)])
        ],
    )
    if language == "ru":
        yield from _russian_definition_swapped(sentence)
    if is_definition(sentence, names):
        concepts = list(_concepts(sentence, language))
        yield from _pairs_swapped(
            sentence,
            [
                (a, b)
                for a, b in combinations(concepts, 2)
                if language == "en" or sentence[a[1] - 3 : a[1]] == sentence[b[1] - 3 : b[1]]
            ],
        )
    yield from _causes_swapped(sentence, names, language)


def is_definition(sentence: str, names: Names) -> bool:
    """A short sentence without names that says what something is.

    In it one concept may stand for another: it stays readable and becomes false.
    """
    named = any(name in sentence for name in names.kinds)
    short = len(words(sentence)) <= 10 and "," not in sentence
    return short and not named and bool(_COPULA.search(sentence))


def _pairs_swapped(
    sentence: str, pairs: list[tuple[tuple[int, int], tuple[int, int]]]
) -> Iterator[str]:
    for (a, b), (c, d) in pairs:
        left, right, between = sentence[a:b], sentence[c:d], words(sentence[b:c])
        once = sentence.count(left) == sentence.count(right) == 1
        owned = re.search("['’]s $", sentence[:a]) or re.search("['’]s $", sentence[:c])
        if not between or not once or owned or _SYMMETRIC.intersection(words(sentence)):
            continue
        if a == 0 and left.lower() not in STOP_WORDS and not _is_name(right):
            left, right = left[0].lower() + left[1:], right[0].upper() + right[1:]
        yield sentence[:a] + right + sentence[b:c] + left + sentence[d:]


def _is_name(text: str) -> bool:
    return text[0].isupper()


def _concepts(sentence: str, language: Language) -> Iterator[tuple[int, int]]:
    suffixes = tuple(suffix for suffix, _ in ABSTRACT[language])
    for match in re.finditer(r"(?<![\w-])[^\W\d_]+(?![\w-])", sentence):
        word = match[0].lower()
        if word in _CONCEPTS or (len(word) > 6 and word.endswith(suffixes)):
            article = re.search(r"\b[Aa]n? $", sentence[: match.start()])
            if word not in NOT_ABSTRACT and not article:
                yield match.span()


def _russian_definition_swapped(sentence: str) -> Iterator[str]:
    """``Свобода — это внутренняя необходимость`` with the two nouns exchanged.

    Both are nominative there; an adjective asks for the same gender.
    """
    adjective = r"(?:\w+(?:ая|яя|ый|ий|ой|ое|ее) )"
    match = re.match(rf"(\w+)( — (?:это )?{adjective}*)(\w+)", sentence)
    if not match:
        return
    left, between, right = match.groups()
    agrees = not re.search(adjective, between) or _gender(left) == _gender(right)
    if agrees and right not in STOP_WORDS:
        yield right.capitalize() + between + left.lower() + sentence[match.end() :]


def _gender(noun: str) -> str:
    if re.search(r"(?:а|я|сть|знь|вь|чь|шь|жь)$", noun):
        return "f"
    return "n" if re.search(r"[оеё]$", noun) else "m"


_CAUSE_VERB = (
    "causes|leads to|results in|depends on|precedes|produces|creates|determines|explains|implies"
)
_PAST_CAUSE_VERB = "caused|led to|resulted in|preceded|produced|created|determined"


def _causes_swapped(sentence: str, names: Names, language: Language) -> Iterator[str]:
    link = " because " if language == "en" else ", потому что "
    if sentence.count(link) == 1:
        effect, cause = sentence.rstrip(".").split(link)
        least = 3 if language == "en" else 2
        if min(len(words(effect)), len(words(cause))) >= least and "," not in effect:
            yield f"{cause[0].upper()}{cause[1:]}{link}{_lowered(effect, names)}."
    match = re.fullmatch(rf"([^,;]+) ({_CAUSE_VERB}|{_PAST_CAUSE_VERB}) ([^,;]+)\.", sentence)
    if match:
        cause, verb, effect = match.groups()
        plural = re.search(r"[^siu]s$", effect) and not re.fullmatch(_PAST_CAUSE_VERB, verb)
        partial = words(cause)[-1] in STOP_WORDS
        if max(len(words(cause)), len(words(effect))) <= 6 and not plural and not partial:
            yield f"{effect[0].upper()}{effect[1:]} {verb} {_lowered(cause, names)}."


def _lowered(clause: str, names: Names) -> str:
    """The first word without its capital, unless it is a name."""
    begins_with_name = any(clause.startswith(name) for name in names.kinds)
    return clause if begins_with_name else clause[0].lower() + clause[1:]


# ---- quantifiers ---------------------------------------------------------------------------------

_QUANTIFIERS = {
    "en": (
        (r"^All (?:of )?(?=the )", "None of "),
        (r"^All (?=\w+s )", "No "),
        (r"^Every (?=\w+ (?:\w+s|is|was|has|can|must) )", "No "),
        (r"^(?:Everyone|Everybody) ", "No one "),
        (r"^(?:No one|Nobody) ", "Everybody "),
        (r"^Everything ", "Nothing "),
        (r"^Nothing ", "Everything "),
        (r"^None of ", "All of "),
        (r"\b(?<!the )most (?=of the \w+s\b)", "few "),
        (r"^Most (?=of the \w+s\b|\w+s\b)", "Few "),
        (r"^Few (?=\w+s\b)", "Most "),
        (r"\bmore than (?=\d|\w+ty\b|\w+ million)", "fewer than "),
        (r"\b(?:fewer|less) than (?=\d)", "more than "),
        (r"\bover (?=\d)", "under "),
        (r"\bat least (?=\d|\w+ )", "at most "),
        (r"\bat most ", "at least "),
        (r"\bthe first (?!time|to\b)(?!.* since )", "the last "),
        (r"\bthe last (?!to\b)", "the first "),
    ),
    "ru": (
        (r"^Все (?!равно|же)", "Не все "),
        (r"^(Кажд(?:ый|ая|ое)) ", r"Не \1 "),
        (rf"\b[Нн]икогда не (?={NO_GENITIVE})", "всегда "),
        (
            r"\b[Вв]сегда (?=\w+(?:ет|ит|ют|ут|ят|ат|ется|ится|ются|утся|ла|ло|ли|л)\b)",
            "никогда не ",
        ),
        (r"\bне все\b", "все"),
    ),
}
_POLARITY = word_set("any anyone anything ever yet but ни никакой никаких")


def quantified(sentence: str, language: Language) -> Iterator[str]:
    """All turned into none, most into few, never into always, more than into fewer than."""
    if _POLARITY.intersection(words(sentence)):
        return
    for pattern, replacement in _QUANTIFIERS[language]:
        variant, count = re.subn(pattern, replacement, sentence, count=1)
        if count:
            yield variant[0].upper() + variant[1:]
