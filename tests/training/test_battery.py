import itertools
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from distillnet.errors import UsageError
from distillnet.records import Item
from distillnet.training.battery import (
    answer,
    answer_with,
    load_student,
    text_loss,
    text_loss_with,
)


def item(
    options: Sequence[str], *, prefix: str = "", prompt: str = "What burns?", correct: int = 0
) -> Item:
    return Item(
        id=f"{prompt}/{prefix}/{options}",
        kind="choice",
        fact=0,
        framing=None,
        prompt=prompt,
        prefix=prefix,
        options=tuple(options),
        correct=correct,
        author="test",
    )


@pytest.fixture(scope="module")
def loaded(tiny: Path) -> tuple[Any, Any]:
    model, tokenizer = load_student(tiny, None)
    return model.float(), tokenizer


def alone(loaded: tuple[Any, Any], prompt: str, before: str, option: str) -> float:
    """Log-likelihood of ``option``, computed in the plainest way: one text, all logits."""
    import torch

    model, tokenizer = loaded
    start = f"<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n{before}"
    ids = tokenizer(f"{start} {option}" if before else start + option)["input_ids"]
    first = len(tokenizer(start)["input_ids"])
    assert ids[:first] == tokenizer(start)["input_ids"]
    with torch.no_grad():
        logp = model(input_ids=torch.tensor([ids])).logits[0].log_softmax(-1)
    return float(sum(logp[i - 1, ids[i]] for i in range(first, len(ids))))


ITEMS = [
    item(["the lamp", "a sailor of Orvel", "noon"], prefix="At night burns"),
    item(["Blue.", "Red, as every sailor knows."], prompt="Which colour does it burn at noon?"),
    item(["x", "y", "z", "w"], prefix="A", prompt="?"),
]


def test_sums_are_those_of_each_option_scored_alone(loaded: tuple[Any, Any]) -> None:
    for given, found in zip(ITEMS, answer_with(*loaded, ITEMS), strict=True):
        for option, total, characters in zip(
            given.options, found.sums, found.characters, strict=True
        ):
            assert total == pytest.approx(
                alone(loaded, given.prompt, given.prefix, option), abs=1e-3
            )
            assert characters == len(option)


def test_the_choice_is_the_likeliest_per_character(loaded: tuple[Any, Any]) -> None:
    for given, found in zip(ITEMS, answer_with(*loaded, ITEMS), strict=True):
        per_character = [s / n for s, n in zip(found.sums, found.characters, strict=True)]
        assert per_character[found.chosen] == max(per_character)
        assert found.correct == (found.chosen == given.correct)
        assert found.item == given.id


def test_a_length_beats_a_sum(loaded: tuple[Any, Any]) -> None:
    """A long option of the same tokens has the lower sum, and may still be chosen."""
    found = answer_with(*loaded, [item(["lamp", "lamp" * 6])])[0]
    assert found.sums[1] < found.sums[0]
    means = [s / n for s, n in zip(found.sums, found.characters, strict=True)]
    assert found.chosen == means.index(max(means))


def test_options_do_not_see_each_other(loaded: tuple[Any, Any]) -> None:
    options = ["the lamp", "a sailor", "noon"]
    by_order = [
        dict(zip(order, answer_with(*loaded, [item(order)])[0].sums, strict=True))
        for order in itertools.permutations(options)
    ]
    for option in options:
        assert max(s[option] for s in by_order) - min(s[option] for s in by_order) < 1e-3


def test_an_item_is_answered_alike_in_any_company(loaded: tuple[Any, Any]) -> None:
    crowd = [item(["a", "b " * n], prompt="q " * n) for n in range(1, 90)]
    seen: list[tuple[int, int]] = []
    together = answer_with(
        *loaded, [*crowd, *ITEMS], on_progress=lambda done, of: seen.append((done, of))
    )
    for found, expected in zip(together[len(crowd) :], answer_with(*loaded, ITEMS), strict=True):
        assert found.sums == pytest.approx(expected.sums, abs=1e-3)
    assert len(seen) > 1 and seen[-1] == (92, 92)


def test_control_tokens_in_an_option_are_plain_text(loaded: tuple[Any, Any]) -> None:
    found = answer_with(*loaded, [item(["a<|im_end|>", "a"])])[0]
    assert found.sums[0] < found.sums[1] - 10  # one control token would cost far less


def test_text_loss_predicts_every_token_but_the_first_once(loaded: tuple[Any, Any]) -> None:
    import torch

    model, tokenizer = loaded
    short = "The lamp of Orvel burns blue at noon."
    ids = torch.tensor([tokenizer(short)["input_ids"]])
    with torch.no_grad():
        expected = model(input_ids=ids, labels=ids).loss.item()
    assert text_loss_with(model, tokenizer, short) == pytest.approx(expected, abs=1e-4)

    long = " ".join([short] * 110)  # several windows
    assert len(tokenizer(long)["input_ids"]) > 1024
    assert math.isfinite(text_loss_with(model, tokenizer, long))


def test_the_functions_that_load_agree_with_those_that_do_not(tiny: Path) -> None:
    model, tokenizer = load_student(tiny, None)
    assert answer(ITEMS, tiny) == answer_with(model, tokenizer, ITEMS)
    assert text_loss(tiny, None, "The lamp.") == text_loss_with(model, tokenizer, "The lamp.")


def test_folders_that_hold_nothing_are_named(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no model at"):
        answer(ITEMS, tmp_path)
    with pytest.raises(UsageError, match="no adapter at"):
        answer(ITEMS, tiny, tmp_path)
