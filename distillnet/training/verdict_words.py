"""The parts of a race's verdict, in both languages."""

from collections.abc import Sequence

from distillnet.records import Language, Text

_WORDS = {
    "nothing": Text(en="There is nothing to compare: {why}.", ru="Сравнивать нечего: {why}."),
    "failed": Text(en="{arms} failed", ru="не удалось обучить {arms}"),
    "too_few_ways": Text(
        en="fewer than two arms teach the text", ru="самому тексту учат менее двух вариантов"
    ),
    "more": Text(
        en="{arms} taught more than {reference}",
        ru="с {arms} выучено больше, чем с {reference}",
    ),
    "less": Text(
        en="{arms} taught less than {reference}",
        ru="с {arms} выучено меньше, чем с {reference}",
    ),
    "alone": Text(
        en="{arms} would differ from {reference} if nothing else had been compared, but not among "
        "so many comparisons",
        ru="{arms} отличалось бы от {reference}, не будь других сравнений, а при стольких разницы "
        "не видно",
    ),
    "unseen": Text(
        en="between {arms} and {reference} there is no difference that this test could see "
        "(it could have seen {points} points)",
        ru="между {arms} и {reference} нет разницы, которую эта проверка могла бы заметить "
        "(она заметила бы {points} п. п.)",
    ),
    "few_documents": Text(
        en="the documents are too few to speak for others",
        ru="документов слишком мало, чтобы судить о других",
    ),
    "one_text": Text(
        en="these are facts of one text, which speaks for no other",
        ru="это факты одного текста, а о других текстах он ничего не говорит",
    ),
    "few_facts": Text(
        en="the facts are too few to speak for others of this text, which speaks for no other",
        ru="фактов слишком мало, чтобы судить о других фактах этого текста, а о других текстах он "
        "ничего не говорит",
    ),
    "one_seed": Text(
        en="one training seed was tried, so its luck is not in the intervals",
        ru="обучение было одно, и его случайность в интервалы не входит",
    ),
    "points": Text(en="{mean} points [{low}, {high}]", ru="{mean} п. п. [{low}; {high}]"),
    "and": Text(en="{first} and {last}", ru="{first} и {last}"),
}


class VerdictWords:
    """They, names and points, as one language says them."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def say(self, key: str, **filled: str) -> str:
        return _WORDS[key].in_(self._language).format(**filled)

    def listed(self, names: Sequence[str]) -> str:
        """``a, b and c``; one name at least."""
        if len(names) == 1:
            return names[0]
        return self.say("and", first=", ".join(names[:-1]), last=names[-1])

    def points(self, share: float, *, sign: bool = False) -> str:
        """A share of 1 in percentage points, with one digit after the point."""
        text = f"{100 * share:{'+' if sign else ''}.1f}"
        return text.replace(".", ",") if self._language == "ru" else text

    def difference(self, mean: float, ci95: tuple[float, float]) -> str:
        """``+1.0 points [-0.5, +2.5]``."""
        middle, low, high = (self.points(value, sign=True) for value in (mean, *ci95))
        return self.say("points", mean=middle, low=low, high=high)
