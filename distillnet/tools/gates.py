"""The gates: one verdict for each answer, and the number that each gate measured.

The numbers are kept with the scene, so that a rejection can be explained and a threshold argued
with. Gates are asked in the order of ``judge``; the first that objects gives the verdict.
"""

import re
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from distillnet.config import Gates
from distillnet.records import Call, Language, Verdict
from distillnet.tools.text import language_share, looks_foreign, ngrams, words

_RUN = 4
# What assistants say when they refuse. Not every "sorry" or "I cannot": a letter may say them, too.
_REFUSALS = re.compile(
    r"""
    \b(?:
      (?:as|i\ am|i'm)\ (?:just\ |only\ )?an?\ (?:ai\ |large\ )?(?:ai|language)
        \ (?:model|assistant)
    | as\ an\ ai,?\ i\ (?:can\ ?not|can't|do\ not|don't|am\ not|have\ no|must)
    | (?:sorry|apologi[sz]e),?\ (?:but\ )?(?:
        as\ an\ ai | i(?:\ am|'m)\ (?:unable|not\ able) | i\ (?:can\ ?not|can't|won't)
      )
    | i(?:\ am|'m)\ (?:unable|not\ able)\ to\ (?:
        help|assist|fulfil|provide|comply|write|generate|answer
      )
    | i\ (?:can\ ?not|can't|won't|will\ not)\ (?:
        assist|comply|fulfil|provide|generate|do\ that|help\ (?:you|with)
      | write\ (?:about\ )?(?:that|this)|answer\ (?:that|this)|engage\ (?:in|with)
      )
    | i\ (?:must|have\ to)\ decline
    | как\ (?:большая\ )?языковая\ модель
    | как\ (?:ии|искусственный\ интеллект),?\ я\ не
    | я\ (?:[-–—]\ )?(?:всего\ лишь\ |просто\ )?(?:языковая\ модель|ии-ассистент)
    | (?:извини(?:те)?|прости(?:те)?|прошу\ прощения)[,.]?\ (?:но\ )?я\ не\ (?:могу|смогу)
    | я\ не\ (?:могу|смогу|буду)\ (?:(?:вам|тебе|с\ этим)\ )?(?:
        помочь|помогать|выполнить|предоставить|обсуждать|сгенерировать
      | (?:на)?писать\ (?:об\ этом|это|такой)|ответить\ на\ (?:этот|ваш|такой)
      )
    )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_HEAD = 200


@dataclass
class Judged:
    """A verdict, the numbers behind it, and the accepted scene that is nearest."""

    verdict: Verdict
    gates: dict[str, float]
    nearest: str | None = None


@dataclass
class Accepted:
    """What later answers are compared with: the scenes accepted so far."""

    ids: list[str] = field(default_factory=list)
    runs: list[set[tuple[str, ...]]] = field(default_factory=list)
    vectors: list[NDArray[np.float32]] = field(default_factory=list)

    def add(self, id: str, text: str, vector: NDArray[np.float32]) -> None:
        self.ids.append(id)
        self.runs.append(ngrams(words(text), _RUN))
        self.vectors.append(vector)


def judge(
    call: Call,
    text: str,
    vector: NDArray[np.float32],
    *,
    language: Language,
    prompt: str,
    mark: str,
    passage: str,
    passage_vector: NDArray[np.float32],
    accepted: Accepted,
    gates: Gates,
) -> Judged:
    """The verdict on ``text`` (the cleaned answer) with its unit ``vector``.

    ``prompt``, the ``mark`` that fences the seed in it and ``passage`` are what the answer may not
    give back; ``passage_vector`` is what it should be about.
    """
    if call.error is not None:
        return Judged("failed", {})
    said = words(text)
    runs = ngrams(said, _RUN)
    total = len(said) - _RUN + 1
    numbers = {
        "words": float(len(said)),
        "loop": 1 - len(runs) / total if runs else 0.0,
        "language": language_share(text, language),
        "echo": 1.0
        if mark in text
        else _share(runs, ngrams(words(prompt), _RUN) | ngrams(words(passage), _RUN)),
        "topic": float(vector @ passage_vector),
    }
    nearest, numbers["cosine"], numbers["overlap"] = _nearest(runs, vector, accepted)
    return Judged(_verdict(call, text, numbers, language, gates), numbers, nearest)


def _verdict(
    call: Call, text: str, n: dict[str, float], language: Language, gates: Gates
) -> Verdict:
    if n["words"] == 0:
        return "degenerate"
    if n["loop"] > gates.loop_share or _is_gibberish(text):
        return "degenerate"
    if _REFUSALS.search(text[:_HEAD].replace("’", "'")):
        return "refusal"
    if call.finish_reason == "length" or call.output_tokens >= call.token_limit:
        # Servers say "stop" on cut answers too, so the count is looked at as well.
        return "truncated"
    if n["language"] < gates.language_share or looks_foreign(text, language):
        return "wrong_language"
    if n["echo"] > gates.echo_overlap:
        return "echo"
    if n["words"] < gates.min_words:
        return "degenerate"
    if n["topic"] < gates.topic_cosine:
        return "off_topic"
    if n["cosine"] > gates.repeat_cosine or n["overlap"] > gates.repeat_overlap:
        return "repeat"
    return "accepted"


def _is_gibberish(text: str) -> bool:
    """Mostly not letters, or no words of a usual length."""
    visible = [c for c in text if not c.isspace()]
    letters = sum(c.isalpha() for c in visible)
    longest = max((len(w) for w in words(text)), default=0)
    return letters < 0.6 * len(visible) or longest > 60


def _share(runs: set[tuple[str, ...]], of: set[tuple[str, ...]]) -> float:
    return len(runs & of) / len(runs) if runs else 0.0


def _nearest(
    runs: set[tuple[str, ...]], vector: NDArray[np.float32], accepted: Accepted
) -> tuple[str | None, float, float]:
    """(id, cosine) of the accepted scene nearest in meaning; the largest overlap with any."""
    if not accepted.ids:
        return None, 0.0, 0.0
    cosines = np.stack(accepted.vectors) @ vector
    overlap = max(_share(runs, other) for other in accepted.runs)
    best = int(cosines.argmax())
    return accepted.ids[best], float(cosines[best]), overlap
