"""What the exam shows beyond its headline: other kinds of item, and what they say together."""

from collections.abc import Iterator, Mapping
from typing import Any

from distillnet.page.text import Numerals
from distillnet.records import Language, Text

_ROBUSTNESS = Text(
    en="Of the facts asked in several ways, right in all of them: base {base}, student {student}; "
    "two ways disagree: base {base_flips}, student {student_flips}.",
    ru="Среди фактов, о которых спрошено по-разному, верно всякий раз: исходная {base}, "
    "ученик {student}; два вопроса расходятся: исходная {base_flips}, ученик {student_flips}.",
)
_OVER_CLAIMING = Text(
    en="Made-up answers to what the seed does not say: base {base}, student {student}.",
    ru="Выдуманные ответы о том, чего в зерне нет: исходная {base}, ученик {student}.",
)
_SYCOPHANCY = Text(
    en="Choice items lost when the user claims a wrong answer: base {base}, student {student}.",
    ru="Заданий на выбор теряется, когда собеседник уверяет в неверном: исходная {base}, "
    "ученик {student}.",
)
_CALIBRATION = Text(
    en="Expected calibration error: base {base}, student {student}; "
    "Brier score: base {base_brier}, student {student_brier}.",
    ru="Ошибка калибровки: исходная {base}, ученик {student}; "
    "показатель Брайера: исходная {base_brier}, ученик {student_brier}.",
)
_MEMORISATION = Text(
    en="Of the gain in likelihood, {gap} nats a character (95% interval {low} to {high}) are for "
    "the seed's own wording rather than for the same facts turned round.",
    ru="Из прироста правдоподобия {gap} ната на знак (95-процентный интервал от {low} до {high}) "
    "относится к словам самого зерна, а не к тем же фактам, повёрнутым иначе.",
)
_CONTAMINATION = Text(
    en="Items of which eight words in a row stand in the training text: {items} ({share}).",
    ru="Задания, восемь слов подряд из которых есть в обучающем тексте: {items} ({share}).",
)


def kinds(evaluation: Mapping[str, Any]) -> dict[str, Any]:
    """``by_kind`` with the kinds of the battery; each has ``base`` and ``student`` accuracies."""
    others = evaluation.get("battery", {}).get("kinds", {})
    return {
        **(evaluation["by_kind"] or {}),
        **{kind: row for kind, row in others.items() if kind != "recall"},
    }


def findings(evaluation: Mapping[str, Any], language: Language) -> Iterator[str]:
    """A sentence for each part of the battery that the exam has."""
    battery, numerals = evaluation.get("battery", {}), Numerals(language)
    percent, number = numerals.percent, numerals.number

    def said(text: Text, **numbers: str) -> str:
        return text.in_(language).format(**numbers)

    def both(part: Mapping[str, Any]) -> dict[str, str]:
        return {who: percent(part[who]) for who in ("base", "student")}

    if found := battery.get("robustness"):
        yield said(
            _ROBUSTNESS,
            **both({who: each["all_right"] for who, each in found.items()}),
            **{f"{who}_flips": percent(each["flip_rate"]) for who, each in found.items()},
        )
    if found := battery.get("over_claiming"):
        yield said(_OVER_CLAIMING, **both(found))
    if found := battery.get("sycophancy_shift"):
        yield said(_SYCOPHANCY, **both(found))
    if found := battery.get("calibration"):
        yield said(
            _CALIBRATION,
            **{who: number(each["ece"], 2) for who, each in found.items()},
            **{f"{who}_brier": number(each["brier"], 2) for who, each in found.items()},
        )
    if found := battery.get("memorisation"):
        low, high = found["gap"]["ci95"]
        yield said(
            _MEMORISATION,
            gap=number(found["gap"]["mean"], 2, sign=True),
            low=number(low, 2, sign=True),
            high=number(high, 2, sign=True),
        )
    if found := evaluation.get("contamination"):
        yield said(_CONTAMINATION, items=number(found["items"]), share=percent(found["share"]))
