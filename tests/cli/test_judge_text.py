"""A judging printed at 80 columns."""

from typing import Any

import pytest

from distillnet.cli.judge_text import plan_lines, result_lines
from distillnet.cli.judge_words import JUDGE
from distillnet.graphs.judged.plan import JudgePlan, PlannedJudge
from distillnet.graphs.judged.result import (
    Ballot,
    Confused,
    JudgedPair,
    JudgedResult,
    Preference,
    Telling,
)
from distillnet.records import Language
from distillnet.tools.terminal import columns

HOSTILE = "openai:\x1b[31m漢字\u202e" + "very-long-" * 9


def plan(*judges: PlannedJudge, **more: Any) -> JudgePlan:
    given = {"directory": "runs/sky", "a": "the student of runs/sky", "b": "its untrained base"}
    counts = {"requests": 8, "facts": 1, "framings": 4, "answers": 16, "scenes": 6, "lenses": 3}
    others = {"judges": judges, "warnings": (), "language": "en"}
    return JudgePlan.model_validate(given | counts | others | more)


def planned(name: str, usd: float | None, calls: int = 22) -> PlannedJudge:
    return PlannedJudge(name=name, url="", key="", calls=calls, kept=1, usd=usd)


def result(**more: Any) -> JudgedResult:
    preference = Preference(
        requests=24,
        unjudged=0,
        facts=12,
        a=15,
        b=5,
        ties=4,
        difference=10 / 24,
        ci95=(0.1, 0.7),
        smallest_detectable=0.4,
        unit="fact",
        p=0.012,
    )
    ballot = Ballot(judge="openai:one", a=15, b=5, ties=4, unanswered=1, consistent=0.875)
    telling = Telling(
        judge="openai:one", scenes=12, accuracy=0.5, ci95=(0.25, 0.75), chance=0.25, unread=2
    )
    pair = JudgedPair(
        request="Why?", framing="irony", fact=0, a="So.", b="Thus.", winner="a", votes=()
    )
    found = JudgedResult(
        directory="runs/sky",
        a="the student of runs/sky",
        b="its untrained base",
        language="en",
        looping=(3, 0),
        preference=preference,
        ballots=(ballot,),
        tellings=(telling,),
        confused=(Confused(lens="irony", taken_for="koan", times=3),),
        warnings=("a judge is of the teacher's family",),
        calls=120,
        usd=0.25,
        failed={},
        judged=(pair,) * 24,
    )
    return found.model_copy(update=more)


def verdict(**more: Any) -> str:
    found = result().preference
    assert found
    changed = found.model_copy(update=more)
    text = " ".join(result_lines(result(preference=changed)))
    return " ".join(text[text.index("a wins") :].split())


def rows(lines: Any) -> list[str]:
    return [" ".join(line.split()) for line in lines]


def test_the_plan_counts_calls_and_money() -> None:
    shown = rows(plan_lines(plan(planned("openai:one", 0.13), planned("openai:two", 2.0))))
    assert "openai:one 22 1 0.1300 USD" in shown and "openai:two 22 1 2.00 USD" in shown
    assert "in all 44 calls, at most 2.13 USD, before retries" in shown
    assert any("8 on 1 fact, asked through 4 lenses" in line for line in shown)
    shown = rows(plan_lines(plan(planned("openai:one", 0.125), planned("x:y", None), scenes=0)))
    assert "x:y 22 1 price unknown" in shown
    assert "in all 44 calls, before retries" in shown
    assert any("none is told apart" in line for line in shown)


def test_the_result_says_who_wins_and_how_sure_that_is() -> None:
    shown = rows(result_lines(result()))
    assert "openai:one 15 5 4 1 88%" in shown and "together 15 5 4 0" in shown
    assert "openai:one 12 50 % [25, 75] 25% 2" in shown
    assert "irony was taken for koan: 3" in shown
    assert "going in circles: 3 of a's 24 answers, 0 of b's" in shown
    assert not any("circles" in line for line in result_lines(result(looping=(0, 0))))
    assert "paid 120 requests so far, 0.2500 USD" in shown
    assert verdict().startswith(
        "a wins 15 and b 5 of 24 requests on 12 facts, +42 points [+10, +70], p 0.012: the judges "
        "prefer a"
    )


def test_silent_judges_say_nothing() -> None:
    shown = rows(result_lines(result(preference=None)))
    assert "no request was answered by two judges, so nothing is said of a and b" in shown
    assert not any(line.startswith("together") for line in shown)


def test_no_difference_is_claimed_where_none_is_shown() -> None:
    assert "prefer b" in verdict(difference=-0.4, ci95=(-0.7, -0.1))
    assert "no difference; 40 points could have been seen" in verdict(p=0.2)
    assert "no difference" in verdict(ci95=(-0.1, 0.9))
    assert "so few requests can show none" in verdict(p=1.0, smallest_detectable=1.3)
    assert "say nothing of others" in verdict(unit="item")


def test_a_plan_of_a_russian_run_is_told_in_russian() -> None:
    judges = (planned("openai:one", 0.13), planned("openai:two", 2.0))
    assert rows(plan_lines(plan(*judges, language="ru", facts=6))) == [
        "сравнение a: the student of runs/sky; b: its untrained base",
        "просьбы 8 по 6 фактам, через 4 линзы, каких нет ни у одной сцены; сделать",
        "здесь: 16 ответов",
        "сцены 6; по ним судьи различают 3 линзы",
        "судья вызовов уже отвечено не дороже",
        "openai:one 22 1 0,1300 долл.",
        "openai:two 22 1 2,00 долл.",
        "всего 44 вызова, не дороже 2,13 долл., не считая повторных",
    ]
    few = {"requests": 1, "facts": 1, "framings": 1, "answers": 1, "scenes": 0}
    shown = rows(plan_lines(plan(planned("x:y", None, calls=1), language="ru", **few)))
    assert "просьбы 1 по 1 факту, через 1 линзу, каких нет ни у одной сцены; сделать" in shown
    assert "всего 1 вызов, не считая повторных" in shown
    assert "x:y 1 1 цена неизвестна" in shown


def test_a_result_of_a_russian_run_is_told_in_russian() -> None:
    shown = rows(result_lines(result(language="ru", a="ученик", b="модель", warnings=())))
    assert shown == [
        "a ученик",
        "b модель",
        "",
        "судья a b ничья без ответа порядок не важен",
        "openai:one 15 5 4 1 88 %",
        "вместе 15 5 4 0",
        "",
        "повторяют сами себя: у a 3, у b 0 (всего 24 ответа)",
        "побед у a 15, у b 5; всего 24 просьбы по 12 фактам, +42 п. п. [+10; +70], p",
        "0,012: судьи предпочитают a",
        "",
        "какая это линза? сцен верно, 95 % наугад неясно",
        "openai:one 12 50 % [25; 75] 25 % 2",
        "irony принята за koan: 3",
        "",
        "оплачено до сих пор 120 запросов, 0,2500 долл.",
    ]


def test_heads_stand_alike_in_both_languages() -> None:
    def heads(language: Language) -> list[int]:
        lines = [
            *plan_lines(plan(planned("openai:one", 0.13), language=language)),
            *result_lines(result(language=language)),
        ]
        words = [JUDGE[key].in_(language) for key in ("judge", "which")]
        return [columns(line) for line in lines if line.startswith(tuple(words))]

    assert heads("en") == heads("ru") and len(heads("en")) == 3


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", ["openai:one", HOSTILE])
def test_it_fits_and_is_inert(name: str, language: Language) -> None:
    judges = (planned(name, 10**7), planned(name, None, 10**6))
    lines = [
        *plan_lines(plan(*judges, warnings=(name * 9,), language=language)),
        *result_lines(
            result(
                language=language,
                a=name,
                ballots=(result().ballots[0].model_copy(update={"judge": name}),),
                tellings=(result().tellings[0].model_copy(update={"judge": name}),),
                confused=(Confused(lens=name, taken_for=name, times=10**6),),
                warnings=(name * 30,),
            )
        ),
    ]
    for line in lines:
        assert columns(line) < 80
        assert line.isprintable() or not line
