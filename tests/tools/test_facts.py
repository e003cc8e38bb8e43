import pytest

from distillnet.tools.facts import informativeness, names, stands_alone, without_connective


def test_kinds_of_names_are_told_by_the_words_around_them() -> None:
    found = names(
        [
            "So Martin said that the road ends in Belmora.",
            "The Amzion corporation moved from France to Lyon, France.",
            "The storm passed over the Hiroshi dam.",
        ]
    ).kinds
    assert found["Martin"] == "person"
    assert found["Belmora"] == found["Lyon"] == "place"
    assert found["France"] == "country"
    assert found["Amzion corporation"] == "organisation"


def test_words_that_only_open_a_sentence_are_no_names() -> None:
    found = names(["Mothers had a way of leaving.", "Obviously Martin knew.", "In May it rained."])
    assert list(found.kinds) == ["Martin"]


def test_short_forms_of_a_name_are_not_alike() -> None:
    found = names(
        ["We saw Uncle Raymond and Raymond and Aunt Lalage.", "We saw Netfid, Netfidelity."]
    )
    assert found.like("Raymond") == []
    assert found.like("Uncle Raymond") == ["Aunt Lalage"]
    assert found.like("Netfid") == []


@pytest.mark.parametrize(
    "sentence",
    [
        "He was the first to arrive at the station.",
        "This was the reason for the long delay.",
        "Why did the old bridge fall that winter?",
        "I was never told about the old bridge.",
        '"Go home," Martin said to the tired man.',
        "The end.",
        "THE MAN WHO WAS OUTSIDE OF TIME.",
        "From the outside it looked as hot as hell.",
        "Orison McCall, girl Government spy at large.",
        "Она была первой женщиной в этом деле.",
    ],
)
def test_sentences_that_point_elsewhere_do_not_stand_alone(sentence: str) -> None:
    assert not stands_alone(sentence)


@pytest.mark.parametrize(
    "sentence",
    ["Martin held his peace because he liked things.", "Вода в озере очень чистая и холодная."],
)
def test_sentences_that_name_their_subject_do(sentence: str) -> None:
    assert stands_alone(sentence)


def test_connectives_are_dropped() -> None:
    assert without_connective("Meanwhile, cats sleep.") == "Cats sleep."
    assert without_connective("Однако, кошки спят.") == "Кошки спят."
    assert without_connective("Cats, however, sleep.") == "Cats, however, sleep."


def test_names_and_numbers_make_a_sentence_informative() -> None:
    assert informativeness("Martin left Paris in 1921.") > informativeness("The man left it then.")
