import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distillnet.records import Language
from distillnet.tools.distortions import blanks, distort, filled
from distillnet.tools.facts import names
from distillnet.tools.text import detect_language, sentences, word_set, words

CITY = (
    "Anna Keller founded Belmora in 1921. The mayor of Belmora met Tom Reed in Paris. "
    "Belmora lies near Lisbon, and Anna Keller never left Belmora before 1950. Tom Reed said no. "
    "Anna Keller said yes."
)


def variants(sentence: str, context: str = "") -> list[str]:
    known = names(sentences(f"{context} {sentence}"))
    return distort(sentence, known, detect_language(sentence), random.Random(1))


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        # roles
        ("Freedom is the recognition of necessity.", "Necessity is the recognition of freedom."),
        ("Свобода — это внутренняя необходимость.", "Необходимость — это внутренняя свобода."),
        ("Low pressure causes early boiling.", "Early boiling causes low pressure."),
        (
            "The lake froze because the night was cold.",
            "The night was cold because the lake froze.",
        ),
        (
            "Река разлилась, потому что растаял горный снег.",
            "Растаял горный снег, потому что река разлилась.",
        ),
        # opposites, with the article and the capital that follow
        (
            "It is an important attraction of the town.",
            "It is an unimportant attraction of the town.",
        ),
        ("He was a poor man of the town.", "He was a rich man of the town."),
        ("Freedom is the recognition of necessity.", "Freedom is the recognition of chance."),
        ("Чем выше давление, тем горячее вода.", "Чем ниже давление, тем горячее вода."),
        ("Зимой озеро замерзает до дна.", "Летом озеро замерзает до дна."),
        # quantifiers
        ("All the residents were asleep.", "None of the residents were asleep."),
        ("Nobody in the town was surprised.", "Everybody in the town was surprised."),
        ("The town has more than 300 houses.", "The town has fewer than 300 houses."),
        ("Most tribes were free.", "Few tribes were free."),
        ("Все реки весной разливаются.", "Не все реки весной разливаются."),
        # negation
        ("Bread requires patience.", "Bread does not require patience."),
        ("The storm brought rain to the coast.", "The storm did not bring rain to the coast."),
        ("Water can boil in a paper cup.", "Water cannot boil in a paper cup."),
        ("The company primarily targets users.", "The company does not primarily target users."),
        ("The key does not open the door.", "The key opens the door."),
        ("The road was not finished.", "The road was finished."),
        ("Озеро расположено в горах.", "Озеро не расположено в горах."),
        ("Озеро не замерзает в январе.", "Озеро замерзает в январе."),
        ("Москва — столица России.", "Москва — не столица России."),
    ],
)
def test_minimal_edits_make_the_sentence_false(sentence: str, expected: str) -> None:
    assert expected in variants(sentence)


def test_names_give_way_to_names_of_their_kind() -> None:
    found = variants("Anna Keller married in Paris.", CITY)
    assert "Tom Reed married in Paris." in found
    assert not any("Belmora married" in variant for variant in found)


def test_a_country_does_not_stand_for_a_place_that_may_lie_in_it() -> None:
    context = "They lived in Hokkaido. Snow fell in Japan. Rain fell in Sapporo."
    found = variants("The town is located in Hokkaido.", context)
    assert "The town is located in Sapporo." in found
    assert not any("Japan" in variant for variant in found)


def test_two_names_exchange_roles_unless_they_are_listed_together() -> None:
    context = "Anna Keller said yes. Tom Reed said no."
    assert "Tom Reed hired Anna Keller." in variants("Anna Keller hired Tom Reed.", context)
    assert not any(
        variant.startswith("Tom Reed and Anna")
        for variant in variants("Anna Keller and Tom Reed left.", context)
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "As far as we know, it is as large as before.",
        "The name was known as Bell.",
        "She was no longer there.",
        "A few came after all.",
    ],
)
def test_fixed_phrases_keep_their_words(sentence: str) -> None:
    for wrong in ("as small as", "unknown as", "no shorter", "a many", "before all"):
        assert not any(wrong in variant for variant in variants(sentence))


def test_numbers_keep_length_plausibility_and_russian_agreement() -> None:
    (year,) = blanks("The bridge opened in 1921 there.", names([]), "en", random.Random(1))
    assert all(1800 < int(number) < 2000 and number != "1921" for number in year.wrong)
    days, _ = blanks("Путь занял ровно 3 дня.", names([]), "ru", random.Random(1))
    assert set(days.wrong) <= {"2", "4"}
    (hour,) = blanks("The shop opens at 9 am daily.", names([]), "en", random.Random(1))
    assert all(2 <= int(number) <= 12 for number in hour.wrong)
    (houses,) = blanks("It has more than 300 houses.", names([]), "en", random.Random(1))
    assert all(int(number) > 300 for number in houses.wrong)
    assert not blanks("He had 1 dog.", names([]), "en", random.Random(1))


def test_russian_names_give_way_only_in_the_same_case() -> None:
    context = "Анна сказала да. Дом стоит в Москве. Дом стоит в Вологде. Мы выехали из Твери."
    found = variants("Музей открыт в Москве.", context)
    assert "Музей открыт в Вологде." in found
    assert not any("Твери" in variant for variant in found)


def test_filled_follows_capital_and_article() -> None:
    assert filled("An early bird.", 3, 8, "late") == "A late bird."
    assert filled("It is a low hill.", 8, 11, "huge") == "It is a huge hill."
    assert filled("More came.", 0, 4, "fewer") == "Fewer came."


VOCABULARY = sorted(
    word_set(
        """The the a is was not never All more Anna Tom Paris 1921 3 because , . — это не Свобода
        Москва большая всегда required brought by of and who 's “ ( necessity"""
    )
)
SENTENCES = st.lists(st.sampled_from(VOCABULARY)).map(" ".join) | st.text()


@given(SENTENCES.filter(lambda text: bool(words(text))), st.sampled_from(["en", "ru"]))
def test_distortions_of_anything_differ_in_words_and_little_in_length(
    sentence: str, language: Language
) -> None:
    known = names([CITY, sentence])
    found = distort(sentence, known, language, random.Random(0))
    keys = [tuple(words(variant)) for variant in [sentence, *found]]
    assert len(set(keys)) == len(keys)
    assert all(0.6 < len(variant) / len(sentence) < 1.6 for variant in found)


def test_the_same_random_seed_gives_the_same_distortions() -> None:
    sentence = "Anna Keller moved to Paris in May 1921 with 30 friends."
    assert variants(sentence, CITY) == variants(sentence, CITY)
