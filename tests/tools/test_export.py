"""Files are read back by other readers than the ones that wrote them: json and PyYAML."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from distillnet.errors import DistillNetError
from distillnet.records import Faithfulness, Language, Scene, SelfTest
from distillnet.tools.export import (
    dataset_rows,
    read_jsonl,
    write_json,
    write_jsonl,
    write_text,
    write_yaml,
)

AWKWARD = [
    "0o14", "08", "1e3", "+12e03", "0x1F", "1.5e3", ".5", "12:30:45", "2024-01-01", "no", "Yes",
    "null", "~", "", " ", "=", "<<", "- a\n- b", "a: b\nc: d", "# c", "| x", "---\na", "...\nb",
    "%a\nb", "'\"", "a\u2028b\u2029c", "\x85", "x\n\ny", "one \ntwo", "\ttab\nx", " lead\nx",
    "x\n y\n", "a\r\nb", "\ufeffbom", "\U0001f600", "не\u00a0так", "long line " * 300,
]  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
VALUES = TEXTS | st.sampled_from(AWKWARD) | st.integers() | st.booleans() | st.none()
ROWS = st.dictionaries(TEXTS, VALUES | st.lists(VALUES, max_size=3), max_size=4)
quickly = examples(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("export")


def scene(text: str) -> Scene:
    return Scene(
        id="0123456789012e45",
        seed="s",
        lens="irony",
        family="rhetorical",
        role="child",
        form="letter",
        faithfulness="fictional",
        depth=0,
        parent=None,
        passage=0,
        language="en",
        text=text,
        self_test=SelfTest(question="What does it say?", answer="That it is so."),
        tags=("doubt",),
        model="embedded",
        prompt_hash="h",
        round=1,
        attempt=0,
        verdict="accepted",
        nearest=None,
        gates={"echo": 0.1},
    )


@quickly
@given(rows=st.lists(ROWS, max_size=4))
def test_any_texts_come_back_from_jsonl(folder: Path, rows: list[dict[str, Any]]) -> None:
    path = folder / "rows.jsonl"
    write_jsonl(path, rows)
    assert read_jsonl(path) == rows
    assert [json.loads(line) for line in path.read_bytes().split(b"\n") if line] == rows


@quickly
@given(value=ROWS)
def test_any_texts_come_back_from_json_and_yaml(folder: Path, value: dict[str, Any]) -> None:
    write_json(folder / "value.json", value)
    write_yaml(folder / "value.yaml", value)
    assert json.loads((folder / "value.json").read_bytes()) == value
    # The pure Python reader; the writer checks itself with the one in C where there is one.
    assert yaml.safe_load((folder / "value.yaml").read_bytes()) == value


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_texts_come_back_as_values_and_as_keys(tmp_path: Path, text: str) -> None:
    value = {text: [text, {"nested": text}]}
    write_yaml(tmp_path / "a.yaml", value)
    write_jsonl(tmp_path / "a.jsonl", [value])
    assert yaml.safe_load((tmp_path / "a.yaml").read_bytes()) == value
    assert read_jsonl(tmp_path / "a.jsonl") == [value]


@pytest.mark.parametrize(
    ("text", "stored"),
    [("\ud800", "\ufffd"), ("a\udfffb", "a\ufffdb"), ("\ud83d\ude00", "\U0001f600")],
)
@pytest.mark.parametrize("write", [write_json, write_yaml])
def test_lone_surrogates_are_replaced(
    tmp_path: Path, write: Callable[[Path, Any], None], text: str, stored: str
) -> None:
    write(tmp_path / "a", {text: [text]})
    assert yaml.safe_load((tmp_path / "a").read_bytes()) == {stored: [stored]}
    write_jsonl(tmp_path / "a.jsonl", [{"text": text}])
    assert read_jsonl(tmp_path / "a.jsonl") == [{"text": stored}]


@pytest.mark.parametrize("text", ["0o14", "08", "1e3", "1.5e3", "0123456789012e45", "no", "null"])
def test_yaml_quotes_what_any_reader_might_take_for_no_text(tmp_path: Path, text: str) -> None:
    write_yaml(tmp_path / "a.yaml", [text])
    assert (tmp_path / "a.yaml").read_text() in (f'- "{text}"\n', f"- '{text}'\n")


def test_yaml_is_for_people(tmp_path: Path) -> None:
    write_yaml(tmp_path / "a.yaml", {"z": "Свобода\nи необходимость", "a": "да"})
    text = (tmp_path / "a.yaml").read_text(encoding="utf-8")
    assert text == "z: |-\n  Свобода\n  и необходимость\na: да\n"


@pytest.mark.parametrize("write", [write_json, lambda path, value: write_jsonl(path, [value])])
def test_a_write_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, write: Callable[[Path, Any], None]
) -> None:
    path = tmp_path / "value"
    write(path, {"share": 0.5})
    before = path.read_bytes()
    with pytest.raises(ValueError):
        write(path, {"share": float("nan")})
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["value"]


def test_what_would_not_read_back_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DistillNetError, match="does not read back"):
        write_json(tmp_path / "a.json", {1: "a number is no JSON key"})


def test_text_has_unix_line_ends_and_its_folder_is_made(tmp_path: Path) -> None:
    write_text(tmp_path / "new" / "a.txt", "one\ntwo\n")
    assert (tmp_path / "new" / "a.txt").read_bytes() == b"one\ntwo\n"


def test_a_data_set_row_asks_the_self_test_and_answers_with_the_prose() -> None:
    (row,) = dataset_rows([scene("It is so, says the child.")])
    assert row.pop("messages") == [
        {"role": "user", "content": "What does it say?"},
        {"role": "assistant", "content": "It is so, says the child."},
    ]
    assert row == {
        "id": "0123456789012e45",
        "lens": "irony",
        "family": "rhetorical",
        "role": "child",
        "faithfulness": "fictional",
        "depth": 0,
        "contradicts": [],
        "model": "embedded",
    }


def of_each_kind(language: Language) -> list[Scene]:
    """A literal, a figurative and a fictional scene, then a figurative one against two facts."""
    kinds: list[tuple[Faithfulness, tuple[int, ...]]] = [
        ("literal", ()),
        ("figurative", ()),
        ("fictional", ()),
        ("figurative", (0, 3)),
    ]
    return [
        scene("It is so.").model_copy(
            update={
                "id": str(number),
                "faithfulness": faithfulness,
                "contradicts": facts,
                "language": language,
            }
        )
        for number, (faithfulness, facts) in enumerate(kinds)
    ]


def test_fiction_is_left_out_with_all_that_contradicts_a_fact() -> None:
    rows = dataset_rows(of_each_kind("en"), "leave-out")
    assert [row["id"] for row in rows] == ["0", "1"]
    assert [row["contradicts"] for row in dataset_rows(of_each_kind("en"))] == [[], [], [], [0, 3]]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["figurative", "fictional", "figurative", "what is not so"]),
        ("ru", ["Иносказание", "Вымысел", "Иносказание", "чего нет"]),
    ],
)
def test_a_prefix_says_what_may_be_untrue(language: Language, words: list[str]) -> None:
    literal, *others = dataset_rows(of_each_kind(language), "prefix")
    assert literal["messages"][0]["content"] == "What does it say?"
    for row, word in zip(others, words, strict=False):
        line, question = row["messages"][0]["content"].split("\n")
        assert question == "What does it say?"
        assert word in line and words[-1] in line
        assert row["messages"][1]["content"] == "It is so."


def test_a_format_changes_the_conversation_and_nothing_beside_it() -> None:
    (plain,) = dataset_rows([scene("It is so.")])
    del plain["messages"]
    (row,) = dataset_rows([scene("It is so.")], "prefix", "alpaca")
    assert row.pop("instruction").startswith("(A fictional reading")
    assert (row.pop("input"), row.pop("output")) == ("", "It is so.")
    assert row == plain
