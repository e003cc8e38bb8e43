import json
import re
from collections import Counter
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from statistics import fmean

import pytest

from distillnet.config import Exam, Training
from distillnet.errors import UsageError
from distillnet.records import Item
from distillnet.training.evaluation import evaluate, general_items, load_examined
from distillnet.training.lora import train_lora
from distillnet.training.scoring import answer_with, load_student, text_loss_with

COLOURS = ("blue", "green", "white", "black")


def items() -> list[Item]:
    return [
        Item(
            id=f"{kind}-{fact}",
            kind=kind,
            fact=fact,
            framing=None,
            prompt=f"Which colour has lamp {fact}?",
            prefix="" if kind == "choice" else f"Lamp {fact} is",
            options=COLOURS,
            correct=fact % 4,
            author="test",
        )
        for fact in range(6)
        for kind in ("choice", "cloze")
    ]


@pytest.fixture(scope="module")
def adapter(
    tiny: Path, rows: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    pairs = [(i.prompt, f"{i.prefix} {i.options[i.correct]}".strip()) for i in items()]
    settings = Training(epochs=120, rank=16, learning_rate=1e-2, batch_tokens=512)
    out = tmp_path_factory.mktemp("student") / "adapter"
    train_lora(rows(pairs), tiny, out, settings)
    return out


def test_a_student_that_learned_the_answers_shows_it(tiny: Path, adapter: Path) -> None:
    seen: list[tuple[int, int]] = []
    result = evaluate(
        items(),
        tiny,
        adapter,
        Exam(resamples=200),
        on_progress=lambda done, of: seen.append((done, of)),
    ).summary
    assert json.loads(json.dumps(result)) == result
    assert set(result) == {
        *("items", "base", "student", "difference", "smallest_detectable", "forgetting"),
        *("unit", "facts", "seconds", "by_kind", "answers", "battery", "contamination"),
        *("asked", "precision"),
    }
    assert result["seconds"] > 0 and result["asked"] == 52
    assert (result["items"], result["facts"], result["unit"]) == (12, 6, "fact")
    gain = result["student"]["accuracy"] - result["base"]["accuracy"]
    assert gain > 0.3
    assert result["difference"]["mean"] == pytest.approx(gain)
    low, high = result["difference"]["ci95"]
    assert 0 < low <= gain <= high
    assert result["smallest_detectable"] > 0
    assert seen[-1] == (104, 104) and seen == sorted(seen), "12 items and 40 general ones, twice"


def test_it_agrees_with_answers_taken_one_by_one(tiny: Path, adapter: Path) -> None:
    result, rows = evaluate(items(), tiny, adapter, Exam(resamples=200))
    for who, folder in (("base", None), ("student", adapter)):
        answers = {a.item: a.correct for a in answer_with(*load_student(tiny, folder), items())}
        assert {name: right[who] for name, right in result["answers"].items()} == answers
        for kind, accuracy in result["by_kind"].items():
            expected = [right for name, right in answers.items() if name.startswith(kind)]
            assert accuracy[who]["accuracy"] == sum(expected) / len(expected)
    for row in rows:
        for who in ("base", "student"):
            per_character = row[who]["per_character"]
            assert row[who]["chosen"] == per_character.index(max(per_character))
            assert len(row[who]["sums"]) == len(row[who]["pmi"]) == len(row["options"])
            if row["id"] in result["answers"]:
                right = row[who]["chosen"] == row["correct"]
                assert result["answers"][row["id"]][who] == right
    assert [row["id"] for row in rows] == [i.id for i in (*items(), *general_items())]
    text = (files("distillnet.training") / "general.txt").read_text()
    assert result["forgetting"]["base_loss"] == text_loss_with(*load_student(tiny, None), text)
    assert result["forgetting"]["student_loss"] == text_loss_with(
        *load_student(tiny, adapter), text
    )


def test_float32_is_computed_where_it_is_asked_for(tiny: Path, adapter: Path) -> None:
    import torch

    exam = Exam(resamples=200, precision="float32")
    result, rows = evaluate(items(), tiny, adapter, exam)
    assert result["precision"] == "float32"
    model, tokenizer = load_examined(tiny, adapter, exam)
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    exact = [answer.sums for answer in answer_with(model, tokenizer, items())]
    assert [row["student"]["sums"] for row in rows[: len(exact)]] == [
        pytest.approx(sums, abs=1e-3) for sums in exact
    ]
    half = load_student(tiny, adapter)[0].to(torch.bfloat16)
    rounded = [answer.sums for answer in answer_with(half, tokenizer, items())]
    assert rounded != [pytest.approx(sums, abs=1e-3) for sums in exact]


def test_other_kinds_are_in_the_battery_but_not_in_the_headline(tiny: Path, adapter: Path) -> None:
    asked = items()
    reversal = asked[0].model_copy(update={"id": "reversal", "kind": "reversal"})
    alone = evaluate(asked, tiny, adapter, Exam(resamples=200)).summary
    both = evaluate([*asked, reversal], tiny, adapter, Exam(resamples=200)).summary
    for key in ("items", "base", "student", "difference", "by_kind", "answers"):
        assert both[key] == alone[key]
    assert alone["battery"]["kinds"].keys() == {"recall", "general"}
    assert both["battery"]["kinds"].keys() == {"recall", "reversal", "general"}
    assert both["battery"]["kinds"]["reversal"]["student"]["accuracy"] in (0, 1)


def test_what_stands_in_the_training_text_is_counted(tiny: Path, adapter: Path) -> None:
    long = "one two three four five six seven eight nine?"
    asked = [items()[0].model_copy(update={"id": "copied", "prompt": long}), *items()[1:]]
    result, rows = evaluate(
        asked, tiny, adapter, Exam(resamples=200), trained_on=[f"He asked: {long}"]
    )
    assert result["contamination"] == {"items": 1, "share": 1 / 12}
    assert [row["id"] for row in rows if row["in_training_text"]] == ["copied"]


def test_general_questions_are_balanced_and_hint_at_nothing_by_length() -> None:
    asked = general_items()
    assert len({item.id for item in asked}) == len({item.fact for item in asked}) == 40
    assert Counter(item.correct for item in asked) == {0: 10, 1: 10, 2: 10, 3: 10}
    assert {item.kind for item in asked} == {"general"}
    assert sum(bool(re.search("[а-я]", item.prefix)) for item in asked) == 20
    right = [len(item.options[item.correct]) for item in asked]
    wrong = [fmean(len(o) for o in item.options) for item in asked]
    assert abs(fmean(right) - fmean(wrong)) < 1
    for item in asked:
        assert len(set(item.options)) == 4


def test_no_items_are_a_mistake(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no test items"):
        evaluate([], tiny, tmp_path, Exam())
