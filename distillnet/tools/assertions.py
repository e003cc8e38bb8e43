"""The sentences that a text says in its own voice.

Left out is what it only asks, supposes, quotes, or reports as the opinion of others: there the
contrary of a statement may stand without being claimed.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from distillnet.tools.text import clean, sentence_spans, words

_LONGEST_TEXT = 50_000  # characters that are looked at
_LONGEST = 1_000  # characters of a sentence
_CLOSING = "\"'”’»)*_ "


def _any_of(table: str) -> str:
    """A pattern of the phrases of ``table``: "*" ends a word in any way, "_" is a space."""
    return "|".join(phrase.replace("_", " ").replace("*", r"\w*") for phrase in table.split())


_QUOTED = re.compile(
    r"\"[^\"\n]{1,600}\"|“[^”\n]{1,600}”|«[^»\n]{1,600}»|„[^“”\n]{1,600}[“”]"
    r"|(?<!\w)‘[^‘\n]{1,600}’(?!\w)|(?<!\w)'[^'\n]{1,600}'(?!\w)"
)
_SPEECH = re.compile(
    r"(?m)^[^\S\n]*(?:[—–]|[*_#]*(?!Answer|Conclusion|Note|Summary|Ответ|Вывод|Итог)"
    r"[A-ZА-ЯЁ][\w.]*(?: [\w.]+){0,2}[*_]*:).*$"
)
_SUPPOSED = _any_of("""
    if unless suppos* assum* imagin* hypothe* pretend* say_that let_us_say what_if as_though would
    were_it were_we were_not as_long_as perhaps maybe might may could should whether если пусть
    допусти* предполож* представ* вообраз* будто словно якобы бы б может_быть возможно вероятно
    разве неужели ли
    """)
_REPORTED = _any_of("""
    say says said saying think* thought believ* claim claims claimed argue argues argued insist*
    maintain maintains maintained assert* hold_that holds_that held_that object objects objected
    wrote write writes declar* suggest* suspect* consider considers considered tell tells told teach
    teaches taught according_to opinion belief myth legend rumour rumor error mistak* misconception
    fallac* illusion prejudice wrong wrongly erroneous* confus* doubt* deny denies denied denying
    dream* seem* appear appears appeared look_like looks_like looks_as at_first supposedly allegedly
    so-called reject* refut* contradict* absurd* paradox* version fiction pretext lie lies liar
    critic critics opponent opponents sceptic* skeptic* говор* сказа* дума* полага* счита* верит
    верят верил верила верили утвержда* уверя* уверен* настаива* возраж* возрази* писал* пишет пишут
    казал* кажется каж*ся мнени* миф* легенд* слух* ошиб* заблужд* иллюзи* предрассуд* по_словам
    сомнева* отрица* отверга* опроверг* абсурд* нелеп* парадокс* мол дескать на_первый_взгляд
    критик* скептик* циник* снил* мечта* верси* ложь лжец*
    """)
_SIGN = re.compile(
    rf"\b(?:{_SUPPOSED}|{_REPORTED}|had \w+(?: \w+)? not"
    r"|in (?:his|her|their|your) (?:view|eyes|mind|words)"
    r"|(?!(?:shows|proves|means|follows|is)\b)\w+(?:s|ed|ing) that"  # the cynic replies that
    r"|\w+(?:[еиюя]т|ал[аи]?|ил[аи]?), (?:что|будто))\b",
    re.IGNORECASE,
)
_OPENS_SUPPOSITION = re.compile(
    r"\W*(?:(?:but|now|let us|so|and|well|first|then|но|теперь|итак|а|что,?) )?"
    r"(?:suppose|assume|imagine|pretend|consider|let us say|let (?!us\b)\w+ be|say|пусть|положим"
    r"|предположим|допустим|представ\w+|вообраз\w+|если бы)\b",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"\W*(?:(?:but|yet|however|still|wrong|not so|nonsense|false|untrue|nothing of the|но|однако"
    r"|неверно|неправда|ложь|вздор|чепуха|ерунда)\b|(?:no|нет)[,.!]"
    r"|so (?:he|she|they|it|some|many|runs|goes|said|says)\b"
    r"|(?:that|this|it|such|these|here)(?: \w+)? (?:is|was|are|were|would)(?: \w+)? (?:false|wrong"
    r"|untrue|absurd|nonsense|a mistake|an error|a myth|a lie|what"
    r"|the (?:view|error|mistake|objection|claim))\b"
    r"|(?:he|she|they|we|i|you|who\w*)(?: \w+){0,4} (?:wrong|mistaken|erred|err|mistake)\b"
    r"|так (?:он|она|они|думал|говор|счита|каза)"
    r"|это(?: \w+)? (?:неверно|неправда|ложь|ошибка|нелепо|заблуждение|абсурд|миф)"
    r"|(?:он|она|они|мы)(?: \w+)? (?:ошиб|заблужд|неправ))",
    re.IGNORECASE,
)
_CONCESSION = re.compile(
    r"\b(?:(?:whatever|however|whoever|no matter)\b|\w+ бы ни\b)[^,.;]{0,200}", re.IGNORECASE
)


class Claim(NamedTuple):
    """A sentence; what of it is the text's own words; the signs that it may not be meant so."""

    sentence: str
    own: str
    signs: frozenset[str]


@lru_cache(maxsize=64)
def claims(text: str) -> tuple[Claim, ...]:
    """The sentences of ``text`` that are no question, supposition, dialogue, nor taken back.

    A supposition lasts to the end of its paragraph. A claim with ``signs`` supposes something or
    reports what somebody thinks or says, unless these words belong to the subject.
    """
    text = _unwrapped(clean(text[:_LONGEST_TEXT]))
    without_speech = _QUOTED.sub(_blank, _SPEECH.sub(_blank, text))
    spans = list(sentence_spans(text))
    found = []
    supposed_until = 0
    for i, (start, end) in enumerate(spans):
        if _OPENS_SUPPOSITION.match(text, start):
            paragraph_end = text.find("\n\n", start)
            supposed_until = paragraph_end if paragraph_end >= 0 else len(text)
        following = text[slice(*spans[i + 1])] if i + 1 < len(spans) else ""
        own = " ".join(without_speech[start:end].split())
        asks = text[start:end].rstrip(_CLOSING).endswith("?")
        spoken = start >= supposed_until and 0 < len(own) <= _LONGEST
        if spoken and not asks and not _TAKEN_BACK.match(following):
            found.append(Claim(text[start:end], own, frozenset(_signs(own))))
    return tuple(found)


def _signs(sentence: str) -> Iterator[str]:
    for match in _SIGN.finditer(_CONCESSION.sub(" ", sentence)):
        yield from words(match[0])


def _blank(match: re.Match[str]) -> str:
    """Spaces of the same length; two quoted words are a term, not speech."""
    return (
        match[0] if match[0][0] in "\"'“«„‘" and len(words(match[0])) < 3 else " " * len(match[0])
    )


def _unwrapped(text: str) -> str:
    """Without the quotation marks that some models put around their whole answer."""
    is_wrapped = len(text) > 1 and text[0] + text[-1] in {'""', "“”", "«»"}
    inside = text[1:-1]
    return inside if is_wrapped and not re.search(r"[\"“”«»]", inside) else text
