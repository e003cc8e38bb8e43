from pathlib import Path
from typing import Any

import pytest

from distillnet.models.weights import load_model
from distillnet.training import hardware
from distillnet.training.dataset import Example
from distillnet.training.hardware import fastest_precision, fits, free_bytes, kept_bytes
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


def test_the_largest_batch_decides_what_fits(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    small, large = ([Example([1] * 50, 1)] * rows for rows in (1, 8))
    need = kept_bytes(model, 50, "bfloat16")
    monkeypatch.setattr(hardware, "free_bytes", lambda: 4 * need)
    assert fits(model, Schedule([[small]], 0), "bfloat16")
    assert not fits(model, Schedule([[small], [small, large]], 0), "bfloat16")


def test_the_faster_of_the_two_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(hardware, "device", lambda: "cpu")
    for faster in ("bfloat16", "float32"):
        seconds = {torch.bfloat16: 2.0, torch.float32: 2.0, getattr(torch, faster): 1.0}
        monkeypatch.setattr(hardware, "_product_seconds", seconds.__getitem__)
        fastest_precision.cache_clear()
        assert fastest_precision() == faster
    fastest_precision.cache_clear()


def test_memory_is_free() -> None:
    assert free_bytes() > 2**20
