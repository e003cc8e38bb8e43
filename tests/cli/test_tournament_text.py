"""A tournament printed at 80 columns."""

from typing import Any

import pytest

from distillnet.cli.tournament_text import lines
from distillnet.tools.terminal import columns
from distillnet.training.tournament_result import Competitor, Gain, Standing, Tournament


def gain(mean: float) -> Gain:
    return Gain(
        items=48,
        facts=12,
        base=0.5,
        student=0.5 + mean,
        mean=mean,
        ci95=(mean - 0.2, mean + 0.2),
        smallest_detectable=0.2,
        unit="fact",
    )


def held(names: list[str], **more: Any) -> Tournament:
    """The later a text, the better its student; the last has none."""
    count = len(names) - 1
    competitors = []
    for number, name in enumerate(names, start=1):
        given = {"number": number, "name": name, "source": name, "folder": "f", "teacher": "t"}
        competitor = Competitor.model_validate(given)
        if number > count:
            competitors.append(competitor.model_copy(update={"error": f"{name} was empty"}))
            continue
        mean = number / 20
        one = Standing(
            place=count + 1 - number,
            places=(1, count),
            mean=mean,
            ci95=(mean - 0.2, mean + 0.2),
            tied=(),
        )
        competitors.append(competitor.model_copy(update={"own": one, "all": one}))
    return Tournament(
        directory="runs/tournament",
        base="base",
        language=more.get("language", "en"),
        tokens=15_000,
        steps=30,
        competitors=tuple(competitors),
        gains=tuple(
            tuple(
                gain(i / 20 if i == j else -j / 100) if max(i, j) <= count else None
                for j in range(1, count + 2)
            )
            for i in range(1, count + 2)
        ),
        verdict="Who leads, and who is tied.",
    )


def test_places_and_matrix_are_in_one_order() -> None:
    text = "\n".join(lines(held(["a.txt", "b.txt", "c.txt", "empty.txt"])))
    rows = [" ".join(line.split()) for line in text.splitlines()]
    assert rows[0] == "3 students of 15,000 tokens in 30 steps each; gains in points"
    assert rows[3:6] == [
        "1 (1-3) c.txt 50 -> 65 % +15.0 [-5.0, +35.0] +15.0",
        "2 (1-3) b.txt 50 -> 60 % +10.0 [-10.0, +30.0] +10.0",
        "3 (1-3) a.txt 50 -> 55 % +5.0 [-15.0, +25.0] +5.0",
    ]
    assert rows[7:11] == [
        "student on test of 1 2 3",
        "1 c.txt +15.0* -2.0 -1.0",
        "2 b.txt -3.0 +10.0* -1.0",
        "3 a.txt -3.0 -2.0 +5.0*",
    ]
    assert "no student of empty.txt: empty.txt was empty" in rows
    assert "Who leads, and who is tied." in rows


def test_a_tournament_of_russian_texts_is_told_in_russian() -> None:
    names = ["a.txt", "b.txt", "c.txt", "empty.txt"]
    russian = lines(held(names, language="ru"))
    rows = [" ".join(line.split()) for line in russian]
    assert rows[0] == "3 ученика, у каждого 15 000 токенов, 30 шагов; прибавки в п. п."
    assert rows[2:4] == [
        "место текст свой экзамен прибавка, 95 % по всем",
        "1 (1-3) c.txt 50 -> 65 % +15,0 [-5,0; +35,0] +15,0",
    ]
    assert rows[7:9] == ["ученик экзамен по 1 2 3", "1 c.txt +15,0* -2,0 -1,0"]
    assert "нет ученика у empty.txt: empty.txt was empty" in rows
    assert rows[-1] == "файлы runs/tournament/ (откройте tournament.html)"


def test_columns_stand_alike_in_both_languages() -> None:
    names = [f"{n}.txt" for n in range(9)]
    widths = [
        [columns(line) for line in list(lines(held(names, language=language)))[2:-3]]
        for language in ("en", "ru")
    ]
    assert widths[0] == widths[1]


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("count", [2, 8, 16])
def test_it_fits_and_is_inert(count: int, language: str) -> None:
    names = [f"\x1b[31m{n}漢字\u202e" + "very long " * 9 for n in range(count)]
    for line in lines(held(names, language=language)):
        assert columns(line) < 80
        assert line.isprintable() or not line
    shown = "\n".join(lines(held(names)))
    assert shown.count("*") == count - 1  # each on its own test, whichever block that is in
