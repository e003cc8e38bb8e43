import re
from pathlib import Path
from string import Formatter
from typing import get_args

import distillnet.page
from distillnet.page.words import words
from distillnet.records import Faithfulness, Stopped, Verdict


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_both_languages_take_the_same_numbers() -> None:
    english, russian = words("en"), words("ru")
    assert {k: fields(v) for k, v in english.items()} == {k: fields(v) for k, v in russian.items()}


def test_russian_words_are_cyrillic() -> None:
    assert [k for k, v in words("ru").items() if k != "none" and not re.search("[а-яё]", v)] == []


def test_every_literal_of_the_records_has_words() -> None:
    known = words("en")
    assert {f"stopped_{name}" for name in get_args(Stopped)} <= known.keys()
    assert set(get_args(Faithfulness)) <= known.keys()
    rejected = set(get_args(Verdict)) - {"accepted"}
    assert {f"{part}_{name}" for name in rejected for part in ("verdict", "why")} <= known.keys()


def test_no_word_is_left_over() -> None:
    folder = Path(distillnet.page.__file__).parent
    used = "".join(
        (folder / name).read_text(encoding="utf-8")
        for name in ("report.html", "parts.html", "render.py")
    )
    made = ("verdict_", "why_", "family_", "kind_", "stopped_", "gain_", "literal", "fi")
    named = [key for key in words("en") if not key.startswith(made)]
    assert [key for key in named if not re.search(rf"\b{key}\b", used)] == []
