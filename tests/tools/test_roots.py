import pytest
from hypothesis import given
from hypothesis import strategies as st

from distillnet.records import Language
from distillnet.tools.content_units import covered, units
from distillnet.tools.roots import content_roots, root


@pytest.mark.parametrize(
    ("language", "family"),
    [
        ("en", "recognition recognise recognized recognizing recognises"),
        ("en", "necessity necessary necessities"),
        ("en", "freedom free freely liberty"),
        ("en", "observatory observe observed"),
        ("en", "write wrote written writer"),
        ("en", "courage courageous"),
        ("ru", "свобода свободен свободный свободой"),
        ("ru", "необходимость необходимого необходимо"),
        ("ru", "осознанная осознав осознал осознать осознание"),
        ("ru", "основал основан основанный основатель"),
        ("ru", "давление давления давлением"),
    ],
)
def test_words_of_one_family_share_a_root(language: Language, family: str) -> None:
    assert len({root(word, language) for word in family.split()}) == 1


@pytest.mark.parametrize(
    ("language", "word", "other"),
    [
        ("en", "freedom", "slavery"),
        ("en", "higher", "lower"),
        ("en", "possible", "impossible"),
        ("en", "conscious", "unconscious"),
        ("en", "1887", "1892"),
        ("ru", "чётное", "нечётное"),
        ("ru", "знание", "незнание"),
        ("ru", "гора", "город"),
        ("ru", "ниже", "выше"),
    ],
)
def test_opposites_and_strangers_do_not(language: Language, word: str, other: str) -> None:
    assert root(word, language) != root(other, language)


def test_a_name_is_one_unit_and_weighs_more() -> None:
    assert units("the composer Ilmari Saarinen", "en") == (
        (frozenset({"ilmari", "saarin"}), 2.0),
        (frozenset({"compos"}), 1.0),
    )


def test_part_of_a_name_stands_for_it() -> None:
    wanted = units("the composer Ilmari Saarinen", "en")
    assert covered(content_roots("Saarinen laughed.", "en"), wanted) == pytest.approx(2 / 3)
    assert covered(content_roots("A composer laughed.", "en"), wanted) == pytest.approx(1 / 3)
    assert covered((), ()) == 1


@given(st.text(max_size=60), st.sampled_from(["en", "ru"]))
def test_no_word_is_too_strange(word: str, language: Language) -> None:
    assert len(root(word, language)) <= 40
