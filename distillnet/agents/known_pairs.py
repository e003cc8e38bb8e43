"""Pairs of scenes known to make one point or two: on them a chat model is examined as a judge."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, islice, zip_longest
from pathlib import Path
from typing import Any

from distillnet.agents.angle_asker import Trust, trust_in
from distillnet.records import Language
from distillnet.tools.export import load_yaml
from distillnet.tools.seeds import parse_seed

SCENES = Path(__file__).with_name("known_scenes.yaml")
KNOWN_PAIRS = 24  # half of them make one point; perfect answers are then worth odds of 13 to 1


@dataclass(frozen=True)
class KnownPair:
    """Two scenes of the seed ``statement``, and whether they make the ``same`` point."""

    statement: str
    one: str
    other: str
    same: bool


@functools.cache
def known_pairs(language: Language) -> tuple[KnownPair, ...]:
    """24 pairs: half make one point in two images; of the others, those with one image go first.

    The seeds take turns, so that none of them decides.
    """
    seeds = [row for row in load_yaml(SCENES.read_text("utf-8")) if row["language"] == language]
    pairs = [list(_pairs(row)) for row in seeds]
    same = [[pair for pair, _ in of if pair.same] for of in pairs]
    hard_first = [sorted(of, key=lambda each: not each[1]) for of in pairs]
    apart = [[pair for pair, _ in of if not pair.same] for of in hard_first]
    return (*_in_turns(same), *_in_turns(apart))


async def examined(
    language: Language, ask: Callable[[str, str, str], Awaitable[str | None]]
) -> Trust:
    """What the words of a model are worth; ``ask`` gives its answer to ``question``, or None."""
    pairs = known_pairs(language)
    answers = await asyncio.gather(*(ask(pair.statement, pair.one, pair.other) for pair in pairs))
    return trust_in(
        (pair.same, answer)
        for pair, answer in zip(pairs, answers, strict=True)
        if answer is not None
    )


def _pairs(row: dict[str, Any]) -> Iterator[tuple[KnownPair, bool]]:
    """All pairs of a seed's scenes, and whether the two share their image."""
    statement = parse_seed(row["seed"]).statement
    scenes = [(number, scene) for number, of in enumerate(row["angles"]) for scene in of["scenes"]]
    for (point, one), (other_point, other) in combinations(scenes, 2):
        pair = KnownPair(statement, one["text"], other["text"], point == other_point)
        yield pair, one["image"] == other["image"]


def _in_turns(of_seeds: Sequence[Sequence[KnownPair]]) -> Iterator[KnownPair]:
    turns = chain.from_iterable(zip_longest(*of_seeds))
    return islice((pair for pair in turns if pair), KNOWN_PAIRS // 2)
