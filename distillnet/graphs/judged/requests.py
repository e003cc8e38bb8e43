"""What two students are asked: the seed's facts, openly, through lenses held out from training."""

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from distillnet.agents.exam_drafts import asked_about, subjects
from distillnet.records import Fact, Language, Lens, Record, Text
from distillnet.tools.text import words
from distillnet.training.dataset import read_rows

_NAMED = 3
_LONGEST_TOPIC, _LONGEST_FACT = 200, 1_000  # characters
_TOLD = Text(
    en="The source, which neither text was written beside, says of it: {fact}",
    ru="В источнике, которого при написании обоих текстов не было, об этом сказано: {fact}",
)


class Request(Record):
    """``prompt`` is what is asked, ``shown`` what a judge reads as the request.

    A judge also sees the fact that it is about: nobody knows an invented text otherwise. ``fact``
    is the fact's place among those asked about, the cluster for statistics.
    """

    prompt: str
    shown: str
    fact: int
    framing: str


def open_requests(
    facts: Sequence[Fact],
    framings: Sequence[Lens],
    language: Language,
    *,
    taught: Iterable[Path],
    limit: int,
) -> list[Request]:
    """Up to ``limit`` requests, balanced over the facts and as far as can be over the framings.

    The framing stands before the words that the fact is about, as the exam's choices ask. What a
    row of the ``taught`` files asks word for word, apart from case and punctuation, is left out.
    """
    known = {_key(asked) for file in taught for asked in _asked_in(file)}
    found: dict[str, Request] = {}
    for turn in range(len(framings)):
        for number, fact in enumerate(facts):
            lens = framings[(turn + number) % len(framings)]
            topic = ", ".join(subjects(fact.statement, language)[:_NAMED])[:_LONGEST_TOPIC]
            prompt = asked_about(lens.question.in_(language), topic, language)
            if topic and _key(prompt) not in known:
                told = _TOLD.in_(language).format(fact=fact.statement[:_LONGEST_FACT])
                request = Request(
                    prompt=prompt, shown=f"{prompt}\n\n{told}", fact=number, framing=lens.name
                )
                found.setdefault(_key(prompt), request)
    return list(islice(found.values(), limit))


def _asked_in(file: Path) -> Iterable[str]:
    for content, _ in read_rows(file):
        if not isinstance(content, str):
            yield from (message["content"] for message in content if message["role"] == "user")


def _key(text: str) -> str:
    return " ".join(words(text))
