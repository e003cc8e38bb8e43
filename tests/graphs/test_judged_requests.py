"""Which open requests are put, and that none of them was taught."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distillnet.graphs.judged.requests import Request, open_requests
from distillnet.records import Fact, Language
from distillnet.tools.lenses import load_lenses, split_lenses

_, FRAMINGS = split_lenses(load_lenses(), 1)
FACTS = {
    "en": ("The lamp of Orvel burns blue.", "The harbour of Tamsin freezes in January."),
    "ru": ("Лампа Орвеля горит синим.", "Гавань Тамсина замерзает в январе."),
}


def facts(*statements: str) -> list[Fact]:
    return [Fact(statement=text, false=(), passage=0, author="rules") for text in statements]


def asked(language: Language, taught: list[Path], limit: int = 100) -> list[Request]:
    return open_requests(facts(*FACTS[language]), FRAMINGS, language, taught=taught, limit=limit)


def rows(path: Path, *questions: str) -> Path:
    messages = [
        [{"role": "user", "content": text}, {"role": "assistant", "content": "So."}]
        for text in questions
    ]
    lines = [json.dumps({"messages": each}) for each in messages]
    path.write_text("\n".join([*lines, json.dumps({"text": "Plain."})]), encoding="utf-8")
    return path


@pytest.mark.parametrize("language", ["en", "ru"])
def test_facts_are_asked_about_through_lenses_that_are_never_taught(language: Language) -> None:
    found = asked(language, [])
    assert len(found) == 2 * len(FRAMINGS) == len({request.prompt for request in found})
    for request in found:
        lens = load_lenses()[request.framing]
        assert lens in FRAMINGS
        assert request.prompt.startswith(lens.question.in_(language))
        statement = FACTS[language][request.fact]
        assert statement not in request.prompt, "the answer is not given away"
        assert request.shown.startswith(request.prompt) and statement in request.shown
    first, second = found[:2]
    assert (first.fact, second.fact) == (0, 1) and first.framing != second.framing
    assert asked(language, [], limit=2) == found[:2]


def test_what_a_row_asks_word_for_word_is_left_out(tmp_path: Path) -> None:
    first, second, *others = asked("en", [])
    one = rows(tmp_path / "1.jsonl", first.prompt.upper().replace("?", " !"))
    two = rows(tmp_path / "2.jsonl", f"{second.prompt} again")
    left = asked("en", [one, two])
    assert left == [second, *others]


def test_the_same_request_is_put_once() -> None:
    twice = facts("The lamp burns.", "The lamp burns!")
    found = open_requests(twice, FRAMINGS, "en", taught=[], limit=100)
    assert len(found) == len({request.prompt for request in found}) == len(FRAMINGS)


@given(st.lists(st.text(max_size=3_000), max_size=4), st.integers(1, 30))
def test_any_statement_is_asked_about_within_bounds(statements: list[str], limit: int) -> None:
    found = open_requests(facts(*statements), FRAMINGS, "en", taught=[], limit=limit)
    assert len(found) <= limit
    assert all(len(request.shown) < 2_000 for request in found)
