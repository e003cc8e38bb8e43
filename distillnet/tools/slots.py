"""The false variants of a statement that a sentence itself suggests.

Distortions that were made beforehand hold a few wrong numbers and names, of which a text seldom
says one. So the sentence is asked: a number or name that it has of its own is put in the place of
one that it lacks. Whether it says that variant is for ``contradictions`` to judge.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from distillnet.records import Language
from distillnet.tools.facts import name_spans
from distillnet.tools.lexicon import CITIES, COUNTRIES, FAMILIES
from distillnet.tools.roots import content_roots, root
from distillnet.tools.text import word_set, words

_NUMBER = re.compile(r"(?<![\w.,:/-])\d{1,12}(?:,\d{3}){0,4}(?:\.\d{1,9})?(?!\w|[.,:/-]\d)")
_WORD = re.compile(r"[^\W\d_]+")
# What is said roughly is not wrong where it is not the same.
_ROUGHLY = re.compile(
    r"\b(?:about|around|nearly|almost|some|roughly|approximately|circa|over|under|than|least|most"
    r"|up to|between|from|or|около|почти|примерно|приблизительно|более|менее|больше|меньше|свыше"
    r"|до|от|с|между|или) $",
    re.IGNORECASE,
)
_BEFORE = 20  # characters in which that is looked for
# The same measure in another unit is another number.
_UNITS = re.compile(
    r"\b(?:fahrenheit|celsius|kelvin|feet|foot|inch(?:es)?|yards?|miles?|pounds?|ounces?|acres?"
    r"|k?m|cm|kg|(?:kilo|centi|milli)?met(?:er|re)s?|kilograms?|grams?|dollars?|euros?|percent"
    r"|фаренгейт\w*|цельси\w*|кельвин\w*|миль|мил[ияь]|фут\w*|дюйм\w*|(?:кило|санти)?метр\w*"
    r"|килограмм\w*|грамм\w*|долларов|евро|рублей|процент\w*)\b",
    re.IGNORECASE,
)
_NUMERALS = {
    name: float(value)
    for value, row in enumerate(
        (
            ("two", "два", "две", "двух"),
            ("three", "три", "трёх"),
            ("four", "четыре", "четырёх"),
            ("five", "пять", "пяти"),
            ("six", "шесть", "шести"),
            ("seven", "семь", "семи"),
            ("eight", "восемь", "восьми"),
            ("nine", "девять", "девяти"),
            ("ten", "десять", "десяти"),
            ("eleven", "одиннадцать"),
            ("twelve", "двенадцать"),
        ),
        start=2,
    )
    for name in row
}
_CLAUSE_END = re.compile(r"[,;:()—–]")
# Two names may share these and be of two.
_TITLES = frozenset(
    root(word, "ru" if re.match("[а-я]", word) else "en")
    for word in word_set("""
    mr mrs ms miss dr sir lady king queen prince princess emperor president saint st pope count duke
    professor lake mount river north south east west new university battle treaty город король
    королева князь царь императрица император граф святой
        """)
)
_SAME_BEGINNING = 5  # letters
_ARTICLES = word_set("a an the")
_PEOPLES = ("ian", "ians", "ese", "ish")


class _Slot(NamedTuple):
    """A stretch of a text; ``value`` is what it stands for."""

    start: int
    end: int
    text: str
    value: float | frozenset[str]


def suggested(said: str, statement: str, language: Language) -> Iterator[str]:
    """``statement`` with a number or name that only ``said`` has in the place of one it lacks.

    Left out is what belongs to another word in ``said`` than any of ``statement``.
    """
    measured = {*_UNITS.findall(said.lower())} - {*_UNITS.findall(statement.lower())}
    for ours, theirs in zip(_slots(said, language), _slots(statement, language), strict=True):
        lacking = [slot for slot in theirs if not any(_are_same(slot, other) for other in ours)]
        wrong = [
            slot
            for slot in ours
            if lacking
            and not (measured and isinstance(slot.value, float))
            and not any(_are_same(slot, other) for other in theirs)
            and not _is_written_out(slot, statement)
            and _is_of(slot, said, statement, language)
        ]
        for slot in lacking:
            place = _neighbours(slot, statement, language)
            for other in wrong:
                if place & _neighbours(other, said, language):
                    yield statement[: slot.start] + other.text + statement[slot.end :]


@lru_cache(maxsize=256)
def _slots(text: str, language: Language) -> tuple[tuple[_Slot, ...], ...]:
    """Numbers, names, and the members of each family of words, in a tuple of their own."""
    return (
        tuple(_numbers(text)),
        tuple(_names(text, language)),
        *(tuple(_members(text, family)) for family in FAMILIES[language]),
    )


def _numbers(text: str) -> Iterator[_Slot]:
    for match in _NUMBER.finditer(text):
        counts = not match.start() and re.match(r"[.)] ", text[match.end() :])  # of a list
        if not counts and not _ROUGHLY.search(text, max(0, match.start() - _BEFORE), match.start()):
            yield _Slot(*match.span(), match[0], float(match[0].replace(",", "")))
    for match in _WORD.finditer(text):
        if match[0].lower() in _NUMERALS:
            yield _Slot(*match.span(), match[0], _NUMERALS[match[0].lower()])


def _members(text: str, family: Sequence[str]) -> Iterator[_Slot]:
    for match in _WORD.finditer(text):
        if match[0] in family:
            yield _Slot(*match.span(), match[0], frozenset([match[0]]))


def _names(text: str, language: Language) -> Iterator[_Slot]:
    for start, end in name_spans(text):
        name = text[start:end]
        # A capital at the beginning of a sentence does not make a name.
        is_name = start or " " in name or name in CITIES | COUNTRIES
        if is_name and not name.endswith(_PEOPLES):  # "for the Polish", "for the Poles"
            yield _Slot(start, end, name, frozenset(content_roots(name, language)))


def _are_same(slot: _Slot, other: _Slot) -> bool:
    """Whether both may stand for one thing: rounded, shortened, inflected, abbreviated."""
    if isinstance(slot.value, float) or isinstance(other.value, float):
        return slot.value == other.value or _is_rounded(slot, other) or _is_rounded(other, slot)
    ours, others = slot.value - _TITLES, other.value - _TITLES
    return (
        not ours
        or not others
        or bool(ours & others)
        or slot.text in _initials(other.text)
        or other.text in _initials(slot.text)
        or any(a[:_SAME_BEGINNING] == b[:_SAME_BEGINNING] for a in ours for b in others)
    )


def _is_rounded(slot: _Slot, other: _Slot) -> bool:
    """Whether the one is the other in fewer digits: 3,000 for 2,965."""
    if len(slot.text) < 4 or not (slot.text + other.text).replace(",", "").isdigit():
        return False
    digits = len(slot.text.replace(",", "").rstrip("0"))
    is_year = len(slot.text) == len(other.text) == 4
    return not is_year and float(f"{other.value:.{max(1, digits)}g}") == slot.value


def _is_written_out(slot: _Slot, statement: str) -> bool:
    """Whether ``statement`` has the initials of it: LM of Lunar Module."""
    initials = _initials(slot.text)[0]
    return len(initials) > 1 and re.search(rf"\b{initials}\b", statement) is not None


def _initials(name: str) -> tuple[str, str]:
    found = "".join(word[0] for word in name.split() if word[0].isupper())
    return found, ".".join(found)


def _neighbours(slot: _Slot, text: str, language: Language) -> set[str]:
    """Roots of the words next to it, articles aside; who opens the text may be "by" whom it is."""
    before = [word for word in words(text[: slot.start]) if word not in _ARTICLES][-1:]
    after = [word for word in words(text[slot.end :]) if word not in _ARTICLES][:1]
    by = ["by"] if not slot.start and " " in slot.text else []
    return {root(word, language) for word in before + after + by}


def _is_of(slot: _Slot, said: str, statement: str, language: Language) -> bool:
    """Whether the word of content before it in its clause, else that after it, is of the statement.

    ``The ship, built in 1909, sank in the bay``: 1909 is not when it sank.
    """
    clause = max((m.end() for m in _CLAUSE_END.finditer(said, 0, slot.start)), default=0)
    before, after = said[clause : slot.start], said[slot.end :]
    nearest = content_roots(before, language)[-1:] or content_roots(after, language)[:1]
    return set(content_roots(statement, language)).issuperset(nearest)
