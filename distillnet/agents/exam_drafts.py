"""What all writers of items share: how a question is put, and how drafts become items."""

import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from distillnet.records import Fact, Item, ItemKind, Language, Passage, Seed, Text
from distillnet.tools.facts import name_spans
from distillnet.tools.negation import looks_like_russian_verb
from distillnet.tools.text import keywords, sentences, words
from distillnet.tools.verbs import VERB_FORMS

_PASSAGES = 60  # of a book; the rest would add time, not facts
_FEWEST_WRONG = 2
_SUBJECT = Text(en="Subject", ru="Тема")
COMPLETE = Text(en="Complete the sentence.", ru="Закончи предложение.")


class Draft(NamedTuple):
    """An item whose options are not yet in order."""

    kind: ItemKind
    fact: int
    framing: str | None
    prompt: str
    prefix: str
    right: str
    wrong: list[str]
    author: str


def examinable(facts: Sequence[Fact]) -> Iterator[tuple[int, Fact]]:
    """The facts of which there are enough distortions to ask for them, with their numbers."""
    return ((i, fact) for i, fact in enumerate(facts) if is_examinable(fact))


def is_examinable(fact: Fact) -> bool:
    return len(fact.false) >= _FEWEST_WRONG


def asked_about(task: str, topic: str, language: Language) -> str:
    """The user's turn that puts ``task`` to a subject."""
    return f"{task}\n\n{_SUBJECT.in_(language)}: {topic}"


def subjects(text: str, language: Language) -> list[str]:
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


def seed_sentences(seed: Seed) -> list[str]:
    """Sentences of passages spread over the seed, each on one line."""
    count = min(_PASSAGES, len(seed.passages))
    passages: list[Passage] = [seed.passages[i * len(seed.passages) // count] for i in range(count)]
    return [" ".join(s.split()) for passage in passages for s in sentences(passage.text)]


def with_options_in_order(drafts: Sequence[Draft], seed: Seed, rng: random.Random) -> list[Item]:
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


def _item(draft: Draft, correct: int, seed: Seed, rng: random.Random) -> Item:
    wrong = rng.sample(draft.wrong, len(draft.wrong))
    item = Item(
        id="",
        kind=draft.kind,
        fact=draft.fact,
        framing=draft.framing,
        prompt=draft.prompt,
        prefix=draft.prefix,
        options=(*wrong[:correct], draft.right, *wrong[correct:]),
        correct=correct,
        author=draft.author,
    )
    return identified(item, seed)


def identified(item: Item, seed: Seed) -> Item:
    """The same with the id that hashes the seed and all that the item says."""
    content = [seed.id, item.kind, item.fact, item.framing, item.prompt, item.prefix, item.options]
    digest = hashlib.sha256(json.dumps(content, ensure_ascii=False).encode())
    return item.model_copy(update={"id": digest.hexdigest()[:16]})
