"""The page of a tournament: it parses, says who leads, and does nothing that a name asks for."""

from typing import Any

import pytest

from distillnet.page.tournament import render_tournament, verdict
from tests.page.test_render import Page, assert_self_contained

HOSTILE = "<script>alert(1)</script>\u202egnp.exe\x07{{ 7*7 }}" + "x" * 500


def gain(mean: float, facts: int = 12) -> dict[str, Any]:
    return {
        "items": 48,
        "facts": facts,
        "base": 0.5,
        "student": 0.5 + mean,
        "mean": mean,
        "ci95": [mean - 0.1, mean + 0.1],
        "smallest_detectable": 0.14,
        "unit": "fact",
    }


def standing(place: int, mean: float, tied: list[int], places: list[int]) -> dict[str, Any]:
    ci95 = [mean - 0.1, mean + 0.1]
    return {"place": place, "places": places, "mean": mean, "ci95": ci95, "tied": tied}


def competitor(number: int, name: str, **more: Any) -> dict[str, Any]:
    return {
        "number": number,
        "name": name,
        "source": f"texts/{name}",
        "folder": f"students/{number}",
        "teacher": "embedded",
        "rows": 1200,
        "readings": 3.25,
        "seconds": 61.2,
        "own": None,
        "all": None,
        "error": None,
    } | more


@pytest.fixture
def result() -> dict[str, Any]:
    """Three students and a text that failed; the second leads and is tied with the first."""
    return {
        "directory": "runs/tournament",
        "base": "HuggingFaceTB/SmolLM2-135M-Instruct",
        "language": "en",
        "tokens": 15_000,
        "steps": 30,
        "competitors": [
            competitor(
                1,
                "lamp.txt",
                own=standing(2, 0.15, [2], [1, 2]),
                all=standing(1, 0.06, [2], [1, 3]),
            ),
            competitor(
                2,
                "freedom.txt",
                own=standing(1, 0.25, [1], [1, 2]),
                all=standing(2, 0.04, [1], [1, 3]),
            ),
            competitor(3, "broken.txt", error="no scene was accepted"),
            competitor(
                4,
                "вода.txt",
                own=standing(3, -0.125, [], [3, 3]),
                all=standing(3, -0.03, [], [1, 3]),
            ),
        ],
        "gains": [
            [gain(0.15), gain(0.02), None, gain(-0.01)],
            [gain(0.0), gain(0.25), None, gain(-0.13)],
            [None] * 4,
            [gain(0.01), gain(0.03), None, gain(-0.125)],
        ],
        "verdict": "",
    }


def hostile(result: dict[str, Any]) -> dict[str, Any]:
    named = [c | {"name": HOSTILE, "source": HOSTILE} for c in result["competitors"]]
    named[2]["error"] = HOSTILE
    return result | {"competitors": named, "base": HOSTILE}


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("is_hostile", [False, True])
def test_parses_and_needs_nothing_from_elsewhere(
    result: dict[str, Any], language: str, is_hostile: bool
) -> None:
    shown = result | {"language": language}
    html = render_tournament(hostile(shown) if is_hostile else shown)
    html.encode("utf-8")
    assert "\u202e" not in html and "\x07" not in html and "<script" not in html
    page = Page(html)
    assert_self_contained(page)
    assert page.values("lang") == [language]
    assert page.tags["h1"] == 1


def test_says_who_leads_and_from_whom_it_cannot_be_told_apart(result: dict[str, Any]) -> None:
    said = verdict(result, "en")
    assert said == (
        "freedom.txt gained the most on its own test: +25.0 points (95% interval +15.0 to +35.0); "
        "this tournament cannot tell it apart from lamp.txt; "
        "students with a gain that their own test could see: 2 of 3; "
        "each text had one training seed, whose luck no interval counts."
    )
    assert said in Page(render_tournament(result)).text
    result["competitors"][1]["own"]["tied"] = []
    assert "it is told apart from every other" in verdict(result, "en")
    result["gains"][0][0] = gain(0.15, facts=4)
    assert verdict(result, "en").endswith(
        "speaks for its own items only; each text had one training seed, whose luck no interval "
        "counts."
    )
    assert "Больше всех прибавил на своём экзамене текст freedom.txt: +25,0" in verdict(
        result, "ru"
    )


def test_one_student_alone_is_compared_with_nobody(result: dict[str, Any]) -> None:
    for other in result["competitors"][1:]:
        other |= {"own": None, "all": None, "error": "the disk was full"}
    result["competitors"][0]["own"] = standing(1, 0.15, [], [1, 1])
    assert "there is no other to compare it with" in verdict(result, "en")
    assert Page(render_tournament(result)).text.count("the disk was full") == 3


def test_the_matrix_is_in_the_order_of_the_places_with_every_number(
    result: dict[str, Any],
) -> None:
    page = Page(render_tournament(result))
    assert (
        "Mean of all tests freedom.txt +25.0 0.0 −13.0 +4.0 lamp.txt +2.0 +15.0 −1.0 +6.0 "
        "вода.txt +3.0 +1.0 −12.5 −3.0" in page.text
    )
    squares = [value for value in page.values("class") if value.split()[0] in ("up", "down")]
    assert squares == ["up own", "down", "down", "up", "up own", "down", "up", "up", "down own"]
    heats = [value for value in page.values("style") if value.startswith("--heat")]
    assert heats[0] == "--heat:1.0" and heats[1] == "--heat:0.0" and len(heats) == 9
    title = page.values("title")[2]
    assert title == (
        "freedom.txt on the test of вода.txt: 50% to 37%, −13.0 points "
        "(95% interval −23.0 to −3.0), 48 items on 12 facts"
    )


def test_places_intervals_and_the_failed_text_are_shown(result: dict[str, Any]) -> None:
    text = Page(render_tournament(result)).text
    assert "1 (1–2) freedom.txt 50% 75% +25.0 +15.0 … +35.0 +4.0 (−6.0 … +14.0; 1–3) lamp" in text
    assert "broken.txt no scene was accepted" in text
    assert "15,000" in text and "by each, in 30 steps" in text
    assert "144" in text and "on 36 facts, in all tests" in text
    assert "texts/lamp.txt embedded 1,200 3.2 61" in text
