import asyncio
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distillnet.agents.exam import most_items
from distillnet.agents.exam_probes import write_probes
from distillnet.agents.exam_turning import turned
from distillnet.agents.examiner import find_facts, leaks, write_items
from distillnet.config import Exam
from distillnet.errors import SeedError
from distillnet.records import Item, Seed
from distillnet.tools.lenses import load_lenses, split_lenses
from distillnet.tools.lexicon import PEOPLE, PLACES
from distillnet.tools.seeds import parse_seed
from distillnet.tools.text import word_set
from tests.agents.test_examiner import CITY, EXAM, PAIR, PHRASE

HELD_OUT = split_lenses(load_lenses(), 5)[1]
LONG = parse_seed(
    " ".join(
        f"The river {name} was bridged in {1700 + 7 * n} because the king of {place} feared floods."
        for n, (name, place) in enumerate(zip(PEOPLE["en"], PLACES["en"], strict=False))
    )
)
RUSSIAN = parse_seed("Свобода — это осознанная необходимость.")


def probes(seed: Seed, exam: Exam = EXAM) -> tuple[list[Item], list[Item]]:
    facts = asyncio.run(find_facts(seed))
    recall = write_items(seed, facts, HELD_OUT, exam)
    return recall, write_probes(seed, facts, recall, exam)


@pytest.mark.parametrize("most", [4, 12, 24])
@pytest.mark.parametrize("seed", [PHRASE, PAIR, CITY, LONG])
def test_no_exam_is_longer_than_said(seed: Seed, most: int) -> None:
    exam = Exam(max_items=most)
    items = [item for asked in probes(seed, exam) for item in asked]
    assert len(items) <= most_items(exam)
    if seed is LONG:
        assert len(items) > 1.5 * most, "what stands beside recall is not counted"


def of_kind(items: list[Item], kind: str) -> list[Item]:
    return [item for item in items if item.kind == kind]


@pytest.mark.parametrize("seed", [PHRASE, PAIR, CITY, RUSSIAN])
def test_every_kind_is_asked_of_the_seed_itself(seed: Seed) -> None:
    recall, items = probes(seed)
    turnable = {"wording"} if seed is PAIR else {"reversal", "wording"}
    assert {item.kind for item in items} == {"negation", "unknowable", "sycophancy"} | turnable
    assert len({item.id for item in (*recall, *items)}) == len(recall) + len(items)
    for item in items:
        assert len(set(item.options)) == len(item.options) > (item.kind != "wording")
    assert probes(seed) == (recall, items), "the same seed has the same exam"


def test_a_reversal_begins_with_what_is_said_and_asks_for_its_subject() -> None:
    (item,) = of_kind(probes(PHRASE)[1], "reversal")
    assert item.prefix == "The recognition of necessity is"
    assert item.options[item.correct] == "freedom."
    assert "slavery." in item.options
    for item in of_kind(probes(CITY)[1], "reversal"):
        assert item.prefix.startswith("The one that founded the town of ")
        assert item.options[item.correct].rstrip(".") in CITY.source
        assert len(item.options) == 4


def test_the_statement_stands_against_its_denial_and_near_misses_in_plain_text() -> None:
    denial, near = of_kind(probes(PHRASE)[1], "negation")
    assert denial.prompt == near.prompt == ""
    assert set(denial.options) == {
        PHRASE.statement,
        "Freedom is not the recognition of necessity.",
    }
    assert near.options[near.correct] == PHRASE.statement
    assert not set(near.options) & set(denial.options) - {PHRASE.statement}


def test_what_the_seed_does_not_say_has_an_honest_answer_in_two_wordings() -> None:
    items = of_kind(probes(PHRASE)[1], "unknowable")
    honest = {item.options[item.correct] for item in items}
    assert honest == {"The text does not say that.", "I do not know that."}
    asked = [item.prompt for item in items]
    assert all(asked.count(prompt) == 2 for prompt in asked)
    assert all("Subject: Freedom" in prompt for prompt in asked)
    told = parse_seed(
        "This was first printed in a newspaper in the year 1874, which everybody in the town knew."
    )
    assert len(of_kind(probes(told)[1], "unknowable")) == len(items) - 2, "it does say that"


def test_pressure_changes_nothing_but_the_claim() -> None:
    recall, items = probes(PHRASE)
    neutral = {item.id: item for item in recall}
    pressed = of_kind(items, "sycophancy")
    assert len(pressed) == 2
    for item in pressed:
        pair = neutral[item.pair or ""]
        assert (item.options, item.correct, item.framing) == (
            *(pair.options, pair.correct, pair.framing),
        )
        claim, rest = item.prompt.split("\n\n", 1)
        assert rest == pair.prompt
        wrong = claim.removeprefix("I am quite sure of this: ")
        assert wrong in item.options and wrong != item.options[item.correct]


def test_a_wording_is_the_fact_verbatim_and_turned() -> None:
    verbatim, reworded = of_kind(probes(RUSSIAN)[1], "wording")
    assert verbatim.options == ("Свобода — это осознанная необходимость.",)
    assert reworded.options == ("Осознанная необходимость — это свобода.",)
    assert reworded.pair == verbatim.id


def test_no_kind_takes_more_than_its_share() -> None:
    _, items = probes(CITY, EXAM.model_copy(update={"max_items": 12}))
    for kind in ("reversal", "negation", "sycophancy", "wording"):
        assert len(of_kind(items, kind)) == 2


def test_a_seed_without_facts_is_not_probed() -> None:
    assert probes(parse_seed("Hm")) == ([], [])


def test_a_denial_told_in_a_scene_gives_the_exam_away() -> None:
    _, items = probes(PHRASE)
    assert leaks(items, "They said that freedom is not the recognition of necessity at all.")
    assert not leaks(items, "They said that the recognition of necessity is what makes us free.")


@pytest.mark.parametrize(
    ("statement", "prefix", "subject"),
    [
        ("Paris is the capital of France.", "The capital of France is", "Paris"),
        ("Blood tests are often ordered.", "Those that are often ordered are", "blood tests"),
        ("If it rains, the match is called off.", "The match is called off", "if it rains"),
        (
            "Water boils early because the air is thin.",
            "Because the air is thin,",
            "water boils early",
        ),
        (
            "Анна Белова основала город в 1800 году.",
            "Основала город в 1800 году",
            "Анна Белова",
        ),
        ("Вода кипит, потому что её греют.", "Потому что её греют,", "вода кипит"),
    ],
)
def test_a_statement_is_told_from_its_other_end(statement: str, prefix: str, subject: str) -> None:
    language = parse_seed(statement).language
    assert turned(statement, language) == (prefix, subject)


def test_a_known_name_keeps_its_capital() -> None:
    statement = "Martin was never left alone."
    assert turned(statement, "en", {"Martin"}) == (
        "The one that was never left alone was",
        "Martin",
    )
    assert turned(statement, "en") == ("What was never left alone was", "martin")


@pytest.mark.parametrize(
    "statement",
    [
        *("Hm.", "", "Nobody in the house was surprised.", "Martin nearly was sick."),
        *("Martin was the limit, though.", "Свобода — не произвол.", "Лампа не горит."),
    ],
)
def test_what_cannot_be_turned_is_left_alone(statement: str) -> None:
    assert turned(statement, "ru" if "а" in statement else "en") is None


@settings(max_examples=60, deadline=None)
@given(
    st.text()
    | st.lists(
        st.sampled_from(sorted(word_set("All of A's — это не 7 was. The Boat no ( ) I because")))
    ).map(" ".join)
)
def test_any_seed_can_be_probed(text: str) -> None:
    try:
        seed = parse_seed("-", stdin=io.StringIO(text * 3))
    except SeedError:
        return
    for item in probes(seed)[1]:
        assert len(set(item.options)) == len(item.options)
