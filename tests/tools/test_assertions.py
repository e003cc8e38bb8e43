import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distillnet.tools.assertions import claims


def said(text: str) -> list[str]:
    """The sentences that ``text`` claims without any sign that it may not mean them."""
    return [claim.sentence for claim in claims(text) if not claim.signs]


@pytest.mark.parametrize(
    "text",
    [
        "Is the lake not frozen?",
        "If the lake is not frozen, the mill turns.",
        "Suppose the lake is not frozen.",
        "Let x be the depth of the lake.",
        "The lake would not be frozen.",
        "Some think that the lake is not frozen.",
        "The cynic replies that the lake is not frozen.",
        "According to the almanac, the lake is not frozen.",
        "“The lake is not frozen at all,” she wrote home.",
        "— Озеро не замёрзло, — ответил мельник.",
        "Teacher: The lake is not frozen.",
        "Предположим, что озеро не замёрзло.",
        "Если озеро не замёрзло, мельница работает.",
        "Говорят, будто озеро не замёрзло.",
        "Разве озеро не замёрзло?",
    ],
)
def test_what_is_asked_supposed_reported_or_quoted_is_not_claimed(text: str) -> None:
    assert said(text) == [] or claims(text)[0].own == "she wrote home."


def test_what_is_claimed_is_kept_as_it_stands() -> None:
    text = "The lake is not frozen. Answer: the mill turns.\n\nВ озере есть рыба."
    assert said(text) == [
        "The lake is not frozen.",
        "Answer: the mill turns.",
        "В озере есть рыба.",
    ]


def test_a_supposition_lasts_to_the_end_of_its_paragraph() -> None:
    text = "Suppose the lake is dry. Then the mill stands still.\n\nThe mill turns."
    assert said(text) == ["The mill turns."]


@pytest.mark.parametrize(
    "next_sentence",
    ["But this is false.", "They were wrong.", "No, it is deep.", "Это ошибка.", "Однако нет."],
)
def test_what_the_next_sentence_takes_back_is_not_claimed(next_sentence: str) -> None:
    assert "The lake is dry." not in said(f"The lake is dry. {next_sentence}")
    assert "The lake is dry." in said("The lake is dry. The mill stands still.")


def test_quoted_terms_are_words_of_the_text_and_quoted_speech_is_not() -> None:
    (term,) = claims("The “deep lake” is dry.")
    assert term.own == "The “deep lake” is dry."
    (speech,) = claims("He wrote “the lake is very dry” and left.")
    assert speech.own == "He wrote and left."


def test_an_answer_in_quotation_marks_is_read_as_if_it_had_none() -> None:
    assert said('"The lake is dry. The mill stands still."') == [
        "The lake is dry.",
        "The mill stands still.",
    ]


def test_signs_name_the_words_that_made_them() -> None:
    (claim,) = claims("Perhaps the lake is dry.")
    assert claim.signs == {"perhaps"}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_claims_are_sentences_of_any_text(text: str) -> None:
    for claim in claims(text):
        assert claim.sentence and claim.own and len(claim.own) <= 1_000


@pytest.mark.parametrize("piece", ["“", "had a ", "— ", "A b c", "'", "a бы ни ", "s that ", "\n"])
def test_long_rows_are_no_trap(piece: str) -> None:
    claims(piece * 50_000)
