import copy
import itertools
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from distillnet.errors import UsageError
from distillnet.records import Item
from distillnet.training.scoring import answer_with, load_student, text_loss_with


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


def chat(prompt: str) -> str:
    return f"<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n"


def alone(loaded: tuple[Any, Any], start: str, option: str) -> float:
    """Log-likelihood of ``option``, computed in the plainest way: one text, all logits."""
    import torch

    model, tokenizer = loaded
    ids = tokenizer(start + option)["input_ids"]
    first = len(tokenizer(start)["input_ids"])
    assert ids[:first] == tokenizer(start)["input_ids"]
    if not start:
        ids, first = [tokenizer.bos_token_id, *ids], 1
    with torch.no_grad():
        logp = model(input_ids=torch.tensor([ids])).logits[0].log_softmax(-1)
    return float(sum(logp[i - 1, ids[i]] for i in range(first, len(ids))))


def scored_alone(loaded: tuple[Any, Any], item: Item, start: str) -> list[float]:
    space = " " if item.prefix else ""
    return [alone(loaded, start + item.prefix, space + option) for option in item.options]


ITEMS = [
    item(["the lamp", "a sailor of Orvel", "noon"], prefix="At night burns"),
    item(["Blue.", "Red, as every sailor knows."], prompt="Which colour does it burn at noon?"),
    item(["x", "y", "z", "w"], prefix="A", prompt="?"),
]


PLAIN = [
    item(["the lamp", "a sailor of Orvel"], prompt="", prefix="At night burns"),
    item(["Blue.", "Red, as every sailor knows."], prompt=""),
]


def test_sums_are_those_of_each_option_scored_alone(loaded: tuple[Any, Any]) -> None:
    for given, found in zip(ITEMS, answer_with(*loaded, ITEMS), strict=True):
        expected = scored_alone(loaded, given, chat(given.prompt))
        assert found.sums == pytest.approx(expected, abs=1e-3)
        assert found.characters == tuple(map(len, given.options))


def test_an_item_without_a_prompt_is_plain_text(loaded: tuple[Any, Any]) -> None:
    for given, found in zip(PLAIN, answer_with(*loaded, PLAIN), strict=True):
        assert found.sums == pytest.approx(scored_alone(loaded, given, ""), abs=1e-3)


def test_plain_text_needs_no_chat_template(loaded: tuple[Any, Any]) -> None:
    model, tokenizer = loaded
    without = copy.copy(tokenizer)
    without.chat_template = None
    assert answer_with(model, without, PLAIN, pmi=True) == answer_with(*loaded, PLAIN, pmi=True)
    with pytest.raises(UsageError, match="no chat template"):
        answer_with(model, without, ITEMS)


def test_a_context_is_in_view_before_the_prompt_of_its_own_item_only(
    loaded: tuple[Any, Any],
) -> None:
    seen = "At noon the lamp burns red."
    context = {ITEMS[0].id: seen, PLAIN[0].id: seen}
    found = answer_with(*loaded, [*ITEMS, *PLAIN], context=context)
    in_chat = scored_alone(loaded, ITEMS[0], chat(f"{seen}\n\n{ITEMS[0].prompt}"))
    assert found[0].sums == pytest.approx(in_chat, abs=1e-3)
    in_plain = scored_alone(loaded, PLAIN[0], f"{seen}\n\n")
    assert found[len(ITEMS)].sums == pytest.approx(in_plain, abs=1e-3)
    without = answer_with(*loaded, [*ITEMS, *PLAIN])
    assert found[0].sums != without[0].sums
    for i in (1, 2, 4):
        assert found[i].sums == pytest.approx(without[i].sums, abs=1e-3)


def test_pmi_is_against_the_options_after_a_prompt_that_says_nothing(
    loaded: tuple[Any, Any],
) -> None:
    items = [*ITEMS, *PLAIN]
    seen: list[tuple[int, int]] = []
    answers = answer_with(
        *loaded, items, pmi=True, on_progress=lambda done, of: seen.append((done, of))
    )
    assert seen[-1] == (5, 5)
    for given, found in zip(items, answers, strict=True):
        blank = chat("") if given.prompt else "\n"
        nothing = given.model_copy(update={"prefix": ""})
        if given.prefix:
            nothing = nothing.model_copy(update={"options": tuple(f" {o}" for o in given.options)})
        expected = scored_alone(loaded, nothing, blank)
        assert found.unconditional == pytest.approx(expected, abs=1e-3)
        gained = [s - u for s, u in zip(found.sums, expected, strict=True)]
        assert found.pmi == pytest.approx(gained, abs=2e-3)
    for plainly, found in zip(answer_with(*loaded, items), answers, strict=True):
        assert (plainly.unconditional, plainly.pmi) == ((), ())
        assert plainly.sums == pytest.approx(found.sums, abs=1e-3)


def test_the_choice_is_the_likeliest_per_character(loaded: tuple[Any, Any]) -> None:
    for given, found in zip(ITEMS, answer_with(*loaded, ITEMS), strict=True):
        assert found.per_character == pytest.approx(
            [s / n for s, n in zip(found.sums, found.characters, strict=True)]
        )
        assert found.per_character[found.chosen] == max(found.per_character)
        assert found.correct == (found.chosen == given.correct)
        assert found.item == given.id


def test_a_length_beats_a_sum(loaded: tuple[Any, Any]) -> None:
    """A long option of the same tokens has the lower sum, and may still be chosen."""
    found = answer_with(*loaded, [item(["lamp", "lamp" * 6])])[0]
    assert found.sums[1] < found.sums[0]
    assert found.chosen == found.per_character.index(max(found.per_character))


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


def test_folders_that_hold_nothing_are_named(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no model at"):
        load_student(tmp_path, None)
    with pytest.raises(UsageError, match="no adapter at"):
        load_student(tiny, tmp_path)
