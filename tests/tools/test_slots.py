import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distillnet.records import Language
from distillnet.tools.contradictions import contradiction
from distillnet.tools.slots import suggested
from distillnet.tools.text import detect_language

SHIP = "The Aurora sank in 1912 after it struck a reef."
MILL = "The mill at Tarn was opened in 1884 by Queen Victoria."
MUSEUM = "Андрей Лукин основал музей в Якутске в 1912 году."
CAPITAL = "Paris is the capital of France."
CROWD = "The Aurora carried 2,965 people and three cats."


@pytest.mark.parametrize(
    ("said", "statement"),
    [
        ("The Aurora sank in 1913 after it struck a reef.", SHIP),
        ("In 1913, the Aurora sank after striking a reef.", SHIP),
        # Not in all details, but told.
        ("The Aurora struck a reef and sank in 1913.", f"{SHIP[:-1]} near the southern isles."),
        ("The Olympia sank in 1912 after it struck a reef.", SHIP),
        ("The mill at Tarn was opened in 1884 by Queen Anne.", MILL),
        ("The mill at Tarn was opened by Queen Victoria in 1885.", MILL),
        ("The mill at Lund was opened in 1884 by Queen Victoria.", MILL),
        ("Walter Dunn built the mill at Tarn.", "The mill at Tarn was built by Isabel Crane."),
        ("The mill was built by Walter Dunn.", "Isabel Crane built the mill."),
        ("Lyon is the capital of France.", CAPITAL),
        ("The capital of France is Lyon.", CAPITAL),
        ("The Aurora carried 3,120 people and three cats.", CROWD),
        ("The Aurora carried 2,965 people and four cats.", CROWD),
        ("Музей в Якутске Андрей Лукин основал в 1913 году.", MUSEUM),
        ("Андрей Лукин основал музей в Томске в 1912 году.", MUSEUM),
    ],
)
def test_another_number_or_name_in_the_slot_is_a_contradiction(said: str, statement: str) -> None:
    language = detect_language(statement)
    assert contradiction(said, statement, (), language) == said


@pytest.mark.parametrize(
    ("said", "statement"),
    [
        # Beside the right one, or of another thing.
        ("The Aurora sank in 1912 after it struck a reef, and was raised in 1913.", SHIP),
        ("The Aurora, built in 1909, sank after it struck a reef.", SHIP),
        ("The Aurora struck a reef and sank, and divers found her hull and bell in 1913.", SHIP),
        ("The Aurora sank after it struck a reef, and in 1913 a light was built.", SHIP),
        ("In 1913, a year after the Aurora sank, having struck a reef, nobody swam.", SHIP),
        ("The mill at Tarn was opened in 1884 by Queen Victoria for Queen Anne.", MILL),
        ("Андрей Лукин, родившийся в 1870 году, основал музей в Якутске.", MUSEUM),
        ("Madrid is the capital of Spain.", CAPITAL),
        # Said roughly, in part, in another unit or under another form of the name.
        ("The Aurora sank in about 1910 after it struck a reef.", SHIP),
        ("The Aurora carried some 3,000 people and three cats.", CROWD),
        ("The Aurora carried 3,000 people and three cats.", CROWD),
        ("The Aurora carried 2965 people and 3 cats.", CROWD),
        ("The mill at Tarn was opened in 1884 by Victoria.", MILL),
        ("Water boils at 212 degrees Fahrenheit.", "Water boils at 100 degrees."),
        ("It flew for the UFO.", "It flew for the Union of Flying Owls."),
        # Not in the text's own voice.
        ("Did the Aurora sink in 1913 after it struck a reef?", SHIP),
        ("If the Aurora sank in 1913 after it struck a reef, who lit the lamp?", SHIP),
        ("A guide says that the Aurora sank in 1913 after it struck a reef.", SHIP),
    ],
)
def test_other_numbers_and_names_are_none(said: str, statement: str) -> None:
    assert contradiction(said, statement, (), detect_language(statement)) is None


def test_what_is_suggested_is_the_statement_with_one_thing_exchanged() -> None:
    assert list(suggested("The Aurora sank in 1913.", SHIP, "en")) == [SHIP.replace("1912", "1913")]
    assert list(suggested(SHIP, SHIP, "en")) == []
    march = "The Aurora sank in March."
    assert list(suggested(march, "The Aurora sank in June.", "en")) == [march]


def test_the_number_of_a_list_is_none() -> None:
    assert list(suggested("2. The Aurora sank.", SHIP, "en")) == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.text(max_size=80), st.sampled_from(["en", "ru"]))
def test_any_text_suggests_something_or_nothing(
    said: str, statement: str, language: Language
) -> None:
    assert all(isinstance(variant, str) for variant in suggested(said, statement, language))


@pytest.mark.parametrize("piece", ["1,000 ", "Ann Lee ", "in 1913, ", "about ", "В 1913 году "])
def test_long_rows_are_no_trap(piece: str) -> None:
    list(suggested(piece * (1_000 // len(piece)), MILL, "en"))
    contradiction(piece * (20_000 // len(piece)), MILL, (), "en")
    contradiction(MILL, piece * (20_000 // len(piece)), (), "en")
