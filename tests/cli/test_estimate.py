from typing import Any

import pytest

from distillnet.cli.estimate_text import EstimateText
from distillnet.cli.estimate_words import words
from distillnet.tools.clock import Span
from distillnet.tools.gpus import load_gpus
from distillnet.training.estimating import estimate_training


def text(language: str, *, explain: bool = False, **asked: Any) -> str:
    return "\n".join(EstimateText(estimate_training(**asked), language).lines(explain=explain))


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"params": "70B", "views": 1_000, "epochs": 12},
        {"params": "135M", "gpu": "b200", "pages": (1, 999, 123_456, 10**9), "views": 1},
        {"params": "405B", "gpu": "t4", "pages": (10**6,), "views": 1_000},
        {"teachers": ("embedded", "nobody:" + "x" * 200, "openai:gpt-6-sol")},
    ],
)
def test_it_fits_a_terminal(language: str, asked: dict[str, Any]) -> None:
    lines = text(language, explain=True, **asked).splitlines()
    assert max(map(len, lines)) <= 79


def test_every_card_can_be_asked_for_in_both_languages() -> None:
    for gpu in load_gpus():
        assert gpu.title in text("en", gpu=gpu.name) and gpu.title in text("ru", gpu=gpu.name)


def test_the_answer_for_the_card_of_the_note() -> None:
    shown = text("en")
    row = next(line for line in shown.splitlines() if line.startswith(" 1,000 "))
    assert " ".join(row.split()) == "1,000 2M 6-8.4 min 7.2-12 min 200M 10-14 h 12-20 h"
    assert "so with 8B it assumed 29 to 43 readings of each page" in shown
    assert "3-6 h" in shown and "--explain" in shown


def test_the_same_in_russian() -> None:
    shown = text("ru")
    assert "6-8,4 мин" in shown and "10-14 ч" in shown
    assert "подразумевалось прочтений каждой страницы: 29 – 43" in shown


def test_what_does_not_fit_is_said_and_has_a_dash() -> None:
    shown = text("en", params="70B")
    assert "141 GiB even with gradient checkpointing: does not fit" in shown
    row = next(line for line in shown.splitlines() if line.startswith("     1 "))
    assert row.split()[2] == "-"


def test_formula_sources_and_measurements_are_explained() -> None:
    hidden, shown = text("en"), text("en", explain=True)
    for said in ("2 forward, 2 backward", "measured 4,962", "arXiv:2106.09685", "exxactcorp"):
        assert said in shown and said not in hidden


@pytest.mark.parametrize(
    ("least", "most", "shown"),
    [
        (0.36, 0.5, "0.36-0.5 s"),
        (0, 60, "< 60 s"),
        (100, 100, "100 s"),
        (119, 120, "2 min"),
        (3_600, 7_300, "1-2 h"),
        (86_400, 172_800, "1-2 days"),
        (3e8, 3e9, "9.5-95 years"),
    ],
)
def test_durations(least: float, most: float, shown: str) -> None:
    made = EstimateText(estimate_training(), "en")
    assert made.duration(Span(least=least, most=most)) == shown
    assert made.duration(None) == "-"


def test_both_languages_fill_in_the_same() -> None:
    import string

    english, russian = words("en"), words("ru")

    def fields(said: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(said) if name}

    assert all(fields(english[key]) == fields(russian[key]) for key in english)
    assert not any("\u0400" <= letter <= "\u04ff" for said in english.values() for letter in said)
