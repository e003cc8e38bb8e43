import gc
from pathlib import Path
from typing import Any

import pytest
import torch

from distillnet.models.weights import load_model
from distillnet.training import hardware
from distillnet.training.dataset import Example
from distillnet.training.hardware import fits, free_bytes, kept_bytes
from distillnet.training.schedule import Schedule


@pytest.fixture(scope="module")
def model(tiny: Path) -> Any:
    return load_model(tiny)[0].train()


def test_what_is_kept_grows_with_the_row_and_shrinks_when_computed_again(model: Any) -> None:
    short, long = (kept_bytes(model, tokens, "bfloat16") for tokens in (64, 128))
    assert 1.7 < long / short < 2.5
    logits = 128 * model.config.vocab_size * 16
    model.activation_checkpointing_enable()
    again = kept_bytes(model, 128, "bfloat16")
    model.activation_checkpointing_disable()
    assert logits < again < logits + (long - logits) / 2


def test_measuring_keeps_nothing(model: Any) -> None:
    def tensors() -> int:
        gc.collect()
        return sum(issubclass(type(found), torch.Tensor) for found in gc.get_objects())

    kept_bytes(model, 64, "bfloat16")  # what is made once
    before = tensors()
    kept_bytes(model, 64, "bfloat16")
    assert tensors() == before


def test_the_largest_batch_decides_what_fits(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    small, large = ([Example([1] * 50, 1)] * rows for rows in (1, 8))
    need = kept_bytes(model, 50, "bfloat16")
    monkeypatch.setattr(hardware, "free_bytes", lambda: 4 * need)
    assert fits(model, Schedule([[small]], 0), "bfloat16")
    assert not fits(model, Schedule([[small], [small, large]], 0), "bfloat16")


def test_a_packed_batch_is_one_row_without_padding(
    model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = [Example([1] * length, 1) for length in (10, 10, 10, 100)]
    alone, packed = (kept_bytes(model, 100, "bfloat16", packed=p) for p in (False, True))
    assert alone < packed < 2 * alone  # a mask, and what a kernel that takes one keeps
    monkeypatch.setattr(hardware, "free_bytes", lambda: 2 * packed)
    assert fits(model, Schedule([[batch]], 0, "on", 256), "bfloat16")
    assert not fits(model, Schedule([[batch]], 0), "bfloat16")
    assert not fits(model, Schedule([[batch, batch]], 0, "on", 512), "bfloat16")


def test_memory_is_free() -> None:
    assert free_bytes() > 2**20


def test_what_torch_holds_of_a_gpu_and_does_not_use_is_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hardware, "device", lambda: "cuda")
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (100, 1000))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda: 50)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda: 20)
    assert free_bytes() == 130
