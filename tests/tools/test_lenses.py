"""The catalogue as it is shipped, and folders that a user adds to it."""

import json
import re
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from distillnet.errors import ConfigError, UnknownName, UsageError
from distillnet.memory.embed import open_embedder
from distillnet.records import Faithfulness, Language, Lens
from distillnet.tools.lenses import FAMILIES, STUDY, load_forms, load_lenses, split_lenses
from distillnet.tools.text import language_share

CATALOGUE = load_lenses()
FORMS = load_forms()
LANGUAGES: tuple[Language, ...] = get_args(Language)
# The closest pairs of the catalogue have cosine 0.64 in English and 0.59 in Russian.
TOO_ALIKE = 0.7
MINE = {
    "name": "smell",
    "title": {"en": "Smell", "ru": "Запах"},
    "question": {"en": "What does this smell of?", "ru": "Чем это пахнет?"},
    "origin": "Every dog",
    "reveals": "What was here an hour ago.",
    "form": "field-notes",
    "faithfulness": "figurative",
    "tags": ["sense", "body"],
}


def write(folder: Path, name: str, entries: object) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(json.dumps(entries, ensure_ascii=False), encoding="utf-8")
    return file


def test_five_families_of_twenty_lenses_and_more() -> None:
    assert len(CATALOGUE) >= 100
    for family in FAMILIES:
        assert sum(lens.family == family for lens in CATALOGUE.values()) >= 20, family
    assert {lens.family for lens in CATALOGUE.values()} == set(FAMILIES)


@pytest.mark.parametrize("lens", CATALOGUE.values(), ids=list(CATALOGUE))
def test_every_lens_is_complete(lens: Lens) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", lens.name)
    assert lens.origin.strip() and lens.reveals.strip()
    assert lens.form in FORMS
    assert lens.faithfulness in get_args(Faithfulness)
    assert 2 <= len(lens.tags) <= 3
    for text in (lens.title, lens.question):
        assert text.en.strip() and language_share(text.en, "en") > 0.9
        assert text.ru.strip() and language_share(text.ru, "ru") > 0.9
    for language in LANGUAGES:
        assert lens.question.in_(language).rstrip()[-1] in ".?!", "one whole sentence"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_question_is_asked_twice(language: Language) -> None:
    questions = [lens.question.in_(language) for lens in CATALOGUE.values()]
    titles = [lens.title.in_(language) for lens in CATALOGUE.values()]
    assert len(set(questions)) == len(questions)
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_questions_mean_nearly_the_same(language: Language) -> None:
    names = list(CATALOGUE)
    vectors = open_embedder("use")([lens.question.in_(language) for lens in CATALOGUE.values()])
    cosines = np.triu(vectors @ vectors.T, k=1)
    close = [(names[i], names[j], cosines[i, j]) for i, j in np.argwhere(cosines > TOO_ALIKE)]
    assert close == []


def test_every_form_is_used_and_speaks_both_languages() -> None:
    assert {lens.form for lens in CATALOGUE.values()} == set(FORMS)
    for form in FORMS.values():
        assert language_share(form.instruction.en, "en") == 1.0
        assert language_share(form.instruction.ru, "ru") == 1.0


def test_a_hundred_lenses_can_be_planned_and_others_are_held_out() -> None:
    planned, held_out = split_lenses(CATALOGUE, 100)
    assert len(planned) == len({lens.name for lens in planned}) == 100
    assert {lens.family for lens in held_out} == set(FAMILIES)
    assert not {lens.name for lens in planned} & {lens.name for lens in held_out}


@pytest.mark.parametrize("count", range(1, 101, 9))
def test_the_planned_are_spread_over_families_and_none_is_held_out(count: int) -> None:
    planned, held_out = split_lenses(CATALOGUE, count)
    assert len({lens.name for lens in planned}) == count
    assert held_out == split_lenses(CATALOGUE, 1)[1]
    assert not {lens.name for lens in planned} & {lens.name for lens in held_out}
    by_family = [sum(lens.family == family for lens in planned) for family in FAMILIES]
    assert max(by_family) - min(by_family) <= 1


def test_more_lenses_than_there_are_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="101 lenses asked for, but 100 can be planned"):
        split_lenses(CATALOGUE, 101)


def test_named_lenses_are_planned_in_their_order_and_no_others() -> None:
    planned, held_out = split_lenses(CATALOGUE, 32, ("koan", "irony", "koan"))
    assert [lens.name for lens in planned] == ["koan", "irony"]
    assert held_out == split_lenses(CATALOGUE, 32)[1]
    with pytest.raises(UnknownName, match="Did you mean 'irony'"):
        split_lenses(CATALOGUE, 32, ("irnoy",))
    with pytest.raises(UsageError, match="kept for the exam"):
        split_lenses(CATALOGUE, 32, (held_out[0].name,))


def test_the_study_lenses_are_complete_and_no_part_of_the_catalogue() -> None:
    lenses = load_lenses([STUDY])
    added = [lens for name, lens in lenses.items() if name not in CATALOGUE]
    assert len(added) == 8 and {lens.family for lens in added} == {"study"}
    for lens in added:
        assert language_share(lens.question.ru, "ru") > 0.9 > language_share(lens.question.en, "ru")


def test_a_users_folder_adds_a_family_that_is_planned(tmp_path: Path) -> None:
    write(tmp_path, "senses.yaml", [MINE])
    lenses = load_lenses([tmp_path])
    assert len(lenses) == len(CATALOGUE) + 1
    assert lenses["smell"].family == "senses"
    assert lenses["smell"].question.ru == "Чем это пахнет?"
    planned, held_out = split_lenses(lenses, 12)
    assert "smell" in {lens.name for lens in planned}
    assert held_out == split_lenses(CATALOGUE, 12)[1]
    assert len(split_lenses(lenses, 101)[0]) == 101


def test_a_lens_added_to_a_built_in_family_leaves_the_exam_as_it_was(tmp_path: Path) -> None:
    write(tmp_path, "logical.yaml", [MINE])
    planned, held_out = split_lenses(load_lenses([tmp_path]), 101)
    assert held_out == split_lenses(CATALOGUE, 100)[1]
    assert "smell" in {lens.name for lens in planned}


@pytest.mark.parametrize(
    ("entries", "named"),
    [
        ([MINE, MINE], "lens 'smell'"),
        ([MINE | {"name": "syllogism"}], "lens 'syllogism'"),
        ([MINE | {"form": "sonnet"}], "no form 'sonnet'"),
        ([MINE | {"faithfulness": "true"}], "faithfulness"),
        ([MINE | {"question": {"en": "Only English?"}}], "question.ru"),
        ([MINE | {"mood": "dark"}], "mood"),
        ([{"name": "bare"}], "lens 'bare'"),
        ([MINE, "smell"], "list of lenses"),
        (MINE, "list of lenses"),
        (None, "list of lenses"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, entries: object, named: str) -> None:
    file = write(tmp_path, "senses.yaml", entries)
    with pytest.raises(ConfigError, match=re.escape(named)) as raised:
        load_lenses([tmp_path])
    assert str(file) in str(raised.value)


@pytest.mark.parametrize(
    "content", [b"- name: [", b"\xff\xfe\x00", b"!!python/object:os.system {}"]
)
def test_a_file_that_is_no_plain_yaml_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "senses.yaml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=re.escape(str(file))):
        load_lenses([tmp_path])


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no lens folder"):
        load_lenses([tmp_path / "none"])
