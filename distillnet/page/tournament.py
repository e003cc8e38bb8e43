"""A tournament as one HTML file: no script, and nothing from anywhere else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distillnet.page.text import Numerals, excerpt, inert
from distillnet.page.tournament_words import TOURNAMENT
from distillnet.records import Language

_NAME = 60
_FEW_FACTS = 5


@dataclass(frozen=True)
class Whisker:
    """A gain and its interval as positions in per cent of the width; ``zero`` is no gain."""

    low: float
    mean: float
    high: float
    zero: float


@dataclass(frozen=True)
class Square:
    """A student on a test: the gain in points, and how strongly it is coloured, from 0 to 1."""

    text: str
    title: str
    rises: bool
    strength: float
    own: bool


def render_tournament(result: Mapping[str, Any]) -> str:
    """A whole HTML document that needs no network, no script and no other file.

    ``result`` is the content of tournament.json (``training.tournament_result.Tournament``). Every
    text is escaped and made inert, as in the report of a run.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        finalize=inert,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    language: Language = result["language"]
    numerals = Numerals(language)
    environment.filters |= {
        "number": numerals.number,
        "percent": numerals.percent,
        "points": numerals.points,
        "excerpt": excerpt,
    }
    w = _words(language)
    standing = sorted(
        (c for c in result["competitors"] if c["own"]),
        key=lambda c: (c["own"]["place"], c["number"]),
    )
    tests = {c["number"]: result["gains"][c["number"] - 1][c["number"] - 1] for c in standing}
    return environment.get_template("tournament.html").render(
        result=result,
        w=w,
        verdict=verdict(result, language),
        standing=standing,
        failed=[c for c in result["competitors"] if c["error"]],
        names={c["number"]: excerpt(c["name"], _NAME) for c in result["competitors"]},
        tests=tests,
        whiskers=_whiskers([c["own"] for c in standing]),
        squares=_squares(result, standing, w, numerals),
    )


def verdict(result: Mapping[str, Any], language: Language) -> str:
    """One sentence: who leads, from whom it is told apart, and whose gain was seen at all."""
    w, numerals = _words(language), Numerals(language)
    standing = [c for c in result["competitors"] if c["own"]]
    names = {c["number"]: excerpt(c["name"], _NAME) for c in standing}
    first = min(standing, key=lambda c: (c["own"]["place"], c["number"]))
    own = first["own"]
    others = "tied" if own["tied"] else "apart" if len(standing) > 1 else "alone"
    tests = [result["gains"][c["number"] - 1][c["number"] - 1] for c in standing]
    parts = [
        w["lead"].format(
            name=names[first["number"]],
            mean=numerals.points(own["mean"]),
            low=numerals.points(own["ci95"][0]),
            high=numerals.points(own["ci95"][1]),
        ),
        w[others].format(names=", ".join(names[number] for number in own["tied"])),
        w["proven"].format(
            seen=numerals.number(sum(c["own"]["ci95"][0] > 0 for c in standing)),
            all=numerals.number(len(standing)),
        ),
    ]
    if any(test["facts"] < _FEW_FACTS for test in tests):
        parts.append(w["few"])
    parts.append(w["one_seed"])
    return "; ".join(parts) + "."


def _words(language: Language) -> dict[str, str]:
    return {key: text.in_(language) for key, text in TOURNAMENT.items()}


def _whiskers(own: Sequence[Mapping[str, Any]]) -> list[Whisker]:
    """All on one axis, which holds every interval and 0."""
    least: float = min([0.0, *(standing["ci95"][0] for standing in own)])
    most: float = max([0.0, *(standing["ci95"][1] for standing in own)])
    width = (most - least) or 1.0

    def place(value: float) -> float:
        return round(2 + 96 * (value - least) / width, 2)

    return [
        Whisker(place(s["ci95"][0]), place(s["mean"]), place(s["ci95"][1]), place(0.0)) for s in own
    ]


def _squares(
    result: Mapping[str, Any],
    standing: Sequence[Mapping[str, Any]],
    w: Mapping[str, str],
    numerals: Numerals,
) -> list[list[Square]]:
    """Rows are students, columns tests, both in the order of the places."""
    gains = {
        (student["number"], test["number"]): result["gains"][student["number"] - 1][
            test["number"] - 1
        ]
        for student in standing
        for test in standing
    }
    largest = max((abs(gain["mean"]) for gain in gains.values()), default=0.0) or 1.0

    def square(student: Mapping[str, Any], test: Mapping[str, Any]) -> Square:
        gain = gains[student["number"], test["number"]]
        title = w["cell"].format(
            student=excerpt(student["name"], _NAME),
            test=excerpt(test["name"], _NAME),
            before=numerals.percent(gain["base"]),
            after=numerals.percent(gain["student"]),
            mean=numerals.points(gain["mean"]),
            low=numerals.points(gain["ci95"][0]),
            high=numerals.points(gain["ci95"][1]),
            items=numerals.number(gain["items"]),
            facts=numerals.number(gain["facts"]),
        )
        return Square(
            text=numerals.points(gain["mean"]),
            title=title,
            rises=gain["mean"] > 0,
            strength=round(abs(gain["mean"]) / largest, 2),
            own=student["number"] == test["number"],
        )

    return [[square(student, test) for test in standing] for student in standing]
