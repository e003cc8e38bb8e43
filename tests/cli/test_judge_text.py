"""A judging printed at 80 columns."""

from typing import Any

import pytest

from distillnet.cli.judge_text import plan_lines, result_lines
from distillnet.graphs.judged.plan import JudgePlan, PlannedJudge
from distillnet.graphs.judged.result import Ballot, Confused, JudgedResult, Preference, Telling
from distillnet.tools.terminal import columns

HOSTILE = "openai:\x1b[31m漢字\u202e" + "very-long-" * 9


def plan(*judges: PlannedJudge, **more: Any) -> JudgePlan:
    given = {"directory": "runs/sky", "a": "the student of runs/sky", "b": "its untrained base"}
    counts = {"requests": 8, "facts": 1, "framings": 4, "answers": 16, "scenes": 6, "lenses": 3}
    return JudgePlan.model_validate(given | counts | {"judges": judges, "warnings": ()} | more)


def planned(name: str, usd: float | None, calls: int = 22) -> PlannedJudge:
    return PlannedJudge(name=name, url="", key="", calls=calls, kept=1, usd=usd)


def result(**more: Any) -> JudgedResult:
    preference = Preference(
        requests=24,
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
    found = JudgedResult(
        directory="runs/sky",
        a="the student of runs/sky",
        b="its untrained base",
        language="en",
        preference=preference,
        ballots=(ballot,),
        tellings=(telling,),
        confused=(Confused(lens="irony", taken_for="koan", times=3),),
        warnings=("a judge is of the teacher's family",),
        calls=120,
        usd=0.25,
        failed=0,
        judged=(),
    )
    return found.model_copy(update=more)


def verdict(**more: Any) -> str:
    changed = result().preference.model_copy(update=more)
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
    assert "openai:one 15 5 4 1 88%" in shown and "together 15 5 4" in shown
    assert "openai:one 12 50 % [25, 75] 25% 2" in shown
    assert "irony was taken for koan: 3" in shown
    assert "paid 120 requests so far, 0.2500 USD" in shown
    assert verdict().startswith(
        "a wins 15 and b 5 of 24 requests on 12 facts, +42 points [+10, +70], p 0.012: the judges "
        "prefer a"
    )


def test_no_difference_is_claimed_where_none_is_shown() -> None:
    assert "prefer b" in verdict(difference=-0.4, ci95=(-0.7, -0.1))
    assert "no difference; 40 points could have been seen" in verdict(p=0.2)
    assert "no difference" in verdict(ci95=(-0.1, 0.9))
    assert "so few requests can show none" in verdict(p=1.0, smallest_detectable=1.3)
    assert "say nothing of others" in verdict(unit="item")


@pytest.mark.parametrize("name", ["openai:one", HOSTILE])
def test_it_fits_and_is_inert(name: str) -> None:
    lines = [
        *plan_lines(plan(planned(name, 10**7), planned(name, None, 10**6), warnings=(name * 9,))),
        *result_lines(
            result(
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
