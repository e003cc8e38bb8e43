"""What of a text can be examined: its names, and the sentences that stand on their own."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from distillnet.tools.lexicon import CITIES, COUNTRIES, FAMILIES
from distillnet.tools.text import STOP_WORDS, word_set, words
from distillnet.tools.verbs import AUXILIARIES, VERB_FORMS

_CAPITALISED = r"[A-ZА-ЯЁ]\w*(?:-[A-ZА-ЯЁ]\w+)*"
_TAIL = "corporation|company|university|river|island|prefecture|county"
_NAME = re.compile(
    rf"(?<![\w'’.-]){_CAPITALISED}(?: {_CAPITALISED})*(?:(?<!ese) (?:{_TAIL}))?(?![\w-])"
)
_ORGANISATION = re.compile(
    r"\b(?:[Cc]orporation|[Cc]ompany|Industries|[Uu]niversity|Institute|Bank|Inc|Ltd|Service)\b"
)
_PLACE_WORDS = word_set("in across throughout near outside within into в во из под близ")
_CASE_PREPOSITIONS = word_set("в во из на под от до у к с со о об")
_TITLES = word_set("mr mrs ms miss dr aunt uncle colonel major captain sir lady")
_PERSON_VERBS = word_set("""
    said asked told thought knew felt smiled looked wanted sighed replied answered shrugged nodded
    laughed wondered remembered whispered muttered сказал сказала спросил спросила думал думала знал
    знала родился родилась писал написал ответил ответила
    """)
_NOT_NAMES = (
    STOP_WORDS
    | word_set("llc inc ltd jr sr meanwhile moreover furthermore nonetheless overall anyhow")
    | {word.lower() for families in FAMILIES.values() for family in families for word in family}
)
_OPENERS = word_set("""
    alongside despite amid amidst among according following besides beyond beneath due given
    including unlike near next several home
    """)
_ANAPHORS = word_set("""
    not perhaps maybe he she it they this that these those his her its their him them there here
    such both then but and so or yet thus because either neither another other others one some also
    which who what он она оно они это этот эта эти тот та те его её ее их там здесь такой такая
    такие тогда но а и или поэтому также однако затем потом ещё который
    """)
_PEOPLE = word_set("he she him her his hers himself herself он она ему её его ней нём")
_ANTECEDENT_NEEDED = word_set("it they them there it's оно они")
_SPEAKERS = word_set("""
    i me my mine myself we us our ours you your yours я мне меня мной мой моя мы нас нам наш ты тебя
    тебе вы вас вам ваш
    """)
_PEOPLES = ("ian", "ians", "ese", "ish")
_CONNECTIVE = re.compile(
    r"(?:[A-Z][a-z]+ly|Meanwhile|Moreover|However|Furthermore|Therefore|Thus|Overall|Nonetheless"
    r"|Nevertheless|Indeed|Instead|In addition|In contrast|In fact|For example|At first glance"
    r"|Однако|Кроме того|Таким образом|Например|Впрочем|Наконец|Поэтому|Итак), "
)


class Names(NamedTuple):
    """The names of a text, the kind of each, and the words seen next to it.

    Countries and smaller places are two kinds, since one may lie in the other.
    """

    kinds: dict[str, str]
    neighbours: dict[str, frozenset[str]]

    def like(self, name: str) -> list[str]:
        """Other names that can stand in its place, in order of appearance.

        Names of no known kind are let in only if both have been seen next to the same word.
        """
        return [
            other
            for other in self.kinds
            if self.are_alike(name, other)
            and (self.kinds[name] != "other" or self._share_a_neighbour(name, other))
        ]

    def _share_a_neighbour(self, name: str, other: str) -> bool:
        return bool((self.neighbours[name] & self.neighbours[other]) - STOP_WORDS)

    def are_alike(self, name: str, other: str) -> bool:
        """Same kind, same use of the article, no word in common; in Russian the same case.

        Persons are called alike: "Orison" and "Miss McCall" may be one.
        """
        inflected = re.search("[а-яё]", name + other)
        return (
            name in self.kinds
            and other in self.kinds
            and self.kinds[name] == self.kinds[other]
            and ("the" in self.neighbours[name]) == ("the" in self.neighbours[other])
            and not set(words(name)) & set(words(other))
            and _beginning(name) != _beginning(other)
            and (self.kinds[name] not in {"person", "other"} or _is_as_long(name, other))
            and (not inflected or self._in_one_case(name, other))
        )

    def _in_one_case(self, name: str, other: str) -> bool:
        """By the ending; where only the last letter is the same, the preposition must be, too."""
        if name[-2:] == other[-2:] or not re.search("[аеёиоуыэюяьй]$", name + "\n" + other, re.M):
            return True
        shared = self.neighbours[name] & self.neighbours[other]
        return name[-1] == other[-1] and bool(shared & _CASE_PREPOSITIONS)


def _is_as_long(name: str, other: str) -> bool:
    return len(name.split()) == len(other.split())


def _beginning(name: str) -> str:
    """The same for an inflected, shortened or hyphenated form of the name."""
    return "".join(words(name))[:5]


def name_spans(sentence: str) -> Iterator[tuple[int, int]]:
    """Offsets of the runs of capitalised words, without the words that only open the sentence."""
    for match in _NAME.finditer(sentence):
        start, end = match.span()
        first = words(match[0])[0]
        if match[0].endswith((" I", " No")):
            end = start + match[0].rindex(" ")
        opens = not words(sentence[:start])
        if first in STOP_WORDS or (opens and (first in _OPENERS or first.endswith(("ly", "ing")))):
            start += len(match[0].split()[0]) + 1
        name = sentence[start:end]
        is_adjective = " " not in name and re.search(r"(?:ой|ий|ый|ая|ое|ые|ого|ских)$", name)
        common = name.lower() in _NOT_NAMES | _TITLES or (name.isupper() and len(name) > 3)
        if len(name) > 2 and name[0].isupper() and not common and not is_adjective:
            yield start, end


def names(sentences: Iterable[str]) -> Names:
    """The names in the sentences of a text: runs of capitals found elsewhere than at the start."""
    before: dict[str, set[str]] = {}
    after: dict[str, set[str]] = {}
    for sentence in sentences:
        if _is_shouted(sentence) or "[" in sentence:
            continue
        for start, end in name_spans(sentence):
            name, rest = sentence[start:end], sentence[end : end + 40]
            owns = re.match("['’]s", rest)
            previous = re.search(r"(\w+),? $", sentence[:start])
            before.setdefault(name, set()).update(
                [previous[1].lower()] if previous and not owns else []
            )
            after.setdefault(name, set()).update(words(rest)[:1])
            if (place := re.match(r", ([A-Z]\w+)", rest)) and place[1] in COUNTRIES:
                before[name].add("in")
    kinds = {
        name: _kind(name, before[name], after[name])
        for name in before
        if (before[name] or " " in name) and not before[name] & {"a", "an"}
    }
    kinds = {n: k for n, k in kinds.items() if k != "other" or not n.endswith(_PEOPLES)}
    return Names(kinds, {name: frozenset(before[name] | after[name]) for name in kinds})


def _kind(name: str, before: set[str], after: set[str]) -> str:
    if name in COUNTRIES:
        return "country"
    if _ORGANISATION.search(name):
        return "organisation"
    if (before | set(words(name))) & _TITLES or after & _PERSON_VERBS:
        return "person"
    return "place" if name in CITIES or before & _PLACE_WORDS else "other"


def stands_alone(sentence: str) -> bool:
    """Whether a reader who sees nothing else knows what the sentence is about.

    Turned away: questions, speech, the first and second person, and openings that point back.
    """
    found = words(sentence)
    return (
        5 <= len(found) <= 35
        and sentence.endswith(".")
        and found[0] not in _ANAPHORS
        and not _SPEAKERS.intersection(found)
        and not re.search(r"[\"“”«»\[\]{}<>|*#_:;\n]|\w[—–]\w|\.\.|\(\s*\)|^\W", sentence)
        and not (_PEOPLE.intersection(found) and not any(name_spans(sentence)))
        and not _ANTECEDENT_NEEDED.intersection(found[:4])
        and (bool(re.search("[а-яё]", sentence)) or any(map(_is_verb, found)))
        and not _is_shouted(sentence)
    )


def _is_verb(word: str) -> bool:
    return word in VERB_FORMS or word in AUXILIARIES or word.endswith("ed")


def without_connective(sentence: str) -> str:
    """``Meanwhile, Cameroon has ...`` -> ``Cameroon has ...``"""
    rest = _CONNECTIVE.sub("", sentence, count=1) if _CONNECTIVE.match(sentence) else sentence
    return rest[:1].upper() + rest[1:]


def informativeness(sentence: str) -> int:
    """How much there is to examine: names and numbers, and a name to begin with."""
    spans = list(name_spans(sentence))
    begins = bool(spans) and spans[0][0] == 0
    return min(3, len(spans)) + min(2, len(re.findall(r"\d+", sentence))) + 2 * begins


def _is_shouted(sentence: str) -> bool:
    return sum(map(str.isupper, sentence)) > 0.5 * sum(map(str.isalpha, sentence))
