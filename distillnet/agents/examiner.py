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
    examinable,
    seed_sentences,
    subjects,
    with_options_in_order,
)
from distillnet.agents.fact_writer import Ask, write_facts
from distillnet.agents.rule_facts import facts_by_rules, passage_of
from distillnet.config import Exam
from distillnet.records import Fact, Item, Lens, Seed
from distillnet.tools.distortions import blanks
from distillnet.tools.facts import Names, names
from distillnet.tools.text import words

MOST_FACTS = 12
_WRONG = 3
_FEWEST_WRONG = 2
_TOPICS = 2
_NAMED = 3  # words of a topic
_CLOZES_A_FACT = 2


async def find_facts(seed: Seed, *, ask: Ask | None = None, random_seed: int = 17) -> list[Fact]:
    """Up to 12 facts of the seed; none where it states nothing.

    ``ask`` sends a prompt to a capable model and returns its raw answer; without it, or if it
    yields fewer than two facts, rules find them. A fact by rules may have no distortions: then the
    critic asks whether it is told, and the exam leaves it out.
    """
    facts: list[Fact] = []
    if ask is not None:
        written = await write_facts(seed, ask)
        facts = [
            Fact(
                statement=fact.statement,
                false=tuple(fact.distortions),
                passage=passage_of(fact.statement, seed),
                author="model",
            )
            for fact in written[:MOST_FACTS]
        ]
    if len(facts) < 2:
        facts = facts_by_rules(seed, random.Random(f"{random_seed}:{seed.id}"), MOST_FACTS)
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
        for i, fact in examinable(facts)
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


# ---- items ---------------------------------------------------------------------------------------


def _choices(index: int, fact: Fact, lenses: list[Lens], seed: Seed) -> Iterator[Draft]:
    """The same options under every framing: else a change of answer might be theirs."""
    topics, wrong = _topics(fact, seed)
    for turn, lens in enumerate(lenses if topics else []):
        topic = topics[turn % len(topics)]
        prompt = asked_about(lens.question.in_(seed.language), topic, seed.language)
        yield Draft("choice", index, lens.name, prompt, "", fact.statement, wrong, fact.author)


def _topics(fact: Fact, seed: Seed) -> tuple[list[str], list[str]]:
    """What a prompt may say the fact is about, and the distortions that are about it, too.

    Only words that stand in every option are named: the prompt must not favour one. Up to two
    topics, so that "A is B" is asked for from A and from B where all options have both.
    """
    if seed.question:
        return [seed.question], list(fact.false[:_WRONG])
    parts = subjects(fact.statement, seed.language)

    def common(options: Sequence[str]) -> list[str]:
        return [part for part in parts if all(_holds(option, part) for option in options)]

    offers = [[false for false in fact.false if _holds(false, part)][:_WRONG] for part in parts]
    wrong = max(offers, key=lambda options: (len(options), len(common(options))), default=[])
    if len(wrong) < _FEWEST_WRONG:
        return [], []
    named = common(wrong)[:_NAMED]
    topics = [", ".join([first, *(p for p in named if p != first)]) for first in named[:_TOPICS]]
    return topics, wrong


def _holds(text: str, part: str) -> bool:
    return set(words(part)) <= set(words(text))


def _clozes(
    index: int, fact: Fact, seed: Seed, known: Names, rng: random.Random
) -> Iterator[Draft]:
    usable = []
    for start, end, wrong in blanks(fact.statement, known, seed.language, rng):
        prefix, span = fact.statement[:start].rstrip(), fact.statement[start:end]
        begins_late = len(words(prefix)) >= 3 or bool(seed.question and words(prefix))
        if set(words(span)) <= set(words(seed.question or "")):
            continue  # the prompt gives it away
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
