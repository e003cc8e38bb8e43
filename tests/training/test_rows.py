"""Packed rows teach what padded ones teach, and no example of one sees another."""

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from distillnet.config import Training
from distillnet.errors import UsageError
from distillnet.training import rows
from distillnet.training.dataset import Example
from distillnet.training.loop import _loss, begin
from distillnet.training.resume import Run
from distillnet.training.rows import Packing, keeps_apart, packed, packing_here, packs, padded
from distillnet.training.schedule import Batch

PAD = 1
PACKINGS: list[Packing] = ["on", "off"]
BATCH = [
    Example([7, 90, 33, 12, 250, 8], 3),
    Example([5, 6], 1),
    Example([40 + place for place in range(30)], 11),
    Example([9, 9, 9, 9], 1),
]
SMALL: dict[str, Any] = {
    "vocab_size": 64,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
}

examples = st.lists(
    st.lists(st.integers(2, 99), min_size=2, max_size=20).flatmap(
        lambda tokens: st.builds(Example, st.just(tokens), st.integers(1, len(tokens) - 1))
    ),
    min_size=1,
    max_size=6,
)


@given(examples)
def test_both_kinds_of_rows_learn_the_same_tokens(batch: Batch) -> None:
    taught = [token for tokens, start in batch for token in tokens[start:]]
    for made in (packed(batch), padded(batch, PAD)):
        assert made.inputs["input_ids"][made.learns].tolist() == taught
        assert not made.learns[:, 0].any()  # each is predicted from the place before it
    lengths = [len(tokens) for tokens, _ in batch]
    assert packed(batch).learns.shape == (1, sum(lengths))
    assert padded(batch, PAD).learns.shape == (len(batch), max(lengths))
    begins = packed(batch).inputs["position_ids"][0].eq(0).nonzero().flatten().tolist()
    assert begins == [sum(lengths[:n]) for n in range(len(batch))]


def student(tiny: Path, attention: str) -> Any:
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    base = AutoModelForCausalLM.from_pretrained(
        tiny, dtype=torch.float32, attn_implementation=attention
    )
    torch.manual_seed(1)
    config = LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False)
    return get_peft_model(base, config)


def started(tiny: Path, attention: str, packing: Packing) -> Run:
    return begin(student(tiny, attention), Training(packing=packing), steps=1, precision="float32")


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_loss_and_gradients_are_those_of_padded_rows(
    tiny: Path, attention: str, again: bool
) -> None:
    found = []
    for packing in PACKINGS:
        run = started(tiny, attention, packing)
        assert bool(run.row_tokens) == (packing == "on")
        if again:
            run.model.get_base_model().activation_checkpointing_enable()
        loss = _loss(run, BATCH, PAD)
        loss.backward()
        found.append((loss.item(), {name: p.grad for name, p in run.parameters.items()}))
    (loss, gradients), (other, others) = found
    assert loss == pytest.approx(other, rel=1e-6)
    for name, gradient in gradients.items():
        assert gradient.abs().max() > 0
        torch.testing.assert_close(gradient, others[name], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_what_stands_in_one_example_changes_nothing_in_another(tiny: Path, attention: str) -> None:
    model = student(tiny, attention).eval()

    def logits(first: list[int], *, told: bool = True) -> Any:
        inputs = packed([Example(first, 1), *BATCH]).inputs
        if not told:
            del inputs["position_ids"]
        with torch.no_grad():
            return model(**inputs, use_cache=False).logits[0, len(first) :]

    one, other = [3, 4, 5, 6], [200, 100, 50, 25]
    assert torch.equal(logits(one), logits(other))
    assert not torch.allclose(logits(one, told=False), logits(other, told=False), atol=0.01)


def of_kind(kind: str) -> Any:
    from transformers import AutoModelForCausalLM, BloomConfig, GPT2Config, Lfm2Config

    heads = {"num_key_value_heads": 2, "intermediate_size": 64}
    config = {
        "gpt2": lambda: GPT2Config(vocab_size=64, n_embd=32, n_layer=2, n_head=4),
        "bloom": lambda: BloomConfig(vocab_size=64, hidden_size=32, n_layer=2, n_head=4),
        "lfm2": lambda: Lfm2Config(**SMALL, **heads, layer_types=["conv", "full_attention"]),
    }[kind]()
    return AutoModelForCausalLM.from_config(config)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_who_takes_positions_and_looks_nowhere_else_is_packed(
    tiny: Path, dtype: torch.dtype
) -> None:
    for model in (student(tiny, "sdpa"), of_kind("gpt2")):
        model = model.to(dtype)
        assert keeps_apart(model)
        assert packs(model, "on") and packs(model, "auto") and not packs(model, "off")
    plain = student(tiny, "eager")
    assert packs(plain, "on") and not packs(plain, "auto")


@pytest.mark.parametrize("kind", ["bloom", "lfm2"])
def test_who_takes_no_positions_or_carries_a_state_is_not(kind: str) -> None:
    model = of_kind(kind)  # lfm2 takes positions, and its convolutions look back beyond them
    assert not keeps_apart(model) and not packs(model, "auto")
    with pytest.raises(UsageError, match=f"of the kind '{kind}'.*train with packing 'auto'"):
        packs(model, "on")


def test_auto_is_for_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    for device, meant in (("cpu", "off"), ("cuda", "auto")):
        monkeypatch.setattr(rows, "device", lambda device=device: device)
        assert packing_here(Training()) == meant
        for packing in PACKINGS:
            assert packing_here(Training(packing=packing)) == packing
