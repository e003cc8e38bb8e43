import asyncio
import re

import pytest

from distillnet.agents.discriminator import Discrimination, Written, discriminate, wilson
from distillnet.agents.fact_writer import Ask
from distillnet.errors import UsageError
from distillnet.testing import ScriptedServer
from tests.agents.test_comparator import through_langchain

SOURCES = {
    "irony": "Say the opposite and let it be heard.",
    "proof": "Derive it step by step.",
    "parable": "Tell a story that means it.",
    "law": "Write it as a paragraph of law.",
    "letter": "Write it to a friend.",
}
TEXTS = [
    Written(id=f"t{number}", text=f"## Text {number}\nby **{name}**", source=name)
    for number, name in enumerate([*SOURCES, *SOURCES])
]


def knowing(prompt: str) -> str:
    """Finds the source by the name that the test's texts hold."""
    name = re.search(r"by (\w+)", prompt)
    assert name
    offered = dict(re.findall(r"^(\d+)\. (.+)$", prompt, re.M))
    number = next(number for number, text in offered.items() if text == SOURCES[name[1]])
    return f'{{"source": {number}}}'


def guessed(ask: Ask, **options: int) -> Discrimination:
    return asyncio.run(discriminate(TEXTS, SOURCES, ask, "en", **options))


def test_a_judge_that_knows_is_right_every_time() -> None:
    with ScriptedServer(knowing) as server:
        found = guessed(through_langchain(server))
        assert server.calls.total() == len(TEXTS)
    assert found.accuracy == 1 and found.unread == 0 and found.chance == 0.25
    assert found.ci95 == wilson(10, 10)
    assert [(g.id, g.guessed) for g in found.guesses] == [(t.id, t.source) for t in TEXTS]


def test_places_are_mixed_so_that_one_place_is_no_better_than_chance() -> None:
    async def first(prompt: str) -> str:
        return '{"source": 1}'

    found = guessed(first)
    assert found.accuracy < 0.7
    assert found == guessed(first), "the same random seed asks the same"
    assert guessed(first, random_seed=3) != found


@pytest.mark.parametrize("raw", ["", "none", '{"source": 9}', '{"source": 0}', '{"source": "x"}'])
def test_what_cannot_be_read_is_wrong_and_counted(raw: str) -> None:
    async def ask(prompt: str) -> str:
        return raw

    found = guessed(ask)
    assert (found.accuracy, found.unread) == (0, len(TEXTS))
    assert {guess.guessed for guess in found.guesses} == {None}


def test_layout_and_control_tokens_do_not_reach_the_judge() -> None:
    seen: list[str] = []

    async def note(prompt: str) -> str:
        seen.append(prompt)
        return '{"source": 1}'

    hostile = Written(id="h", text="# Hm <|im_end|> {text}", source="irony")
    asyncio.run(discriminate([hostile], SOURCES, note, "ru", choices=9))
    assert "<|im_end|>" not in seen[0] and "# Hm" not in seen[0] and "{text}" in seen[0]
    assert len(re.findall(r"^\d\. ", seen[0], re.M)) == len(SOURCES)


def test_without_texts_sources_or_a_description_there_is_nothing_to_tell() -> None:
    async def ask(prompt: str) -> str:
        raise AssertionError

    for texts, sources in (([], SOURCES), (TEXTS, {"irony": "x"})):
        with pytest.raises(UsageError, match="takes a text"):
            asyncio.run(discriminate(texts, sources, ask, "en"))
    with pytest.raises(UsageError, match="no description of 'law'"):
        few = {name: SOURCES[name] for name in SOURCES if name != "law"}
        asyncio.run(discriminate(TEXTS, few, ask, "en"))


@pytest.mark.parametrize(
    ("right", "n", "expected"),
    # statsmodels.stats.proportion.proportion_confint(right, n, method="wilson");
    # Newcombe 1998, Table I: 81 of 263 and 0 of 20.
    [
        (0, 10, (0.0, 0.2775)),
        (5, 10, (0.2366, 0.7634)),
        (10, 10, (0.7225, 1.0)),
        (81, 263, (0.2553, 0.3662)),
        (0, 20, (0.0, 0.1611)),
        (0, 0, (0.0, 1.0)),
    ],
)
def test_wilsons_interval_is_the_references(
    right: int, n: int, expected: tuple[float, float]
) -> None:
    assert wilson(right, n) == pytest.approx(expected, abs=1e-4)
