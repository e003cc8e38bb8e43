"""A race printed at 80 columns, in both languages."""

import re
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

import distillnet.cli
from distillnet.cli.duration import duration
from distillnet.cli.judge_words import JUDGE
from distillnet.cli.race_plan_text import plan_lines
from distillnet.cli.race_text import result_lines
from distillnet.cli.race_words import RACE
from distillnet.cli.tournament_words import TOURNAMENT
from distillnet.graphs.estimates import Range
from distillnet.graphs.racing import PlannedArm, RacePlan, TeacherRun
from distillnet.records import Language, Text
from distillnet.tools.terminal import columns
from distillnet.training.race_result import (
    ArmComparison,
    ArmResult,
    Credit,
    Point,
    RaceResult,
    verdict,
)

HOSTILE = "\x1b[31m漢字\u202e{arm}" + "very long " * 9


def plan(language: Language, arm: str = "copies", **more: Any) -> RacePlan:
    fields: dict[str, Any] = {
        "documents": 1_200,
        "items": 40,
        "arms": (
            PlannedArm(arm=arm, rows=1_200, tokens=8_000),
            PlannedArm(arm="context", rows=0, tokens=None),
        ),
        "tokens": 12_000,
        "steps": 24,
        "learning_rates": (1e-4, 3e-4),
        "seeds": 3,
        "students": 8,
        "seconds": 3_900.0,
        "language": language,
    }
    return RacePlan.model_validate(fields | more)


def unwritten(language: Language) -> RacePlan:
    run = TeacherRun(
        arm="lenses",
        directory="races/a/teacher/lenses",
        calls=Range(least=12, most=1_340),
        seconds=Range(least=60, most=185),
        usd=Range(least=0.5, most=1.25),
    )
    return plan(
        language,
        arms=(),
        teacher=(run,),
        caps={"calls": 300, "usd": 0.5},
        credit="lens",
        credit_students=1_200,
        estimated=True,
        unit="fact",
        seconds=None,
    )


def difference(mean: float, p: float | None = 0.004) -> ArmComparison:
    return ArmComparison(
        mean=mean,
        ci95=(mean - 0.05, mean + 0.05),
        smallest_detectable=0.071,
        nats=mean,
        nats_ci95=(mean - 0.05, mean + 0.05),
        p=p or 0.5,
        p_holm=p,
        unit="document",
    )


def result(language: Language, arm: str = "lenses", reference: str = "copies") -> RaceResult:
    common = {"accuracy": 0.625, "nats": -1.25, "by_wording": {"choice": 0.5, arm: 0.75}}
    arms = (
        ArmResult.model_validate(
            {
                "arm": reference,
                "learning_rate": 3e-4,
                "seeds": (0.5, 0.75),
                "gain": difference(0.25),
                "curve": (Point(share=0.1, accuracy=0.5, nats=-1.0),),
                **common,
            }
        ),
        ArmResult.model_validate(
            {
                "arm": arm,
                "wording_seen": 0.125,
                "seeds": (0.5, 0.75),
                "difference": difference(0.2),
                "credit": (
                    Credit(group=arm, worth=difference(0.01)),
                    Credit(group="other", worth=None, error=arm),
                ),
                **common,
            }
        ),
        ArmResult(arm="broken", error=f"{arm} was empty"),
    )
    return RaceResult(
        documents=12,
        validation_items=20,
        test_items=1_040,
        tokens=12_000,
        steps=24,
        learning_rates=(3e-4,),
        seeds=2,
        base=ArmResult.model_validate({"arm": "base", **common}),
        reference=reference,
        arms=arms,
        verdict=verdict(reference, arms, [reference, arm, "broken"], language),
        language=language,
    )


def of_one_text(language: Language) -> RaceResult:
    arms = (
        ArmResult(arm="copies", accuracy=0.5, nats=-1.0, learning_rate=1e-3),
        ArmResult(arm="lenses", accuracy=0.5, nats=-1.0, learning_rate=1e-4),
        ArmResult(arm="one", accuracy=0.5, nats=-1.0, learning_rate=1e-3),
        ArmResult(arm="context", accuracy=0.5, nats=-1.0),
    )
    rates = (1e-4, 1e-3)
    more = {"documents": 1, "facts": 8, "test_items": 45, "arms": arms, "learning_rates": rates}
    return result(language).model_copy(update=more)


def rows(lines: Any) -> list[str]:
    return [" ".join(line.split()) for line in lines]


def test_an_english_race_is_told_in_english() -> None:
    planned = rows(plan_lines(plan("en")))
    assert planned == [
        "documents 1,200, asked 40 things",
        "students 8: 12,000 tokens in 24 steps each; 2 rates, then 3 seeds at the best",
        "one",
        "arm rows tokens, one reading readings",
        "copies 1,200 8,000 1.5",
        "context nothing is trained",
        "time about 1 h 5 min, as measured here before; three examinations of each",
        "come on top",
    ]
    assert rows(plan_lines(unwritten("en"))) == [
        "teacher lenses: 12 to 1,340 calls, at most 3 min 5 s, at most 1.25 USD",
        "caps --budget-calls 300, --budget-usd 0.5, for all that the teacher",
        "writes here",
        "documents one text, asked 40 things at most",
        "students 8: 12,000 tokens in 24 steps each; 2 rates, then 3 seeds at the best",
        "one; an estimate, as the teacher has yet to write",
        "credit 1,200 of these students each learn without one lens",
        "time not known: no such student has learned here before",
    ]
    examined = rows(plan_lines(plan("en", examinations_counted=True, left_out=5)))
    assert examined[0] == (
        "documents 1,200, asked 40 things; 5 more lack a style that races and are left"
    )
    assert examined[-2].startswith("time about 1 h 5 min with three examinations of each")
    assert (
        rows(plan_lines(plan("en", facts=8)))[0] == "documents one text, 40 items on 8 facts of it"
    )
    told = rows(result_lines(result("en")))
    assert told[:6] == [
        "1,040 test items on 12 documents; 12,000 tokens, 24 steps, 2 seeds",
        "",
        "arm rate right by seed against copies, points p",
        "base 62.5 %",
        "copies 0.0003 62.5 % 50-75 % (the reference)",
        "lenses 62.5 % 50-75 % +20.0 [+15.0, +25.0] 0.004",
    ]
    for row in (
        "broken failed",
        "gain over the untrained base, points",
        "copies +25.0 [+20.0, +30.0]",
        "lenses -1.250 +0.200 [+0.150, +0.250]",
        "right, % choice lenses",
        "base 50.0 75.0",
        "word for word in what was taught: lenses 12% of the test items",
        "right after 10%",
        "copies 50.0%",
        "lenses: what each group is worth, points p",
        "lenses +1.0 [-4.0, +6.0] 0.004",
        "other lenses",
        "broken failed: lenses was empty",
        "Lenses (+20.0 points [+15.0, +25.0]) taught more than copies.",
    ):
        assert row in told


def test_a_russian_race_is_told_in_russian() -> None:
    planned = rows(plan_lines(plan("ru")))
    assert planned == [
        "документы 1 200, к ним 40 вопросов",
        "ученики 8: каждому 12 000 токенов, 24 шага; 2 темпа обучения, затем 3",
        "запуска на лучшем",
        "вариант строк токенов за чтение чтений",
        "copies 1 200 8 000 1,5",
        "context не обучается",
        "время около 1 ч 5 мин, по прежним измерениям здесь; сверх того три",
        "экзамена каждого",
    ]
    assert rows(plan_lines(unwritten("ru"))) == [
        "учитель lenses: от 12 до 1 340 вызовов, не дольше 3 мин 5 с, не дороже $1,25",
        "пределы --budget-calls 300, --budget-usd 0.5, на всё, что здесь пишет",
        "учитель",
        "документы один текст, к нему самое большее 40 вопросов",
        "ученики 8: каждому 12 000 токенов, 24 шага; 2 темпа обучения, затем 3",
        "запуска на лучшем; это оценка: учитель ещё не писал",
        "вклад из этих учеников без одной группы (lens) учатся 1 200",
        "время неизвестно: такой ученик здесь ещё не учился",
    ]
    assert rows(plan_lines(plan("ru", facts=8, left_out=5)))[0] == (
        "документы один текст, 40 заданий по 8 фактам"
    )
    told = rows(result_lines(result("ru")))
    for row in (
        "1 040 заданий по 12 документам; 12 000 токенов, 24 шага, 2 запуска",
        "вариант темп верно по запускам против copies, п. п. p",
        "copies 0.0003 62,5 % 50-75 % (с ним сравнивают)",
        "lenses 62,5 % 50-75 % +20,0 [+15,0; +25,0] 0,004",
        "прибавка к необученной модели, п. п.",
        "copies +25,0 [+20,0; +30,0]",
        "верно, % выбор lenses",
        "верно после 10 %",
        "не удалось обучить broken: lenses was empty",
        "С lenses (+20,0 п. п. [+15,0; +25,0]) выучено больше, чем с copies.",
    ):
        assert row in told
    ours = " ".join([*planned, *told]).replace("lenses was empty", "")
    names = {"copies", "lenses", "context", "base", "broken", "other", "p"}
    assert set(re.findall("[A-Za-z]+", ours)) <= names


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("arm", [HOSTILE, "漢" * 40, "lenses"])
def test_it_fits_and_is_inert(language: Language, arm: str) -> None:
    told = [
        *plan_lines(plan(language, arm=arm)),
        *plan_lines(unwritten(language)),
        *plan_lines(plan(language, examinations_counted=True, left_out=10**9, facts=None)),
        *result_lines(of_one_text(language)),
        *result_lines(result(language, arm=arm, reference=f"{arm}2")),
    ]
    for line in told:
        assert columns(line) < 80
        assert line.isprintable() or not line


def test_columns_stand_under_their_heads() -> None:
    """A name of wide characters moves no number."""
    for language in ("en", "ru"):
        narrow = list(result_lines(result(language, arm="lenses")))
        wide = list(result_lines(result(language, arm="漢字" * 30)))
        row = next(line for line in narrow if line.startswith("lenses   "))
        moved = next(line for line in wide if line.startswith("漢字漢"))
        assert columns(row) == columns(moved)


def test_a_race_without_words_for_its_wordings_shows_their_names() -> None:
    shown = result("ru", arm="recall by name")
    assert "recall by…" in "\n".join(result_lines(shown))


def test_facts_of_one_text_are_no_documents() -> None:
    english, russian = (rows(result_lines(of_one_text(language)))[0] for language in ("en", "ru"))
    assert english.startswith("45 test items on 8 facts of one text; 12,000 tokens")
    assert russian.startswith("45 заданий по 8 фактам одного текста; 12 000 токенов")


@pytest.mark.parametrize(
    ("count", "english", "russian"),
    [
        (1, "1 test item on 1 fact of one text; 1 token, 1 step, 1 seed", "1 задание по 1 факту"),
        (
            2,
            "2 test items on 2 facts of one text; 2 tokens, 2 steps, 2 seeds",
            "2 задания по 2 фактам",
        ),
        (5, "5 test items on 5 facts of one text; 5 tokens", "5 заданий по 5 фактам"),
        (11, "11 test items on 11 facts of one text", "11 заданий по 11 фактам"),
        (21, "21 test items on 21 facts of one text", "21 задание по 21 факту"),
        (112, "112 test items on 112 facts of one text", "112 заданий по 112 фактам"),
    ],
)
def test_what_is_counted_agrees_with_its_number(count: int, english: str, russian: str) -> None:
    names = ("test_items", "facts", "tokens", "steps", "seeds")
    counts: dict[str, int] = dict.fromkeys(names, count)
    told = [
        rows(result_lines(of_one_text(language).model_copy(update=counts)))[0]
        for language in ("en", "ru")
    ]
    assert told[0].startswith(english) and told[1].startswith(f"{russian} одного текста; ")


def test_a_plan_of_one_of_each_counts_as_one_would() -> None:
    counts: dict[str, Any] = dict.fromkeys(("items", "tokens", "steps", "seeds", "left_out"), 1)
    calls = Range(least=0, most=1)
    teacher = (unwritten("en").teacher[0].model_copy(update={"calls": calls}),)
    more = {"arms": (), "learning_rates": (1e-3,), "credit": "lens", "credit_students": 1, **counts}

    def told(language: Language, **changes: Any) -> str:
        return " ".join(rows(plan_lines(plan(language, **(more | changes)))))

    english, russian = told("en"), told("ru")
    assert "asked 1 thing; 1 more lacks a style that races and is left out" in english
    assert "1 token in 1 step each; 1 rate, then 1 seed at the best one" in english
    assert "1 of these students learns without one lens" in english
    assert "к ним 1 вопрос; ещё 1 без нужного стиля не участвует" in russian
    assert "каждому 1 токен, 1 шаг; 1 темп обучения, затем 1 запуск на лучшем" in russian
    assert "без одной группы (lens) учится 1" in russian
    assert "one text, 1 item on 1 fact of it" in told("en", facts=1)
    assert "lenses: 0 to 1 call, at most" in told("en", teacher=teacher)
    assert "lenses: от 0 до 1 вызова, не дольше" in told("ru", teacher=teacher)


def test_arms_whose_best_rate_was_the_highest_are_named() -> None:
    def told(found: RaceResult) -> str:
        return " ".join(rows(result_lines(found)))

    english = "best at the highest rate offered: copies, one; a higher one in --lrs may teach more"
    assert english in told(of_one_text("en"))
    assert "при самом высоком темпе из предложенных: copies, one; ещё более" in told(
        of_one_text("ru")
    )
    # Nothing was chosen where there was one rate, or where a lower one was best.
    alone = of_one_text("en").model_copy(update={"learning_rates": (1e-3,)})
    higher = of_one_text("en").model_copy(update={"learning_rates": (1e-4, 1e-3, 1e-2)})
    assert "--lrs" not in told(alone) + told(higher)


def compared(arm: str, mean: float, p: float = 0.001, **more: Any) -> ArmResult:
    found = difference(mean, p).model_copy(update=more)
    return ArmResult(arm=arm, difference=found, seeds=(0.5, 0.6))


def test_the_verdict_is_one_sentence_in_russian_either_way() -> None:
    def said(*arms: ArmResult, reference: str | None = "copies") -> str:
        return verdict(reference, arms, [arm.arm for arm in arms], "ru")

    assert said(compared("a", 0.2), compared("b", 0.3), compared("c", -0.1)) == (
        "С a (+20,0 п. п. [+15,0; +25,0]) и b (+30,0 п. п. [+25,0; +35,0]) выучено больше, чем с "
        "copies; с c (-10,0 п. п. [-15,0; -5,0]) выучено меньше, чем с copies."
    )
    unseen = said(
        compared("a", 0.2),
        compared("b", 0.01, smallest_detectable=0.053),
        compared("c", 0.02, p=0.9, smallest_detectable=0.04, unit="item"),
    )
    assert unseen.endswith(
        "; между b (+1,0 п. п. [-4,0; +6,0]) и c (+2,0 п. п. [-3,0; +7,0]) и copies нет разницы, "
        "которую эта проверка могла бы заметить (она заметила бы 5,3 п. п.); документов слишком "
        "мало, чтобы судить о других."
    )
    once = compared("a", 0.2).model_copy(update={"seeds": (0.5,)})
    assert said(once).endswith("; обучение было одно, и его случайность в интервалы не входит.")
    assert said(reference=None) == ("Сравнивать нечего: самому тексту учат менее двух вариантов.")
    broken = [ArmResult(arm=name, error="gone") for name in ("a", "b", "c")]
    assert said(*broken) == "Сравнивать нечего: не удалось обучить a, b и c."


@pytest.mark.parametrize("texts", [RACE, TOURNAMENT, JUDGE])
def test_both_languages_take_the_same_words(texts: dict[str, Text]) -> None:
    for text in texts.values():
        named = [
            {name for _, name, _, _ in Formatter().parse(said) if name}
            for said in (text.en, text.ru)
        ]
        assert named[0] == named[1]
        assert re.search("[а-яё]", text.ru) and not re.search("[а-яё]", text.en)


@pytest.mark.parametrize("name", ["race", "tournament", "judge"])
def test_no_word_is_left_over(name: str) -> None:
    folder = Path(distillnet.cli.__file__).parent
    used = "".join(path.read_text("utf-8") for path in folder.glob(f"{name}*_text.py"))
    words = {"race": RACE, "tournament": TOURNAMENT, "judge": JUDGE}[name]
    assert [
        k for k in words if not k.startswith("wording_") and not re.search(f"['\"]{k}['\"]", used)
    ] == []


@pytest.mark.parametrize(
    ("seconds", "english", "russian"),
    [
        (0.2, "0 s", "0 с"),
        (59.6, "1 min 0 s", "1 мин 0 с"),
        (185, "3 min 5 s", "3 мин 5 с"),
        (3_900, "1 h 5 min", "1 ч 5 мин"),
    ],
)
def test_durations(seconds: float, english: str, russian: str) -> None:
    assert duration(seconds) == english and duration(seconds, "ru") == russian
