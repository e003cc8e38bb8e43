"""A proposed lens is appended to a user's own file, which the catalogue then reads."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from distillnet.errors import ConfigError, UsageError
from distillnet.records import Lens, Text
from distillnet.tools.adoption import adopt
from distillnet.tools.axis import Proposed
from distillnet.tools.lenses import load_lenses, split_lenses
from tests.hostile.corpus import TEXTS


def lens(name: str = "who-pays", question: str = "Who pays for this in the end?") -> Lens:
    return Lens(
        name=name,
        title=Text(en="Who pays", ru="Кто платит"),
        family="proposed",
        question=Text(en=question, ru="Кто за это платит?"),
        origin="proposed by a model in this run",
        reveals="The bill.",
        form="letter",
        faithfulness="literal",
        tags=("value", "no"),
    )


def test_it_is_planned_like_any_other(tmp_path: Path) -> None:
    folder = tmp_path / "my" / "lenses"
    path = adopt(lens(), folder)
    assert path == folder / "adopted.yaml"
    lenses = load_lenses([folder])
    assert lenses["who-pays"] == lens().model_copy(update={"family": "adopted"})
    assert "who-pays" in {chosen.name for chosen in split_lenses(lenses, 12)[0]}
    assert "Кто платит" in path.read_text("utf-8")


def test_one_of_a_run_loses_its_weight(tmp_path: Path) -> None:
    adopt(Proposed.model_validate(dict(lens()) | {"weight": 0.5}), tmp_path)
    assert load_lenses([tmp_path])["who-pays"] == lens().model_copy(update={"family": "adopted"})


def test_the_second_comes_after_the_first_and_comments_stay(tmp_path: Path) -> None:
    path = adopt(lens(), tmp_path)
    path.write_text(path.read_text("utf-8") + "  # I like this one.", "utf-8")
    before = path.read_text("utf-8")
    adopt(lens("who-cleans-up"), tmp_path)
    assert path.read_text("utf-8").startswith(before)
    assert list(load_lenses([tmp_path]))[-2:] == ["who-pays", "who-cleans-up"]


@pytest.mark.parametrize("name", ["who-pays", "irony"])
def test_a_name_that_is_taken_changes_nothing(tmp_path: Path, name: str) -> None:
    path = adopt(lens(), tmp_path)
    before = path.read_bytes()
    with pytest.raises(UsageError, match=f"a lens '{name}' is there already: it was adopted"):
        adopt(lens(name, "Another question?"), tmp_path)
    assert path.read_bytes() == before


def test_a_name_in_another_file_of_the_folder_is_taken_too(tmp_path: Path) -> None:
    adopt(lens(), tmp_path).rename(tmp_path / "mine.yaml")
    with pytest.raises(UsageError, match="is there already"):
        adopt(lens(), tmp_path)
    assert not (tmp_path / "adopted.yaml").exists()


def test_what_cannot_be_loaded_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no form 'sonnet'"):
        adopt(lens().model_copy(update={"form": "sonnet"}), tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "content",
    ["# nothing\n", "- {name: a", "a: 1", "- a", "[" * 100_000, "- x: &a 1\n- *a\n"],
)
def test_a_file_that_takes_no_more_is_named_and_left(tmp_path: Path, content: str) -> None:
    path = tmp_path / "adopted.yaml"
    path.write_text(content, "utf-8")
    with pytest.raises(ConfigError, match=r"adopted\.yaml"):
        adopt(lens(), tmp_path)
    assert path.read_text("utf-8") == content and list(tmp_path.iterdir()) == [path]


def test_an_empty_list_is_begun(tmp_path: Path) -> None:
    (tmp_path / "adopted.yaml").write_text("[]\n", "utf-8")
    adopt(lens(), tmp_path)
    assert "who-pays" in load_lenses([tmp_path])


def test_a_file_in_place_of_the_folder_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "lenses").write_text("")
    with pytest.raises(UsageError, match="is a file: name a folder"):
        adopt(lens(), tmp_path / "lenses")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shelf")


@examples(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
        | st.sampled_from([text for name, text in TEXTS.items() if name != "surrogates"]),
        min_size=1,
        max_size=2,
    )
)
def test_any_text_is_read_back(shelf: Path, questions: list[str]) -> None:
    for place, question in enumerate(questions):
        adopt(lens(f"lens-{place}", question), shelf)
    found = load_lenses([shelf])
    for place, question in enumerate(questions):
        assert found[f"lens-{place}"].question.en == question
    (shelf / "adopted.yaml").unlink()
