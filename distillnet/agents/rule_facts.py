"""The facts that rules find in a seed, with minimal distortions where these can be made."""

import random
import re
from collections.abc import Iterator
from typing import NamedTuple

from distillnet.agents.exam_drafts import is_examinable, seed_sentences
from distillnet.records import Fact, Seed
from distillnet.tools.answered import answered
from distillnet.tools.distortions import distort
from distillnet.tools.facts import (
    Names,
    informativeness,
    name_spans,
    names,
    stands_alone,
    without_connective,
)
from distillnet.tools.halving import is_greeting, is_statement
from distillnet.tools.lexicon import PEOPLE, PLACES
from distillnet.tools.text import sentences, words

_FEW_SENTENCES = 3
# Of what is no statement to the eye, but can be distorted: a proverb, a request.
_FEWEST_WORDS = 4


class _Candidate(NamedTuple):
    """A sentence of the seed; ``question`` is the one that it answers."""

    text: str
    question: str | None = None


def facts_by_rules(seed: Seed, rng: random.Random, most: int) -> list[Fact]:
    """Up to ``most`` statements of the seed, in its order: first those that can be distorted.

    The critic asks whether they are told, the exam for those with distortions.
    """
    known = names(seed_sentences(seed))
    found = [
        fact
        for candidate in dict.fromkeys(_candidates(seed))
        if (fact := _fact(candidate, known, seed, rng))
    ]
    chosen = _spread_out([fact for fact in found if is_examinable(fact)], most)
    others = [fact for fact in found if not is_examinable(fact)]
    chosen += _spread_out(others, most - len(chosen))
    return [fact for fact in found if fact in chosen]


def passage_of(statement: str, seed: Seed) -> int:
    """The passage that has most of the statement's words; the first of several."""
    wanted = set(words(statement))
    shared = [len(wanted & set(words(passage.text))) for passage in seed.passages]
    return shared.index(max(shared))


def _candidates(seed: Seed) -> Iterator[_Candidate]:
    if len(seed.passages) > 1:
        found = map(without_connective, seed_sentences(seed))
        yield from (_Candidate(s) for s in found if stands_alone(s))
        return
    given = [" ".join(s.split()) for s in sentences(seed.answer or seed.source)]
    told = [s for s in given if not s.endswith("?")]
    question = seed.question
    if question is None and len(given) - len(told) == 1 and given[0].endswith("?"):
        question = given[0]
    if question and told:
        yield _Candidate(told.pop(0), question)
    alone = [s for s in map(without_connective, told) if stands_alone(s)]
    few = len(told) + bool(question) <= _FEW_SENTENCES
    yield from map(_Candidate, told if few or not alone else alone)


def _fact(candidate: _Candidate, known: Names, seed: Seed, rng: random.Random) -> Fact | None:
    text, question = _as_sentence(candidate.text), candidate.question
    false = [_as_sentence(s) for s in distort(text, known, seed.language, rng)]
    statement: str | None = text
    if question:
        statement = answered(question, text, seed.language)
        false = [
            _put_in(other, text, statement or "")
            for other in (*false, *_other_answers(text, question, seed))
        ]
    fact = Fact(
        statement=statement or "",
        false=tuple(dict.fromkeys(f for f in false if f != statement)),
        passage=passage_of(candidate.text, seed),
        author="rules",
    )
    says_something = is_statement(text, seed.language) or (
        is_examinable(fact) and len(words(text)) >= _FEWEST_WORDS and not is_greeting(text)
    )
    return fact if statement and (question or says_something) else None


def _put_in(other: str, answer: str, statement: str) -> str:
    """``statement`` with ``other`` in the place of the ``answer`` that it was made of."""
    said, new = answer.rstrip(".!…"), other.rstrip(".!…")
    places = list(re.finditer(re.escape(said), statement, re.IGNORECASE))
    if not (places and said and new):
        return statement
    found = places[-1]
    if found[0][0].islower():
        new = new[0].lower() + new[1:]
    return statement[: found.start()] + new + statement[found.end() :]


def _spread_out(facts: list[Fact], most: int) -> list[Fact]:
    """The most informative one of each of ``most`` zones."""
    count = min(most, len(facts))
    zones = [facts[i * len(facts) // count : (i + 1) * len(facts) // count] for i in range(count)]
    return [max(zone, key=lambda fact: informativeness(fact.statement)) for zone in zones]


def _as_sentence(text: str) -> str:
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?…" else text + "."


def _other_answers(text: str, question: str, seed: Seed) -> list[str]:
    """For a question of who or where that is answered by a bare name: other names."""
    asked = set(words(question))
    if len(words(text)) > 4 or not any(name_spans(text)):
        return []
    if asked & {"who", "whom", "кто"}:
        return list(PEOPLE[seed.language])
    if asked & {"where", "city", "country", "capital", "где", "город", "страна", "столица"}:
        return list(PLACES[seed.language])
    return []
