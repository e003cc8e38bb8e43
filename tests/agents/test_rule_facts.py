import asyncio
import io

import pytest

from distillnet.agents.exam import write_exam
from distillnet.agents.examiner import MOST_FACTS, find_facts
from distillnet.config import Exam
from distillnet.records import Fact
from distillnet.tools.contradictions import contradiction
from distillnet.tools.halving import halves
from distillnet.tools.lenses import load_lenses, split_lenses
from distillnet.tools.propositions import told
from distillnet.tools.seeds import parse_seed
from distillnet.tools.text import detect_language

THINGS = ("milk", "tin", "oats", "paint", "quartz", "rope", "silk", "tar", "umber")
HELD_OUT = split_lenses(load_lenses(), 5)[1]


def facts_of(text: str) -> list[Fact]:
    return asyncio.run(find_facts(parse_seed("-", stdin=io.StringIO(text))))


@pytest.mark.parametrize(
    ("seed", "statement"),
    [
        ("Paris is the capital of France.", "Paris is the capital of France."),
        ("The map is not the territory.", "The map is not the territory."),
        ("All happy families are alike.", "All happy families are alike."),
        (
            "Why do cats purr? Because it calms them.",
            "Cats purr because it calms them.",
        ),
        (
            "Why does water boil at a lower temperature on a mountain? Because the air pressure is "
            "lower there.",
            "Water boils at a lower temperature on a mountain because the air pressure is lower "
            "there.",
        ),
        (
            "Q: What is the capital of Kiribati? A: Tarawa.",
            "The capital of Kiribati is Tarawa.",
        ),
        (
            "Почему небо синее? Потому что воздух рассеивает короткие волны.",
            "Небо синее, потому что воздух рассеивает короткие волны.",
        ),
        ("Париж — столица Франции.", "Париж — столица Франции."),
        (
            "Времена меняются, и мы меняемся вместе с ними.",
            "Времена меняются, и мы меняемся вместе с ними.",
        ),
    ],
)
def test_what_a_seed_states_is_a_fact_told_both_ways(seed: str, statement: str) -> None:
    (fact,) = facts_of(seed)
    language = detect_language(seed)
    assert fact.statement == statement
    first, second = halves(statement, language) or ("", "")
    assert first and second
    assert told(statement, statement, language) == {"forward"}
    assert contradiction(statement, statement, fact.false, language) is None


@pytest.mark.parametrize(
    "seed",
    [
        "Hm",
        "Good night, my friends!",
        "Hello! How are you? I am fine, and the weather is nice here.",
        "Thank you very much. See you at the station tomorrow.",
        "Measure twice, cut once.",
        "Is Pluto a planet? No.",
        "Доброе утро, друзья! До встречи на вокзале.",
    ],
)
def test_what_states_nothing_is_no_fact(seed: str) -> None:
    assert facts_of(seed) == []


def test_the_answers_distortions_stand_in_the_whole_statement() -> None:
    (fact,) = facts_of("Q: What is the capital of Kiribati? A: Tarawa.")
    assert len(fact.false) > 1
    assert all(false.startswith("The capital of Kiribati is ") for false in fact.false)
    assert "The capital of Kiribati is Lisbon." in fact.false


def test_facts_without_distortions_fill_the_room_and_keep_the_order() -> None:
    rivers = [f"The river of {thing} flows through a valley." for thing in THINGS]
    years = [f"Ann Lee{chr(97 + i)} built the mill in {1810 + 7 * i}." for i in range(7)]
    mixed = [text for pair in zip(rivers, years, strict=False) for text in pair] + rivers[7:]
    text = "\n\n".join(f"{sentence} {'It rained all day long. ' * 40}" for sentence in mixed)
    found = facts_of(text)
    assert len(found) == MOST_FACTS
    stated = [fact.statement for fact in found]
    assert set(years) <= set(stated)
    assert stated == [sentence for sentence in mixed if sentence in stated]
    assert any(len(fact.false) < 2 for fact in found)


def test_the_exam_asks_for_facts_with_distortions_under_their_own_numbers() -> None:
    seed = parse_seed("Paris is the capital of France.")
    plain = Fact(statement=seed.statement, false=(), passage=0, author="rules")
    sank = "The Aurora sank in 1912."
    false = tuple(f"The Aurora sank in {year}." for year in (1913, 1926, 1897))
    distorted = Fact(statement=sank, false=false, passage=0, author="rules")
    exam = Exam.model_validate({})
    assert write_exam(seed, [plain], HELD_OUT, exam, random_seed=1) == []
    items = write_exam(seed, [plain, distorted], HELD_OUT, exam, random_seed=1)
    assert items and {item.fact for item in items} == {1}
