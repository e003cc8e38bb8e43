import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from distillnet.config import Exam, Training
from distillnet.errors import UsageError
from distillnet.records import Item
from distillnet.training.battery import answer, text_loss
from distillnet.training.evaluation import evaluate
from distillnet.training.lora import train_lora

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
    )
    assert json.loads(json.dumps(result)) == result
    assert set(result) == {
        *("items", "base", "student", "difference", "smallest_detectable", "forgetting"),
        *("unit", "facts", "seconds", "by_kind", "answers"),
    }
    assert result["seconds"] > 0
    assert (result["items"], result["facts"], result["unit"]) == (12, 6, "fact")
    gain = result["student"]["accuracy"] - result["base"]["accuracy"]
    assert gain > 0.3
    assert result["difference"]["mean"] == pytest.approx(gain)
    low, high = result["difference"]["ci95"]
    assert 0 < low <= gain <= high
    assert result["smallest_detectable"] > 0
    assert seen[-1] == (24, 24) and seen == sorted(seen)


def test_it_agrees_with_answers_taken_one_by_one(tiny: Path, adapter: Path) -> None:
    result = evaluate(items(), tiny, adapter, Exam(resamples=200))
    for who, folder in (("base", None), ("student", adapter)):
        answers = {a.item: a.correct for a in answer(items(), tiny, folder)}
        assert {name: right[who] for name, right in result["answers"].items()} == answers
        for kind, accuracy in result["by_kind"].items():
            expected = [right for name, right in answers.items() if name.startswith(kind)]
            assert accuracy[who]["accuracy"] == sum(expected) / len(expected)
    text = (files("distillnet.training") / "general.txt").read_text()
    assert result["forgetting"]["base_loss"] == text_loss(tiny, None, text)
    assert result["forgetting"]["student_loss"] == text_loss(tiny, adapter, text)


def test_no_items_are_a_mistake(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no test items"):
        evaluate([], tiny, tmp_path, Exam())
