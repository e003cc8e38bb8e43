import pytest

from distillnet.tools.seeds import parse_seed
from distillnet.tools.subject import subject_line


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            "Freedom is the recognition of necessity.",
            "en",
            "Subject: freedom, recognition, necessity",
        ),
        (
            "Свобода есть осознанная необходимость.",
            "ru",
            "Тема: свобода, осознанная, необходимость",
        ),
        ("Freedom is the recognition of necessity.", "ru", "Тема: freedom, recognition, necessity"),
    ],
)
def test_a_phrase_is_named_by_its_key_words(text: str, language: str, expected: str) -> None:
    seed = parse_seed(text)
    assert subject_line(seed, seed.passages[0].text, language) == expected


def test_a_question_names_its_subject_and_not_the_answer() -> None:
    seed = parse_seed("Q: What is freedom?\nA: The recognition of necessity.")
    assert seed.question == "What is freedom?"
    assert subject_line(seed, seed.passages[0].text, "en") == "Subject: What is freedom?"


def test_text_without_key_words_names_itself() -> None:
    seed = parse_seed("To be or not to be.")
    assert subject_line(seed, seed.passages[0].text, "en") == "Subject: To be or not to be."
