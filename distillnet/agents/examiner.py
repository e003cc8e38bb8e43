"""The examiner writes the test from the seed, before anything is generated from it.

Two kinds of item, both answered by the likelihood of whole continuations: *choice* asks through a
lens that is held out from training which of several sentences is faithful to the seed; *cloze*
begins a sentence of the seed and asks for its end. The wrong options are minimal distortions of
the right one, so that style and length give nothing away.
"""

import hashlib
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, zip_longest
from typing import Literal, NamedTuple

from distillnet.agents.fact_writer import Ask, write_facts
from distillnet.config import Exam
from distillnet.records import Fact, Item, Language, Lens, Passage, Seed, Text
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
from distillnet.tools.negation import looks_like_russian_verb
from distillnet.tools.text import keywords, sentences, words
from distillnet.tools.verbs import VERB_FORMS

MOST_FACTS = 12
_PASSAGES = 60  # of a book; the rest would add time, not facts
_POOL = 8
_WRONG = 3
_TOPICS = 2
_CLOZES_A_FACT = 2
_SUBJECT = Text(en="Subject", ru="Тема")
_COMPLETE = Text(en="Complete the sentence.", ru="Закончи предложение.")


class _Draft(NamedTuple):
    """An item whose options are not yet in order."""

    kind: Literal["choice", "cloze"]
    fact: int
    framing: str | None
    prompt: str
    prefix: str
    right: str
    wrong: list[str]
    author: str


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
    known = names(_sentences(seed))
    count = min(settings.framings, len(framings))
    lenses = [framings[i * len(framings) // count] for i in range(count)]
    drafts = [
        _alternating(_choices(i, fact, lenses, seed), _clozes(i, fact, seed, known, rng))
        for i, fact in enumerate(facts)
    ]
    balanced = chain.from_iterable(zip_longest(*drafts))
    chosen = list(islice(filter(None, balanced), settings.max_items))
    return _with_options_in_order(chosen, seed, rng)


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


def _sentences(seed: Seed) -> list[str]:
    """Sentences of passages spread over the seed, each on one line."""
    count = min(_PASSAGES, len(seed.passages))
    passages: list[Passage] = [seed.passages[i * len(seed.passages) // count] for i in range(count)]
    return [" ".join(s.split()) for passage in passages for s in sentences(passage.text)]


def _facts_by_rules(seed: Seed, rng: random.Random) -> list[Fact]:
    known = names(_sentences(seed))
    if len(seed.passages) > 1:
        candidates = [without_connective(s) for s in _sentences(seed)]
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


def _choices(index: int, fact: Fact, lenses: list[Lens], seed: Seed) -> Iterator[_Draft]:
    topics = _topics(fact, seed)
    for turn, lens in enumerate(lenses if topics else []):
        topic, pool = topics[turn % len(topics)]
        count = min(_WRONG, len(pool))
        wrong = [pool[(turn // len(topics) * count + i) % len(pool)] for i in range(count)]
        prompt = _prompt(lens.question.in_(seed.language), topic, seed.language)
        yield _Draft("choice", index, lens.name, prompt, "", fact.statement, wrong, fact.author)


def _prompt(task: str, topic: str, language: Language) -> str:
    return f"{task}\n\n{_SUBJECT.in_(language)}: {topic}"


def _topics(fact: Fact, seed: Seed) -> list[tuple[str, list[str]]]:
    """What a prompt may say the fact is about, each with the distortions that are about it, too.

    Up to two, so that "A is B" is asked for from A and from B. Only words that stand in every
    option are named: the prompt must not favour one.
    """
    if seed.question:
        return [(seed.question, list(fact.false[:_POOL]))]
    parts = _subjects(fact.statement, seed.language)
    topics = {}
    for part in parts:
        pool = [false for false in fact.false if _holds(false, part)][:_POOL]
        if len(pool) > 1:
            common = [part] + [p for p in parts if all(_holds(false, p) for false in pool)]
            topics[", ".join(dict.fromkeys(common[:3]))] = pool
    best = sorted(topics.items(), key=lambda topic: len(topic[1]) < _WRONG)
    return best[:_TOPICS]


def _subjects(text: str, language: Language) -> list[str]:
    """Names and then content words of a sentence, without what looks like a verb or adverb."""
    found = [text[start:end] for start, end in name_spans(text)]
    left_out = VERB_FORMS | set(words(" ".join(found)))
    content = [
        word
        for word in keywords(text, language, 12)
        if word not in left_out
        and not word.endswith(("ly", "ing", "ed"))
        and not looks_like_russian_verb(word)
    ]
    return [*dict.fromkeys(found), *content] or words(text)[:1]


def _holds(text: str, part: str) -> bool:
    return set(words(part)) <= set(words(text))


def _clozes(
    index: int, fact: Fact, seed: Seed, known: Names, rng: random.Random
) -> Iterator[_Draft]:
    usable = []
    for start, end, wrong in blanks(fact.statement, known, seed.language, rng):
        prefix, span = fact.statement[:start].rstrip(), fact.statement[start:end]
        begins_late = len(words(prefix)) >= 3 or bool(seed.question and words(prefix))
        if begins_late and fact.statement[start - 1] == " " and not re.search(r"\ban?$", prefix):
            usable.append((prefix, span, fact.statement[end:], wrong))
    # The latest blanks have the most context before them.
    for prefix, span, rest, wrong in usable[-_CLOZES_A_FACT:]:
        task = _COMPLETE.in_(seed.language)
        prompt = _prompt(task, seed.question, seed.language) if seed.question else task
        options = [option + rest for option in wrong[:_WRONG]]
        yield _Draft("cloze", index, None, prompt, prefix, span + rest, options, "rules")


def _alternating(*streams: Iterable[_Draft]) -> list[_Draft]:
    return [draft for turn in zip_longest(*streams) for draft in turn if draft]


def _with_options_in_order(drafts: list[_Draft], seed: Seed, rng: random.Random) -> list[Item]:
    """Every place is the right one equally often, in an order that ``rng`` shuffles."""
    sizes: dict[int, list[int]] = defaultdict(list)
    for i, draft in enumerate(drafts):
        sizes[len(draft.wrong) + 1].append(i)
    places: dict[int, int] = {}
    for size, members in sizes.items():
        turns = [i % size for i in range(len(members))]
        rng.shuffle(turns)
        places.update(zip(members, turns, strict=True))
    return [_item(draft, places[i], seed, rng) for i, draft in enumerate(drafts)]


def _item(draft: _Draft, correct: int, seed: Seed, rng: random.Random) -> Item:
    wrong = rng.sample(draft.wrong, len(draft.wrong))
    options = (*wrong[:correct], draft.right, *wrong[correct:])
    content = [seed.id, draft.kind, draft.fact, draft.framing, draft.prompt, draft.prefix, options]
    return Item(
        id=hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:16],
        kind=draft.kind,
        fact=draft.fact,
        framing=draft.framing,
        prompt=draft.prompt,
        prefix=draft.prefix,
        options=options,
        correct=correct,
        author=draft.author,
    )
