"""The examiner writes the test from the seed, before anything is generated from it.

Two kinds of item, both answered by the likelihood of whole continuations: *choice* asks through a
lens that is held out from training which of several sentences is faithful to the seed; *cloze*
begins a sentence of the seed and asks for its end. The wrong options are minimal distortions of
the right one, so that style and length give nothing away.
"""

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, zip_longest

from distillnet.agents.exam_drafts import (
    COMPLETE,
    Draft,
    asked_about,
    seed_sentences,
    subjects,
    with_options_in_order,
)
from distillnet.agents.fact_writer import Ask, write_facts
from distillnet.config import Exam
from distillnet.records import Fact, Item, Lens, Seed
from distillnet.tools.distortions import blanks, distort
from distillnet.tools.facts import (
    Names,
    informativeness,
    name_spans,
    names,
    stands_alone,
    without_connective,
)
from distillnet.tools.lexicon import PEOPLE, PLACES
from distillnet.tools.text import sentences, words

MOST_FACTS = 12
_POOL = 8
_WRONG = 3
_TOPICS = 2
_CLOZES_A_FACT = 2


async def find_facts(seed: Seed, *, ask: Ask | None = None, random_seed: int = 17) -> list[Fact]:
    """Up to 12 facts of the seed; none where nothing in it can be distorted.

    ``ask`` sends a prompt to a capable model and returns its raw answer; without it, or if it
    yields fewer than two facts, rules find them.
    """
    facts: list[Fact] = []
    if ask is not None:
        written = await write_facts(seed, ask)
        facts = [
            Fact(
                statement=fact.statement,
                false=tuple(fact.distortions),
                passage=_passage_of(fact.statement, seed),
                author="model",
            )
            for fact in written[:MOST_FACTS]
        ]
    if len(facts) < 2:
        facts = _facts_by_rules(seed, random.Random(f"{random_seed}:{seed.id}"))
    return facts


def write_items(
    seed: Seed,
    facts: Sequence[Fact],
    framings: Sequence[Lens],
    settings: Exam,
    *,
    random_seed: int = 17,
) -> list[Item]:
    """Items balanced over the ``facts`` of the seed.

    ``framings`` are lenses held out from training. A choice is ``prompt`` answered by
    ``options[i]``, a cloze ``prompt`` answered by ``f"{prefix} {options[i]}"``.
    """
    rng = random.Random(f"{random_seed}:{seed.id}:items")
    known = names(seed_sentences(seed))
    count = min(settings.framings, len(framings))
    lenses = [framings[i * len(framings) // count] for i in range(count)]
    drafts = [
        _alternating(_choices(i, fact, lenses, seed), _clozes(i, fact, seed, known, rng))
        for i, fact in enumerate(facts)
    ]
    balanced = chain.from_iterable(zip_longest(*drafts))
    chosen = list(islice(filter(None, balanced), settings.max_items))
    return with_options_in_order(chosen, seed, rng)


def leaks(items: Iterable[Item], text: str) -> bool:
    """Whether ``text`` holds a wrong answer of the test, or a question of it, word for word.

    Wrong answers of fewer than five words are not looked for: any text may hold those.
    """
    found = f" {' '.join(words(text))} "
    for item in items:
        wrong = (o for i, o in enumerate(item.options) if i != item.correct)
        forbidden = [words(f"{item.prefix} {option}") for option in wrong]
        if item.framing is not None:
            forbidden.append(words(item.prompt.split("\n\n")[0]))
        if any(len(run) > 4 and f" {' '.join(run)} " in found for run in forbidden):
            return True
    return False


# ---- facts by rules ------------------------------------------------------------------------------


def _facts_by_rules(seed: Seed, rng: random.Random) -> list[Fact]:
    known = names(seed_sentences(seed))
    if len(seed.passages) > 1:
        candidates = [without_connective(s) for s in seed_sentences(seed)]
        candidates = [s for s in candidates if stands_alone(s)]
    else:
        given = [" ".join(s.split()) for s in sentences(seed.answer or seed.source)]
        told = [s for s in given if not s.endswith("?")]
        alone = [s for s in map(without_connective, told) if stands_alone(s)]
        candidates = alone if len(told) > 3 and alone else told
    facts: list[tuple[str, list[str]]] = []
    for candidate in dict.fromkeys(candidates):
        text = _as_sentence(candidate)
        false = [_as_sentence(s) for s in distort(text, known, seed.language, rng)]
        false += _other_answers(text, seed)
        if len(false) > 1:
            facts.append((text, false))
    return [
        Fact(statement=text, false=tuple(false), passage=_passage_of(text, seed), author="rules")
        for text, false in _spread_out(facts)
    ]


def _passage_of(statement: str, seed: Seed) -> int:
    """The passage that has most of the statement's words; the first of several."""
    wanted = set(words(statement))
    shared = [len(wanted & set(words(passage.text))) for passage in seed.passages]
    return shared.index(max(shared))


def _spread_out(facts: list[tuple[str, list[str]]]) -> list[tuple[str, list[str]]]:
    """The most informative one of each twelfth."""
    count = min(MOST_FACTS, len(facts))
    zones = [facts[i * len(facts) // count : (i + 1) * len(facts) // count] for i in range(count)]
    return [max(zone, key=lambda fact: informativeness(fact[0])) for zone in zones]


def _as_sentence(text: str) -> str:
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?…" else text + "."


def _other_answers(text: str, seed: Seed) -> list[str]:
    """For a question of who or where that is answered by a bare name: other names."""
    asked = set(words(seed.question or ""))
    if len(words(text)) > 4 or not any(name_spans(text)):
        return []
    if asked & {"who", "whom", "кто"}:
        return [f"{name}." for name in PEOPLE[seed.language]]
    if asked & {"where", "city", "country", "capital", "где", "город", "страна", "столица"}:
        return [f"{name}." for name in PLACES[seed.language]]
    return []


# ---- items ---------------------------------------------------------------------------------------


def _choices(index: int, fact: Fact, lenses: list[Lens], seed: Seed) -> Iterator[Draft]:
    topics = _topics(fact, seed)
    for turn, lens in enumerate(lenses if topics else []):
        topic, pool = topics[turn % len(topics)]
        count = min(_WRONG, len(pool))
        wrong = [pool[(turn // len(topics) * count + i) % len(pool)] for i in range(count)]
        prompt = asked_about(lens.question.in_(seed.language), topic, seed.language)
        yield Draft("choice", index, lens.name, prompt, "", fact.statement, wrong, fact.author)


def _topics(fact: Fact, seed: Seed) -> list[tuple[str, list[str]]]:
    """What a prompt may say the fact is about, each with the distortions that are about it, too.

    Up to two, so that "A is B" is asked for from A and from B. Only words that stand in every
    option are named: the prompt must not favour one.
    """
    if seed.question:
        return [(seed.question, list(fact.false[:_POOL]))]
    parts = subjects(fact.statement, seed.language)
    topics = {}
    for part in parts:
        pool = [false for false in fact.false if _holds(false, part)][:_POOL]
        if len(pool) > 1:
            common = [part] + [p for p in parts if all(_holds(false, p) for false in pool)]
            topics[", ".join(dict.fromkeys(common[:3]))] = pool
    best = sorted(topics.items(), key=lambda topic: len(topic[1]) < _WRONG)
    return best[:_TOPICS]


def _holds(text: str, part: str) -> bool:
    return set(words(part)) <= set(words(text))


def _clozes(
    index: int, fact: Fact, seed: Seed, known: Names, rng: random.Random
) -> Iterator[Draft]:
    usable = []
    for start, end, wrong in blanks(fact.statement, known, seed.language, rng):
        prefix, span = fact.statement[:start].rstrip(), fact.statement[start:end]
        begins_late = len(words(prefix)) >= 3 or bool(seed.question and words(prefix))
        if begins_late and fact.statement[start - 1] == " " and not re.search(r"\ban?$", prefix):
            usable.append((prefix, span, fact.statement[end:], wrong))
    # The latest blanks have the most context before them.
    for prefix, span, rest, wrong in usable[-_CLOZES_A_FACT:]:
        task = COMPLETE.in_(seed.language)
        prompt = asked_about(task, seed.question, seed.language) if seed.question else task
        options = [option + rest for option in wrong[:_WRONG]]
        yield Draft("cloze", index, None, prompt, prefix, span + rest, options, "rules")


def _alternating(*streams: Iterable[Draft]) -> list[Draft]:
    return [draft for turn in zip_longest(*streams) for draft in turn if draft]
