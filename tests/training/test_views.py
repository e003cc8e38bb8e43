import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distillnet.errors import ConfigError, UnknownName, UsageError
from distillnet.training.arms import (
    CONTEXT,
    document_arms,
    longest_reading,
    mixed,
    split_documents,
    without_groups,
)
from distillnet.training.views import Document, Probe, Question, document_items, load_documents

LAMP = {
    "title": "The lamp",
    "passage": "The lamp of Orvel burns blue at noon.",
    "views": {"rewrite": ["At noon the lamp is blue.", " "], "list": ["- lamp: blue"]},
    "questions": [{"question": "What burns at noon?", "answer": "the lamp"}],
    "licence": "unknown keys are left alone",
}
WELL = {
    "passage": "The well of Tarn is forty fathoms deep.",
    "paraphrases": ["Forty fathoms deep is the well.", "Tarn's well goes down forty fathoms."],
    "probes": [
        {"prompt": "The well of Tarn is deep: ", "target": "forty fathoms", "depth": "mem"},
        {"prompt": "The well stands in", "target": "Tarn", "depth": "mem"},
    ],
}
PLAIN = {"passage": "Nobody tells this one again."}


def write(path: Path, *rows: Any) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n", "utf-8")
    return path


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    lamp, well, plain = load_documents(write(tmp_path / "views.jsonl", LAMP, WELL, PLAIN))
    assert lamp.styles == {"rewrite": ("At noon the lamp is blue.",), "list": ("- lamp: blue",)}
    assert well.styles == {"paraphrases": tuple(WELL["paraphrases"])}
    assert plain.styles == {}
    assert lamp.asked == [("question", "Question: What burns at noon?\nAnswer:", "the lamp")]
    assert well.asked[0] == ("mem", "The well of Tarn is deep:", "forty fathoms")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "not a JSON object"),
        ("[1]", "a line holds passage"),
        ('{"title": "no passage"}', "passage: Field required"),
        ('{"passage": "x", "views": {"rewrite": "one text"}}', "views.rewrite"),
        ('{"passage": "x", "views": {"copies": ["c"]}}', "'copies' is the name of an arm"),
        ('{"passage": "x", "probes": [{"prompt": "p", "target": ""}]}', "probes.0.target"),
        ('{"passage": " \\n "}', "passage: it is blank"),
        (
            '{"passage": "x", "questions": [{"question": "q", "answer": " "}]}',
            "answer: it is blank",
        ),
        ("[" * 100_000, "not a JSON object"),
    ],
)
def test_a_wrong_line_is_named(line: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "views.jsonl"
    path.write_text(f"{json.dumps(LAMP)}\n{line}\n", "utf-8")
    with pytest.raises(ConfigError, match="line 2") as raised:
        load_documents(path)
    assert says in str(raised.value)


def test_a_file_that_is_not_there_or_empty_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file"):
        load_documents(tmp_path / "none.jsonl")
    with pytest.raises(ConfigError, match="nothing to race"):
        load_documents(write(tmp_path / "empty.jsonl"))


WORD = st.text(alphabet="abcdefgh", min_size=1, max_size=6)


@given(st.lists(st.tuples(WORD, WORD, st.sampled_from(["mem", "gen"])), min_size=1, max_size=12))
def test_every_item_has_its_right_ending_once_and_no_part_of_it(
    probes: list[tuple[str, str, str]],
) -> None:
    documents = [
        Document(passage="x", probes=(Probe(prompt=f"{n} {p}", target=t, depth=d),))
        for n, (p, t, d) in enumerate(probes)
    ]
    items = document_items(documents)
    assert len({item.id for item in items}) == len(items)
    assert items == document_items(documents)
    for item in items:
        (probe,) = documents[item.fact].probes
        assert item.options[item.correct] == probe.target
        assert item.prefix == probe.prompt and item.prompt == ""
        for place, option in enumerate(item.options):
            if place != item.correct:
                assert option not in probe.target and probe.target not in option
                assert any(option == t and d == probe.depth for _, t, d in probes)


def test_wrong_endings_are_of_the_same_document_where_it_has_some() -> None:
    documents = [
        Document(
            passage="x",
            questions=tuple(
                Question(question=f"q{n}{i}", answer=f"{a}{n}") for i, a in enumerate("abcd")
            ),
        )
        for n in range(3)
    ]
    for item in document_items(documents):
        assert set(item.options) == {f"{a}{item.fact}" for a in "abcd"}


def documents() -> list[Document]:
    return [Document.model_validate(row) for row in (LAMP, WELL, PLAIN)]


def test_paraphrases_may_stand_among_the_views_too() -> None:
    document = Document(passage="x", views={"paraphrases": ("a",)}, paraphrases=("b",))
    assert document.styles == {"paraphrases": ("a", "b")}


def test_each_arm_teaches_what_its_name_says() -> None:
    racing, others, _ = split_documents(documents(), None, ["lenses", "placebo"])
    assert [d.passage for d in racing] == [LAMP["passage"], WELL["passage"]]
    names = ("copies", "rewrite", "paraphrases", "lenses", "mixed", "one", "placebo", "context")
    arms = document_arms(names, racing, others)
    texts = {name: [row["text"] for row in rows] for name, rows in arms.items()}
    assert texts["copies"] == [f"The lamp\n\n{LAMP['passage']}", WELL["passage"]]
    assert texts["rewrite"] == ["The lamp\n\nAt noon the lamp is blue."]
    assert texts["paraphrases"] == WELL["paraphrases"]
    assert len(texts["lenses"]) == 4 and len(texts["one"]) == 2
    assert set(texts["mixed"]) == {*texts["copies"], *texts["lenses"]}
    assert texts["placebo"] == [PLAIN["passage"]]
    assert texts[CONTEXT] == []


_TEXTS = st.lists(st.text(min_size=1, max_size=60), max_size=12)


@given(_TEXTS, _TEXTS)
def test_copies_and_tellings_are_mixed_half_and_half(copies: list[str], told: list[str]) -> None:
    rows = [[{"text": text} for text in texts] for texts in (copies, told)]
    found = mixed(*rows)
    assert bool(found) == bool(copies and told)
    if found:
        times = [len([row for row in found if any(row is own for own in part)]) for part in rows]
        once = [len(part) for part in rows]
        assert all(n % k == 0 for n, k in zip(times, once, strict=True))
        long = [
            n // k * sum(map(len, texts))
            for n, k, texts in zip(times, once, (copies, told), strict=True)
        ]
        assert max(long) <= 1.5 * min(long)


def test_a_race_is_as_long_as_a_reading_of_its_longest_arm_and_half_of_mixed() -> None:
    arms = {"copies": 12.0, "lenses": 400.0, "mixed": 880.0, "placebo": 9_000.0, "context": 0.0}
    assert longest_reading(arms) == 400
    assert longest_reading({name: arms[name] for name in ("copies", "mixed")}) == 440
    assert longest_reading({name: arms[name] for name in ("placebo", "context")}) == 0


def test_a_placebo_is_kept_back_where_all_documents_have_views() -> None:
    told = [Document(passage=str(n), paraphrases=("p",)) for n in range(8)]
    racing, others, _ = split_documents(told, None, ["placebo"])
    assert (len(racing), len(others)) == (6, 2)
    assert len(split_documents(told, None, ["copies"]).racing) == 8
    assert len(split_documents(told, 3, ["placebo"]).others) == 5
    with pytest.raises(UsageError, match="second document"):
        split_documents(told[:1], None, ["placebo"])
    with pytest.raises(UsageError, match="has views"):
        split_documents([Document(passage="x")], None, ["copies"])


def test_only_documents_with_all_racing_styles_race() -> None:
    """A style is not examined on a document that it never told."""
    told = [
        Document(passage="a", views={"rewrite": ("r",), "list": ("l",)}),
        Document(passage="b", views={"list": ("l",)}),
        Document(passage="c", views={"rewrite": ("r",), "list": (" ",)}),
        Document(passage="d", views={"rewrite": ("r",), "list": ("l",)}),
        Document(passage="e"),
    ]

    def racing(*names: str, count: int | None = None) -> tuple[str, int]:
        split = split_documents(told, count, names)
        assert [d for d in told if d not in split.others] == split.racing
        return "".join(d.passage for d in split.racing), split.left_out

    assert racing("copies", "rewrite", "list", "placebo") == ("ad", 2)
    assert racing("copies", "rewrite", "list", count=1) == ("a", 2)
    assert racing("copies", "list", "context") == ("abd", 1)
    assert racing("copies", "lenses", "one") == ("abcd", 0)
    with pytest.raises(UsageError, match=r"all styles that should race \(list, rewrite\)"):
        split_documents(told[1:3], None, ["rewrite", "list"])
    with pytest.raises(UnknownName, match="Did you mean 'rewrite'"):
        split_documents(told, None, ["rewrit"])


def test_an_unknown_arm_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'rewrite'"):
        document_arms(["rewrit"], documents()[:1], [])


def test_leaving_out_one_group_at_a_time() -> None:
    rows = [{"text": "a", "lens": "x"}, {"text": "b", "lens": "y"}, {"text": "c", "lens": "y"}]
    left = without_groups(rows, "lens")
    assert {group: [row["text"] for row in rest] for group, rest in left.items()} == {
        "x": ["b", "c"],
        "y": ["a"],
    }
    with pytest.raises(UsageError, match="no family"):
        without_groups(rows, "family")
