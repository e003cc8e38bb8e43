from pathlib import Path
from types import SimpleNamespace

import pytest

from distillnet.config import Training
from distillnet.errors import UsageError
from distillnet.training.adapter import finished, publish
from distillnet.training.card import TrainingReport


class Model:
    """Saves two files like peft's model; with ``dies`` it stops between them."""

    def __init__(self, content: str, *, dies: bool = False) -> None:
        self.content, self.dies = content, dies
        self.peft_config = {"default": SimpleNamespace(base_model_name_or_path=None)}

    def save_pretrained(self, folder: Path, *, save_embedding_layers: bool) -> None:
        assert not save_embedding_layers
        folder.mkdir(parents=True)
        (folder / "adapter_config.json").write_text(self.content)
        if self.dies:
            raise KeyboardInterrupt
        (folder / "adapter_model.safetensors").write_text(self.content)


def report(fingerprint: str) -> TrainingReport:
    return TrainingReport(
        fingerprint=fingerprint,
        base="models/own",
        data_sha256="d",
        rows=1,
        epochs=1,
        steps=1,
        tokens=1,
        seconds=1.0,
        tokens_per_second=1.0,
        device="cpu",
        peak_memory_mib=1,
        teachers={},
        loss=((1, 1, 1.0),),
    )


def test_an_adapter_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    out = tmp_path / "students" / "out"
    publish(Model("first"), report("1"), Training(), out)
    assert {path.name for path in out.iterdir()} == {
        *("adapter_config.json", "adapter_model.safetensors", "README.md", "training.json")
    }
    with pytest.raises(KeyboardInterrupt):
        publish(Model("second", dies=True), report("2"), Training(), out)
    assert finished(out) == report("1")
    assert (out / "adapter_config.json").read_text() == "first"

    publish(Model("third"), report("3"), Training(), out)
    assert finished(out) == report("3")
    assert (out / "adapter_model.safetensors").read_text() == "third"
    assert list(out.parent.iterdir()) == [out]


def test_nothing_and_something_else_are_told_apart(tmp_path: Path) -> None:
    assert finished(tmp_path / "none") is None
    assert finished(tmp_path) is None  # an empty folder
    (tmp_path / "training.json").write_text('{"mine": true}')
    with pytest.raises(UsageError, match="something other than an adapter"):
        finished(tmp_path)
    with pytest.raises(UsageError, match="something other than an adapter"):
        finished(tmp_path / "training.json")
