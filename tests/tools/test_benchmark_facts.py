import json
from pathlib import Path

import pytest
import yaml

from benchmarks.facts import LABELLED, on_labelled, on_views, own_variants, planted, table
from distillnet.records import Fact

MILL = "Tom Reed built the mill in 1911. The mill of Belmora grinds rye."


@pytest.fixture
def fact() -> Fact:
    return Fact(
        statement="Tom Reed built the mill in 1911.",
        false=("Tom Reed built the mill in 1926.", "Tom Reed did not build the mill in 1911."),
        passage=0,
        author="rules",
    )


@pytest.mark.parametrize("part", yaml.safe_load(LABELLED.read_text("utf-8")))
def test_labelled_texts_keep_their_figures(part: str) -> None:
    entries = yaml.safe_load(LABELLED.read_text("utf-8"))[part]
    found = on_labelled(entries, show=False)
    assert found["texts"] > 30
    assert found["told_precision"] > 0.85 and found["told_recall"] > 0.85
    assert found["false_alarms"] == 0 and found["recall"] > 0.6
    given = on_labelled(entries, show=False, given=True)
    assert given["false_alarms"] == 0 and given["recall"] > 0.8


def test_the_variants_of_the_file_are_used_only_where_asked_for() -> None:
    statement, wrong = "The lake is sweet.", "The lake is salt."
    entry = {"statement": statement, "variants": [wrong], "texts": [{"contradicts": wrong}]}
    assert wrong not in own_variants(statement)
    assert on_labelled([entry], show=False)["recall"] == 0
    assert on_labelled([entry], show=False, given=True)["recall"] == 1


def test_wrong_judgements_are_counted() -> None:
    texts = [
        {"forward": "Nobody was there."},  # told by no word of it
        {"contradicts": "The lake is deep."},  # no contradiction
        {"mentions": "The lake is not deep."},  # a contradiction, filed wrongly
    ]
    entry = {"statement": "The lake is deep.", "variants": [], "texts": texts}
    found = on_labelled([entry], show=False, given=True)
    assert (found["told_recall"], found["recall"], found["precision"]) == (0, 0, 0)
    assert found["false_alarms"] == 0.5


def test_a_false_word_is_planted_where_the_fact_is_told(fact: Fact) -> None:
    assert list(planted(f"It rained. {MILL}", fact)) == [f"It rained. {MILL}".replace("11", "26")]
    assert list(planted("The mill of Belmora grinds rye.", fact)) == []


def test_views_are_judged_by_style(tmp_path: Path) -> None:
    path = tmp_path / "views.jsonl"
    other = "Anna Keller sang in Paris in 1950. She never sang in Rome again."
    rows = [
        {"title": "A", "passage": MILL, "views": {"same": [MILL], "wrong": [other]}},
        {"title": "B", "passage": other, "views": {"same": [other], "wrong": [MILL]}},
    ]
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    found = on_views(path, show=False)
    assert found["same"]["told"] == 1 and found["same"]["elsewhere"] == 0
    assert found["wrong"]["told"] == 0 and found["wrong"]["elsewhere"] == 1
    assert found["same"]["found"] > 0.5 and found["same"]["contradicts"] == 0
    assert "elsewhere" in table(found, ("pairs", "elsewhere"))
