import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distillnet.records import Language
from distillnet.tools.answered import answered
from distillnet.tools.text import detect_language


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        (
            "Why does water boil at a lower temperature on a mountain?",
            "Because the air pressure is lower there.",
            "Water boils at a lower temperature on a mountain because the air pressure is lower "
            "there.",
        ),
        ("Why do cats purr?", "Because it calms them.", "Cats purr because it calms them."),
        (
            "Why is the night sky dark?",
            "The universe has an age.",
            "The night sky is dark because the universe has an age.",
        ),
        (
            "Why are leaves green in summer?",
            "Because of a dye.",
            "Leaves are green in summer because of a dye.",
        ),
        (
            "Why can ships float?",
            "Because they displace water.",
            "Ships can float because they displace water.",
        ),
        ("When did the Aurora sink?", "In 1912", "The Aurora sank in 1912."),
        ("When was the tower built?", "In 1889.", "The tower was built in 1889."),
        ("Where is the Eiffel Tower?", "In Paris.", "The Eiffel Tower is in Paris."),
        (
            "How do bats find their way?",
            "By listening to echoes.",
            "Bats find their way by listening to echoes.",
        ),
        ("What is the capital of Kiribati?", "Tarawa.", "The capital of Kiribati is Tarawa."),
        (
            "What is freedom?",
            "The recognition of necessity",
            "Freedom is the recognition of necessity.",
        ),
        (
            "What is freedom?",
            "Freedom is the recognition of necessity.",
            "Freedom is the recognition of necessity.",
        ),
        ("Who wrote War and Peace?", "Leo Tolstoy", "Leo Tolstoy wrote War and Peace."),
        (
            "Почему небо синее?",
            "Потому что воздух рассеивает короткие волны.",
            "Небо синее, потому что воздух рассеивает короткие волны.",
        ),
        (
            "Почему корабли плавают?",
            "Вода выталкивает их вверх.",
            "Корабли плавают, потому что вода выталкивает их вверх.",
        ),
        ("Зачем коты мурлычут?", "Чтобы успокоиться.", "Коты мурлычут, чтобы успокоиться."),
        (
            "Что такое свобода?",
            "Осознанная необходимость.",
            "Свобода — это осознанная необходимость.",
        ),
        ("Какая столица Кирибати?", "Тарава", "Столица Кирибати — Тарава."),
        ("Когда основана Москва?", "В 1147 году.", "Москва основана в 1147 году."),
        ("Кто написал «Войну и мир»?", "Лев Толстой", "Лев Толстой написал «Войну и мир»."),
    ],
)
def test_a_question_and_its_answer_become_one_statement(
    question: str, answer: str, expected: str
) -> None:
    assert answered(question, answer, detect_language(question)) == expected


@pytest.mark.parametrize(
    ("question", "answer", "language"),
    [
        ("What is water made of?", "Hydrogen and oxygen.", "en"),
        ("Why did the empire fall?", "Its armies were too far away.", "en"),
        ("Из чего состоит вода?", "Водород и кислород.", "ru"),
    ],
)
def test_where_no_pattern_fits_both_stay_together(
    question: str, answer: str, language: Language
) -> None:
    assert answered(question, answer, language) == f"{question} {answer}"


@pytest.mark.parametrize(
    ("question", "answer"), [("Is Pluto a planet?", "No."), ("Why?", "Because."), ("Плутон?", "Да")]
)
def test_an_answer_that_adds_nothing_states_nothing(question: str, answer: str) -> None:
    assert answered(question, answer, detect_language(question)) is None


OPENINGS = ["Why does", "What is", "Who", "Where", "How come", "Почему", "Что такое", "Где", ""]


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(OPENINGS), st.text(max_size=60), st.text(max_size=60),
    st.sampled_from(["en", "ru"]),
)  # fmt: skip
def test_any_pair_is_read(opening: str, question: str, answer: str, language: Language) -> None:
    found = answered(f"{opening} {question}?", answer, language)
    assert found is None or found.strip()


def test_long_rows_are_no_trap() -> None:
    answered("why does " * 9_999, "because " * 9_999, "en")
    answered("what is " + "a " * 50_000, "x, " * 50_000, "en")
