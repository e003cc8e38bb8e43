"""Trainings whose rows are packed: as exact as others, and none where the student cannot."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from distillnet.config import Training
from distillnet.errors import UsageError
from distillnet.training import loop
from distillnet.training import rows as rows_module
from distillnet.training.loop import Progress
from distillnet.training.lora import train_lora
from distillnet.training.scratch import train_from_scratch
from distillnet.training.training_report import TrainingReport

TEXT = "The lamp of Orvel burns blue at noon and red at night, as every sailor knows. "
PAIRS = [(f"Say it {n} times.", TEXT * n) for n in (1, 2, 3, 5)] * 6
SETTINGS = Training(replay=0, epochs=1, rank=4, learning_rate=1e-2, batch_tokens=1024, packing="on")
"""Rows so long that attention is the fused one, which packs by itself on a GPU."""
Rows = Callable[..., Path]


class Killed(Exception):
    pass


def kill(progress: Progress) -> None:
    if progress.step == 2:
        raise Killed


def adapter(out: Path) -> bytes:
    return (out / "adapter_model.safetensors").read_bytes()


def test_a_packed_training_learns_and_says_what_it_spared(
    tiny: Path, rows: Rows, tmp_path: Path
) -> None:
    data, reports = rows(PAIRS), dict[str, TrainingReport]()
    for packing in ("on", "off", "auto"):
        settings = SETTINGS.model_copy(update={"epochs": 8, "packing": packing})
        reports[packing] = train_lora(data, tiny, tmp_path / packing, settings)
    on, off, auto = reports.values()
    assert (on.tokens, on.steps) == (off.tokens, off.steps)
    assert on.padding_share == 0 and on.padding_spared == off.padding_share > 0
    assert off.padding_spared is None
    if auto.device == "cpu":
        assert auto.loss == off.loss
    assert on.loss[-1][2] < on.loss[0][2] - 0.5
    assert "rows were packed" in (tmp_path / "on" / "README.md").read_text()


def test_tokens_and_steps_are_exact_and_equal_padded_ones(
    tiny: Path, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distillnet.training import lora

    monkeypatch.setattr(lora, "fastest_precision", lambda: "float32")
    data, losses = rows(PAIRS), list[list[float]]()
    for packing in ("on", "off"):
        settings = SETTINGS.model_copy(update={"tokens": 900, "steps": 5, "packing": packing})
        report = train_lora(data, tiny, tmp_path / packing, settings)
        assert (report.tokens, report.steps) == (900, 5)
        losses.append([loss for *_, loss in report.loss])
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)  # each step teaches the same tokens


def test_an_interrupted_packed_training_ends_as_an_uninterrupted_one(
    tiny: Path, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, out = rows(PAIRS), tmp_path / "out"
    train_lora(data, tiny, tmp_path / "whole", SETTINGS)
    monkeypatch.setattr(loop, "_RESUME_SECONDS", 0)
    with pytest.raises(Killed):
        train_lora(data, tiny, out, SETTINGS, on_progress=kill)
    seen: list[Progress] = []
    train_lora(data, tiny, out, SETTINGS, on_progress=seen.append)
    assert seen[0].step == 3
    assert adapter(out) == adapter(tmp_path / "whole")


@pytest.fixture(scope="module")
def hybrid(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student with a layer of convolutions, which look back beyond the beginning of a row."""
    import torch
    from transformers import AutoConfig, Lfm2Config, Lfm2ForCausalLM

    folder = tmp_path_factory.mktemp("hybrid") / "model"
    shutil.copytree(tiny, folder)
    torch.manual_seed(0)
    config = Lfm2Config(
        vocab_size=AutoConfig.from_pretrained(tiny).vocab_size,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        layer_types=["conv", "full_attention"],
        pad_token_id=1,
        eos_token_id=1,
    )
    Lfm2ForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    return folder


@pytest.mark.parametrize("checkpointing", ["auto", "on"])
def test_a_student_that_cannot_is_padded_by_auto_and_refused_by_on(
    hybrid: Path,
    rows: Rows,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    checkpointing: str,
) -> None:
    more: dict[str, Any] = {"checkpointing": checkpointing}
    data, out = rows(PAIRS), tmp_path / "out"
    with pytest.raises(UsageError, match=r"kind 'lfm2'.*train with packing 'auto' or 'off'"):
        train_lora(data, hybrid, out, SETTINGS.model_copy(update=more))
    assert not out.exists()
    monkeypatch.setattr(rows_module, "device", lambda: "cuda")
    auto = SETTINGS.model_copy(update={**more, "packing": "auto", "tokens": 900, "steps": 3})
    report = train_lora(data, hybrid, out, auto)
    assert (report.tokens, report.steps) == (900, 3)
    assert report.padding_share > 0 and report.padding_spared is None


def test_a_model_from_scratch_learns_packed_rows(tiny: Path, rows: Rows, tmp_path: Path) -> None:
    settings = SETTINGS.model_copy(update={"learning_rate": 1e-3})
    report = train_from_scratch(
        rows(PAIRS), tmp_path / "out", settings, parameters=100_000, tokenizer=tiny
    )
    assert report.padding_share == 0 and report.padding_spared
