"""What of a text can be examined: its names, and the sentences that stand on their own."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from distillnet.tools.lexicon import CITIES, COUNTRIES, FAMILIES
from distillnet.tools.text import STOP_WORDS, words

_CAPITALISED = r"[A-ZА-ЯЁ]\w*(?:-[A-ZА-ЯЁ]\w+)*"
_TAIL = "corporation|company|university|river|island|prefecture|county"
_NAME = re.compile(rf"(?<![\w'’.-]){_CAPITALISED}(?: {_CAPITALISED})*(?:(?<!ese) (?:{_TAIL}))?(?![\w-])")
_ORGANISATION = re.compile(
    r"\b(?:[Cc]orporation|[Cc]ompany|Industries|[Uu]niversity|Institute|Bank|Inc|Ltd|Service)\b"
)
_PLACE_WORDS = frozenset("in across throughout near outside within into в во из под близ".split())
_TITLES = frozenset("mr mrs ms miss dr aunt uncle colonel major captain sir lady".split())
_PERSON_VERBS = frozenset(
    """said asked told thought knew felt smiled looked wanted sighed replied answered shrugged nodded
    laughed wondered remembered whispered muttered сказал сказала спросил спросила думал думала
    знал знала родился родилась писал написал ответил ответила""".split()
)
_NOT_NAMES = STOP_WORDS | set("meanwhile moreover furthermore nonetheless overall anyhow".split()) | {
    word.lower() for families in FAMILIES.values() for family in families for word in family
}
_ANAPHORS = frozenset(
    """not perhaps maybe he she it they this that these those his her its their him them there here such both then
    but and so or yet thus because either neither another other others one some also which who what
    он она оно они это этот эта эти тот та те его её ее их там здесь такой такая такие тогда но а и
    или поэтому также однако затем потом ещё который""".split()
)
_PEOPLE = frozenset("he she him her his hers himself herself он она ему её его ней нём".split())
_ANTECEDENT_NEEDED = frozenset("it they them there it's оно они".split())
_SPEAKERS = frozenset(
    """i me my mine myself we us our ours you your yours я мне меня мной мой моя мы нас нам наш ты
    тебя тебе вы вас вам ваш""".split()
)
_CONNECTIVE = re.compile(
    r"(?:[A-Z][a-z]+ly|Meanwhile|Moreover|However|Furthermore|Therefore|Thus|Overall|Nonetheless"
    r"|Nevertheless|Indeed|Instead|In addition|In contrast|In fact|For example|At first glance"
    r"|Однако|Кроме того|Таким образом|Например|Впрочем|Наконец|Поэтому|Итак), "
)


class Names(NamedTuple):
    """The names of a text and the kind of each.

    Countries and smaller places are two kinds, since one may lie in the other.
    """

    kinds: dict[str, str]
    with_article: frozenset[str]

    def like(self, name: str) -> list[str]:
        """Other names of the kind that can stand in its place, in order of appearance."""
        return [other for other in self.kinds if other != name and self.are_alike(name, other)]

    def are_alike(self, name: str, other: str) -> bool:
        """Same kind, same use of the article, no word in common; in Russian the same case.

        The case is told by the ending, so "Москве" and "Твери" count as different.
        """
        inflected = re.search("[а-яё]", name + other)
        return (
            name in self.kinds
            and other in self.kinds
            and self.kinds[name] == self.kinds[other]
            and (name in self.with_article) == (other in self.with_article)
            and not set(words(name)) & set(words(other))
            and name[:5] != other[:5]  # an inflected form or a short name of the same
            and (self.kinds[name] != "other" or len(name.split()) == len(other.split()))
            and (not inflected or name[-2:] == other[-2:])
        )


def name_spans(sentence: str) -> Iterator[tuple[int, int]]:
    """Offsets of the runs of capitalised words, without the words that only open the sentence."""
    for match in _NAME.finditer(sentence):
        start, end = match.span()
        first = words(match[0])[0]
        if match[0].endswith(" I"):
            end -= 2
        if first in STOP_WORDS or (first.endswith("ly") and not words(sentence[:start])):
            start += len(match[0].split()[0]) + 1
        name = sentence[start:end]
        is_adjective = re.search(r"(?:ой|ий|ый|ая|ое|ые|ого|ском|ских)$", name)
        common = name.lower() in _NOT_NAMES | _TITLES or (name.isupper() and len(name) > 4)
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
            before.setdefault(name, set()).update([previous[1]] if previous and not owns else [])
            after.setdefault(name, set()).update(words(rest)[:1])
            if (place := re.match(r", ([A-Z]\w+)", rest)) and place[1] in COUNTRIES:
                before[name].add("in")
    known = [n for n in before if (before[n] or " " in n) and not before[n] & {"a", "an"}]
    kinds = {name: _kind(name, before[name], after[name]) for name in known}
    return Names(kinds, frozenset(name for name in known if "the" in before[name]))


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
        and not re.search(r"[\"“”«»\[\]{}<>|*#_:;\n]|\w[—–]\w|\.\.|^\W", sentence)
        and not (_PEOPLE.intersection(found) and not any(name_spans(sentence)))
        and not _ANTECEDENT_NEEDED.intersection(found[:4])
        and not _is_shouted(sentence)
    )


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
