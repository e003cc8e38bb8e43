"""Minimal edits that turn a true sentence into a false one which still reads well.

The rules know no parts of speech: each works only where a word table (``lexicon``) or a plain
pattern makes the result grammatical, and keeps silent elsewhere. English and Russian.
"""

import random
import re
from collections.abc import Iterable, Iterator
from itertools import chain, zip_longest
from typing import NamedTuple

from distillnet.records import Language
from distillnet.tools.agreement import russian_form
from distillnet.tools.facts import Names, name_spans
from distillnet.tools.lexicon import ABSTRACT, CONCEPTS, FAMILIES, NOT_ABSTRACT, OPPOSITES
from distillnet.tools.negation import negated
from distillnet.tools.rewrites import is_definition, quantified, swapped
from distillnet.tools.text import STOP_WORDS, word_set, words

_WORD = re.compile(r"(?<![\w-])[^\W\d_]+(?![\w-])")
_NUMBER = re.compile(
    r"(?<![\w.,:/-])\d{1,3}(?:,\d{3})*(?![\d,]\d|[\w:/-])(?:\.\d+)?|(?<![\w.,:/-])\d{4,}(?![\w:/-])"
)
_BOUND = re.compile(
    r"\b(?:(?P<least>more than|over|at least|above|[Бб]олее|[Бб]ольше|[Сс]выше)"
    r"|less than|fewer than|under|up to|at most|below|[Мм]енее|[Мм]еньше) $"
)
_YEAR = re.compile(r"\d{4} $")
_THESE = re.compile(r"\b[Tt]h[eo]se $")  # these days
_POSSESSIVES = word_set("his her its their he she who him")
_WRONG = 3


class Blank(NamedTuple):
    """A stretch of a sentence, and what would be wrong there though it fits."""

    start: int
    end: int
    wrong: tuple[str, ...]


def distort(sentence: str, names: Names, language: Language, rng: random.Random) -> list[str]:
    """False variants of ``sentence``, the kinds of edit taking turns; often none.

    They differ from it and from each other in their words, and in length by less than a third.
    """
    kinds = (
        swapped(sentence, names, language),
        _filled(sentence, _opposites(sentence, names, language)),
        _filled(sentence, _numbers(sentence, language, rng)),
        _filled(sentence, _listed(sentence, language, rng)),
        _filled(sentence, _names(sentence, names, rng)),
        quantified(sentence, language),
        negated(sentence, language),
        _filled(sentence, _abstract(sentence, names, language, rng)),
    )
    seen = {tuple(words(sentence))}
    distinct = []
    for variant in chain.from_iterable(zip_longest(*kinds)):
        key = tuple(words(variant or ""))
        if variant and key not in seen and 0.67 < len(variant) / len(sentence) < 1.5:
            seen.add(key)
            distinct.append(variant)
    return distinct


def blanks(sentence: str, names: Names, language: Language, rng: random.Random) -> list[Blank]:
    """Stretches that carry information and have at least two wrong fillings of their kind."""
    found = chain(
        _numbers(sentence, language, rng),
        _listed(sentence, language, rng),
        _names(sentence, names, rng),
        _abstract(sentence, names, language, rng),
    )
    return [blank for blank in found if len(blank.wrong) > 1]


def filled(sentence: str, start: int, end: int, new: str) -> str:
    """``new`` in the place of ``sentence[start:end]``; its capital and the article follow."""
    if sentence[start].isupper():
        new = new[0].upper() + new[1:]
    before = sentence[:start]
    if article := re.search(r"\b([Aa])n? $", before):
        sounds_open = re.match(r"[aeio]|u(?!ni[^mn]|s[ei])|hour|hon", new.lower())
        before = before[: article.start()] + article[1] + ("n " if sounds_open else " ")
    return before + new + sentence[end:]


def _filled(sentence: str, found: Iterable[Blank]) -> Iterator[str]:
    variants = ([filled(sentence, b.start, b.end, new) for new in b.wrong] for b in found)
    return filter(None, chain.from_iterable(zip_longest(*variants)))


def _some(others: list[str], rng: random.Random) -> tuple[str, ...]:
    return tuple(rng.sample(others, min(_WRONG, len(others))))


def _names(sentence: str, names: Names, rng: random.Random) -> Iterator[Blank]:
    for start, end in name_spans(sentence):
        name = sentence[start:end]
        taken = set(words(sentence))
        others: list[str] = []
        for other in names.like(name):
            # "Raymond" and "Uncle Raymond" are one.
            if not taken.intersection(words(other)):
                others.append(other)
                taken.update(words(other))
        # "Peterson has seen a rise in its ratings": a pronoun asks for more than a guess.
        unsure = names.kinds.get(name) == "other" and _POSSESSIVES & set(words(sentence))
        if others and sentence.count(name) == 1 and not unsure:
            yield Blank(start, end, _some(others, rng))


def _listed(sentence: str, language: Language, rng: random.Random) -> Iterator[Blank]:
    """Number words, months, units of time ...: each by others of its family."""
    present = set(_WORD.findall(sentence))
    for match in _WORD.finditer(sentence):
        before, after = sentence[: match.start()], sentence[match.end() :]
        in_name = match[0].istitle() and re.match(r" [A-ZА-ЯЁ]", after)
        if in_name or re.match(r" \d", after) or _THESE.search(before) or _YEAR.search(before):
            continue
        for family in FAMILIES[language]:
            if match[0] in family:
                others = [word for word in family if word not in present]
                yield Blank(*match.span(), _some(others, rng))
                break


def _abstract(
    sentence: str, names: Names, language: Language, rng: random.Random
) -> Iterator[Blank]:
    """Abstract nouns: by the opposite if there is one, and by others of the suffix."""
    if not is_definition(sentence, names):
        return
    for match in _WORD.finditer(sentence):
        word = match[0].lower()
        if word in NOT_ABSTRACT or re.search(r"\b[Aa]n? $", sentence[: match.start()]):
            continue
        for suffix, stems in ABSTRACT[language]:
            if word.endswith(suffix) and len(word) > len(suffix) + 2:
                others = [other for other in stems.split() if other not in words(sentence)]
                opposite = CONCEPTS.get(word) or OPPOSITES[language].get(word)
                wrong = _some(others, rng)
                yield Blank(*match.span(), (opposite, *wrong[:-1]) if opposite else wrong)
                break


# ---- numbers -------------------------------------------------------------------------------------


def _numbers(sentence: str, language: Language, rng: random.Random) -> Iterator[Blank]:
    for match in _NUMBER.finditer(sentence):
        before, after = sentence[: match.start()], sentence[match.end() :]
        if re.search(r"\b[A-Z]{1,3} $", before):  # CO 2
            continue
        others = [n for n in _other_numbers(match[0], language) if n not in sentence]
        if bound := _BOUND.search(before):
            # More than 300 is more than 200, too: only a larger number makes it false.
            upwards = bool(bound["least"])
            others = [n for n in others if (_value(n) > _value(match[0])) == upwards]
        if re.match(r" ?[ap]\.?m\b", after):
            others = [n for n in others if int(n) <= 12]
        if others:
            yield Blank(*match.span(), _some(others, rng))


def _value(number: str) -> float:
    return float(number.replace(",", ""))


def _other_numbers(number: str, language: Language) -> list[str]:
    """Others of the same length: years near it; days and hours; and in Russian of its agreement.

    1 is never put in or taken out, since it would turn a plural into a singular.
    """
    value = int(number) if len(number) < 5 and number.isdecimal() else 0
    if len(number) == 4 and 1000 <= value <= 2100:
        shifts = (-37, -24, -15, -8, -6) if value > 1980 else (-37, -15, -6, 5, 9, 14, 26)
        return [str(value + shift) for shift in shifts]
    if value == 1 or number[0] == "0":
        return []
    if 0 < value <= 31:
        same = range(2, 10) if value < 10 else range(10, 32)
        return [
            str(n)
            for n in same
            if n != value and (language == "en" or russian_form(n) == russian_form(value))
        ]
    return [digit + number[1:] for digit in "23456789" if digit != number[0]]


# ---- opposites -----------------------------------------------------------------------------------

# Where a word stands in a fixed phrase: (word, words before it, words after it).
_FIXED = (
    ("more less", "any no or once the what further", "or and than"),
    ("often", "more less", ""),
    ("rose", "", "above"),
    ("better", "had", "known"),
    ("best", "", "known"),
    ("long longer", "no any before as so how", "ago as"),
    ("later", "sooner", ""),
    ("late", "of", ""),
    ("known", "well best", "as for to"),
    ("after", "look looks looked looking named take takes took day soon shortly", "all"),
    ("before", "day night never", "long"),
    ("above", "", "all"),
    ("few", "a", ""),
    ("many", "as how so too not good great a", ""),
    ("short", "", "of"),
    ("short common private public secret light", "in", ""),
    ("good bad", "for a", "deal at"),
    ("light", "the", "up on"),
    ("stood", "", "for out up"),
    ("rose", "a the", ""),
    ("left", "", ""),
    ("day night", "other one", "after"),
    ("increase increases support", "the an to", ""),
    ("больше", "не", "не"),
    ("до", "от", "сих"),
    ("более", "тем", ""),
    ("раз", "", ""),
)
"""Fixed phrases in which the opposite would be nonsense."""
_NEEDS_ARTICLE = frozenset({"past", "future"})


def _opposites(sentence: str, names: Names, language: Language) -> Iterator[Blank]:
    table = {**OPPOSITES[language], **(CONCEPTS if is_definition(sentence, names) else {})}
    found = list(_WORD.finditer(sentence))
    for i, match in enumerate(found):
        word = match[0] if i else match[0].lower()
        opposite = table.get(word)
        before = found[i - 1][0].lower() if i else ""
        after = found[i + 1][0].lower() if i + 1 < len(found) else ""
        opens = i == 0 and opposite in {"always", "never", "often", "rarely"}
        if (
            opposite
            and not opens
            and opposite not in words(sentence)
            and not _is_fixed(before, word, after)
        ):
            yield Blank(*match.span(), (opposite,))


def _is_fixed(before: str, word: str, after: str) -> bool:
    if "as" in (before, after) or (word in _NEEDS_ARTICLE and before not in STOP_WORDS):
        return True
    return any(
        word in fixed.split() and (before in left.split() or after in right.split())
        for fixed, left, right in _FIXED
    )
