"""The gates: one verdict for each answer, and the number that each gate measured.

The numbers are kept with the scene, so that a rejection can be explained and a threshold argued
with. Gates are asked in the order of ``checks``; the first that objects gives the verdict.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from distillnet.config import Gates
from distillnet.records import Call, Faithfulness, Language, Verdict
from distillnet.tools.text import language_share, looks_foreign, ngrams, words
from distillnet.tools.vector_index import VectorIndex
from distillnet.tools.wording_index import RUN, WordingIndex

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
# Said by the server, whatever the text: the provider's filter, or the model in a field of its own.
_REFUSED = ("content_filter", "refusal")
Bound = Literal["at least", "at most", "below"]


@dataclass
class Judged:
    """A verdict, the numbers behind it, and the accepted scene that is nearest."""

    verdict: Verdict
    gates: dict[str, float]
    nearest: str | None = None


class Accepted:
    """What later answers are compared with: the scenes accepted so far."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self._vectors = VectorIndex()
        self._wording = WordingIndex()
        self._ahead: dict[bytes, tuple[float, int]] = {}
        self._ahead_of = 0

    def add(self, id: str, text: str, vector: NDArray[np.float32]) -> None:
        self.extend([id], [text], vector[None])

    def extend(
        self, ids: Sequence[str], texts: Iterable[str], vectors: NDArray[np.float32]
    ) -> None:
        """Many at once; a large array of ``vectors`` (m, d) is kept, not copied."""
        self.ids.extend(ids)
        self._vectors.add(vectors)
        for text in texts:
            self._wording.add(words(text))

    def look_ahead(self, vectors: NDArray[np.float32]) -> None:
        """Compares (q, d) answers with all accepted so far, in one pass.

        Asked for one of them later, ``nearest`` need only look at what was accepted since.
        """
        self._ahead, self._ahead_of = {}, len(self.ids)
        if self.ids:
            found = zip(*self._vectors.nearest(vectors, 1), strict=True)
            self._ahead = {
                vector.tobytes(): (float(cosine[0]), int(position[0]))
                for vector, (cosine, position) in zip(vectors, found, strict=True)
            }

    def nearest(self, vector: NDArray[np.float32]) -> tuple[str | None, float]:
        """(id, cosine) of the scene nearest to a unit vector (d,); of equal ones the first."""
        known = self._ahead.get(vector.tobytes())
        since = self._ahead_of if known else 0
        found = [known] if known else []
        if since < len(self.ids):
            cosines, positions = self._vectors.nearest(vector[None], 1, since=since)
            found.append((float(cosines[0, 0]), int(positions[0, 0])))
        if not found:
            return None, 0.0
        cosine, position = max(found, key=lambda pair: pair[0])
        return self.ids[position], cosine

    def largest_overlap(self, said: Sequence[str]) -> float:
        """The largest share of the 4-word runs of ``said`` that a single scene has."""
        return self._wording.largest_share(said)


class Check(NamedTuple):
    """One gate: ``what`` it looks at, and whether it ``objects``; then the verdict is ``gives``.

    A gate with a threshold objects to a ``number`` that is not at least, at most or below it.
    """

    name: str
    what: str
    gives: Verdict
    objects: bool
    number: float | None = None
    bound: Bound | None = None
    threshold: float | None = None


def gates_for(gates: Gates, faithfulness: Faithfulness, *, max_drift: float | None) -> Gates:
    """A parable need not name its subject: measured, good ones lie between 0.02 and 0.14.

    ``max_drift`` is how far from the seed a deeper scene may lead, None for one about the seed.
    """
    if max_drift is not None:
        return gates.model_copy(update={"topic_cosine": 1 - max_drift})
    if faithfulness == "literal":
        return gates
    return gates.model_copy(update={"topic_cosine": gates.figurative_topic_cosine})


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

    ``prompt``, the ``mark`` that fences the seed in it ("" without one) and ``passage`` are what
    the answer may not give back; ``passage_vector`` is what it should be about.
    """
    if call.error is not None:
        return Judged("failed", {})
    said = words(text)
    runs = ngrams(said, RUN)
    numbers = {
        "words": float(len(said)),
        "loop": loop(said),
        "language": language_share(text, language),
        "echo": 1.0
        if mark and mark in text
        else _share(runs, ngrams(words(prompt), RUN) | ngrams(words(passage), RUN)),
        "topic": float(vector @ passage_vector),
    }
    nearest, numbers["cosine"] = accepted.nearest(vector)
    numbers["overlap"] = accepted.largest_overlap(said)
    asked = checks(call, text, numbers, language, gates)
    return Judged(next((c.gives for c in asked if c.objects), "accepted"), numbers, nearest)


def loop(said: Sequence[str]) -> float:
    """Share of the 4-word runs of ``said`` that come again."""
    runs = ngrams(said, RUN)
    return 1 - len(runs) / (len(said) - RUN + 1) if runs else 0.0


def checks(
    call: Call, text: str, numbers: dict[str, float], language: Language, gates: Gates
) -> Iterator[Check]:
    """The gates in the order in which they are asked; ``numbers`` are those of ``Judged.gates``."""
    n, head = numbers, text[:_HEAD].replace("’", "'")
    refused = call.finish_reason in _REFUSED
    yield Check("withheld", "withheld by the provider", "refusal", refused)
    yield _measured("empty", "words", "degenerate", n["words"], "at least", 1)
    yield _measured(
        "loop", "4-word runs that come again", "degenerate", n["loop"], "at most", gates.loop_share
    )
    yield Check("gibberish", "mostly signs, or no words", "degenerate", _is_gibberish(text))
    yield Check("refusal", "begins like a refusal", "refusal", bool(_REFUSALS.search(head)))
    yield Check("finish", "finish reason 'length'", "truncated", call.finish_reason == "length")
    # Servers say "stop" on cut answers too, so the count is looked at as well.
    yield _measured(
        "tokens", "tokens written", "truncated", call.output_tokens, "below", call.token_limit
    )
    yield _measured(
        "language",
        "letters of its script",
        "wrong_language",
        n["language"],
        "at least",
        gates.language_share,
    )
    foreign = looks_foreign(text, language)
    yield Check("foreign", "words of another language", "wrong_language", foreign)
    yield _measured(
        "echo", "4-word runs of the prompt", "echo", n["echo"], "at most", gates.echo_overlap
    )
    yield _measured("length", "words", "degenerate", n["words"], "at least", gates.min_words)
    yield _measured(
        "topic", "cosine to the passage", "off_topic", n["topic"], "at least", gates.topic_cosine
    )
    yield _measured(
        "cosine",
        "cosine to an accepted scene",
        "repeat",
        n["cosine"],
        "at most",
        gates.repeat_cosine,
    )
    yield _measured(
        "overlap",
        "wording of an accepted scene",
        "repeat",
        n["overlap"],
        "at most",
        gates.repeat_overlap,
    )


def _measured(
    name: str, what: str, gives: Verdict, number: float, bound: Bound, threshold: float
) -> Check:
    objects = {
        "at least": number < threshold,
        "at most": number > threshold,
        "below": number >= threshold,
    }[bound]
    return Check(name, what, gives, objects, number, bound, threshold)


def overlap(text: str, other: str) -> float:
    """Share (0 to 1) of the 4-word runs of ``text`` that ``other`` has, too."""
    return _share(ngrams(words(text), RUN), ngrams(words(other), RUN))


def _is_gibberish(text: str) -> bool:
    """Mostly not letters, or no words of a usual length."""
    visible = "".join(text.split())
    letters = sum(map(str.isalpha, visible))
    longest = max(map(len, words(text)), default=0)
    return letters < 0.6 * len(visible) or longest > 60


def _share(runs: set[tuple[str, ...]], of: set[tuple[str, ...]]) -> float:
    return len(runs & of) / len(runs) if runs else 0.0
