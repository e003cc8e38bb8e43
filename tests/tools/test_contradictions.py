from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from distillnet.records import Language
from distillnet.tools.contradictions import contradiction
from distillnet.tools.denials import adds_not, denies, negations
from distillnet.tools.text import detect_language

LABELLED: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parents[2] / "benchmarks/facts.yaml").read_text("utf-8")
)
ENTRIES = [entry for part in LABELLED.values() for entry in part]
BRIDGE = "Nadia Orlova designed the bridge at Tarn in 1911."
FALSE = (
    "Nadia Orlova designed the bridge at Tarn in 1926.",
    "Emil Brandt designed the bridge at Tarn in 1911.",
    "Nadia Orlova did not design the bridge at Tarn in 1911.",
)


def judged(text: str, statement: str = BRIDGE, false: Sequence[str] = FALSE) -> str | None:
    return contradiction(text, statement, false, detect_language(statement))


@pytest.mark.parametrize(
    "text",
    [
        "Nadia Orlova designed the bridge at Tarn in 1926.",
        "The bridge at Tarn was designed in 1911 by Emil Brandt.",
        "Nadia Orlova did not design the bridge at Tarn.",
        "Orlova never designed the bridge at Tarn, as the letters show.",
        "It is not true that Nadia Orlova designed the bridge at Tarn in 1911.",
    ],
)
def test_a_contradiction_is_found_and_named(text: str) -> None:
    assert judged(f"The town is old. {text} Nobody swims there.") == text


@pytest.mark.parametrize(
    "text",
    [
        BRIDGE,
        "Nadia Orlova designed the bridge at Tarn in 1911 and repaired it in 1926.",
        "Nadia Orlova, whom Emil Brandt taught, designed the bridge at Tarn in 1911.",
        "Nadia Orlova did not design the bridge at Tarn for money.",
        "Nadia Orlova did not design the bridge at Tarn alone.",
        "Nadia Orlova did not design the bridge at Tarn in 1926 but in 1911.",
        "Nadia Orlova did not only design the bridge at Tarn, she built it.",
        "No one denies that Nadia Orlova designed the bridge at Tarn.",
        "Did Nadia Orlova not design the bridge at Tarn?",
        "If Nadia Orlova did not design the bridge at Tarn, who did?",
        "Some say that Nadia Orlova did not design the bridge at Tarn.",
        "Nadia Orlova did not design the bridge at Tarn. But that was a rumour.",
        "Emil Brandt designed the mill at Tarn in 1911.",
        "In another version Emil Brandt designed the bridge at Tarn in 1911.",
    ],
)
def test_a_faithful_or_open_sentence_is_no_contradiction(text: str) -> None:
    assert judged(text) is None


def test_roles_exchanged_count_only_nearly_word_for_word() -> None:
    statement = "Freedom is the recognition of necessity."
    false = ["Necessity is the recognition of freedom."]
    assert judged("In the end, necessity is the recognition of freedom.", statement, false)
    assert not judged("The recognition of necessity is freedom.", statement, false)
    assert not judged("Necessity, once recognised, is freedom.", statement, false)


def test_a_statement_with_a_not_is_contradicted_by_its_affirmation() -> None:
    statement, false = "The lake is not deep.", ["The lake is deep."]
    assert judged("The lake is deep.", statement, false)
    assert not judged("The lake is not deep.", statement, false)


def test_words_of_the_subject_are_no_sign_of_reporting() -> None:
    statement = "Belief is the mother of action."
    assert judged("Belief is not the mother of action.", statement, [])


def test_an_opposite_counts_where_the_variant_has_it() -> None:
    statement = "Water boils at a lower temperature where the pressure is lower."
    false = ["Water boils at a higher temperature where the pressure is lower."]
    assert judged(
        "Where the pressure is lower, water boils at a higher temperature.", statement, false
    )
    assert not judged(
        "Where the pressure is higher, water boils at a higher temperature.", statement, false
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Озеро зимой не замерзает до дна.", True),
        ("Неверно, что озеро зимой замерзает до дна.", True),
        ("Озеро зимой не всегда замерзает до дна.", False),
        ("Озеро зимой замерзает не только до дна.", False),
        ("Если озеро зимой не замерзает до дна, рыба живёт.", False),
    ],
)
def test_russian_denials(text: str, expected: bool) -> None:
    assert denies(text, "Озеро зимой замерзает до дна.", "ru") or not expected
    assert (judged(text, "Озеро зимой замерзает до дна.", []) is not None) == expected


SHIP = "The Aurora sank in 1912 after it struck a reef."


@pytest.mark.parametrize(
    ("text", "statement", "expected"),
    [
        # Irregular verbs, and a denial that leaves the details out.
        ("The Aurora did not sink in 1912 after it struck a reef.", SHIP, True),
        ("The Aurora never sank.", SHIP, True),
        ("Nobody stole it: Ann Lee did not steal the crown.", "Ann Lee stole the crown.", False),
        ("Ann Lee did not steal the crown.", "Ann Lee stole the crown in 1671.", True),
        ("The lake did not freeze in the winter.", "The lake froze in the winter of 1709.", True),
        ("Isabel Crane did not build the mill.", "The mill was built by Isabel Crane.", True),
        ("Лукин не основал музей.", "Андрей Лукин основал музей в Якутске в 1912 году.", True),
        # What is denied is a cause, a time or a manner.
        ("The Aurora did not sink because of a storm.", SHIP, False),
        ("The Aurora did not sink at once.", SHIP, False),
        ("In 1911 the Aurora did not sink.", SHIP, False),
        ("Water does not boil below 100 degrees.", "Water boils at 100 degrees.", False),
        ("Лукин не сразу основал музей.", "Андрей Лукин основал музей в Якутске.", False),
    ],
)
def test_denials_of_what_happened(text: str, statement: str, expected: bool) -> None:
    assert (judged(text, statement, []) is not None) == expected


def test_negations_are_counted_in_both_languages() -> None:
    assert negations("It isn't true that nobody cannot swim.") == 3
    assert negations("Никто не спал без снов.") == 3
    assert negations("By no means.") == 1


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["statement"])
def test_a_statement_does_not_contradict_itself_and_each_variant_does(
    entry: dict[str, Any],
) -> None:
    statement, variants = entry["statement"], entry["variants"]
    assert judged(statement, statement, variants) is None
    # Of two negations too little is known: "not a debt that nobody counts".
    for variant in (v for v in variants if not negations(statement) or not adds_not(v, statement)):
        assert judged(variant, statement, variants) == variant


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=300), st.text(max_size=80), st.lists(st.text(max_size=80), max_size=3),
    st.sampled_from(["en", "ru"]),
)  # fmt: skip
def test_any_text_is_judged(
    text: str, statement: str, false: list[str], language: Language
) -> None:
    found = contradiction(text, statement, false, language)
    assert found is None or found.strip()


@pytest.mark.parametrize("piece", ["not ", "a, ", "Orlova bridge Tarn ", "ly", "but ", "не "])
def test_long_rows_are_no_trap(piece: str) -> None:
    row = piece * (50_000 // len(piece))
    judged(row)
    judged(BRIDGE, row, [row, BRIDGE])
