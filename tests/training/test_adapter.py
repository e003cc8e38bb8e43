import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from distillnet.errors import UsageError
from distillnet.training.adapter import finished, lineage, publish
from distillnet.training.training_report import TrainingReport


def saving(content: str, *, dies: bool = False) -> Callable[[Path], None]:
    """Saves two files like peft's model; with ``dies`` it stops between them."""

    def save(folder: Path) -> None:
        (folder / "adapter_config.json").write_text(content)
        if dies:
            raise KeyboardInterrupt
        (folder / "adapter_model.safetensors").write_text(content)

    return save


def report(fingerprint: str) -> TrainingReport:
    return TrainingReport(
        fingerprint=fingerprint,
        base="models/own",
        data_sha256="d",
        rows=1,
        epochs=1,
        steps=1,
        tokens=1,
        replay_tokens=0,
        parameters=1,
        padding_share=0.0,
        seconds=1.0,
        tokens_per_second=1.0,
        device="cpu",
        precision="bfloat16",
        checkpointing=False,
        peak_memory_mib=1,
        teachers={},
        loss=((1, 1, 1.0),),
    )


def test_an_adapter_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    out = tmp_path / "students" / "out"
    publish(saving("first"), report("1"), "# card", out)
    assert {path.name for path in out.iterdir()} == {
        *("adapter_config.json", "adapter_model.safetensors", "README.md", "training.json")
    }
    with pytest.raises(KeyboardInterrupt):
        publish(saving("second", dies=True), report("2"), "# card", out)
    assert finished(out) == report("1")
    assert (out / "adapter_config.json").read_text() == "first"

    publish(saving("third"), report("3"), "# card", out)
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


def test_an_adapter_of_an_earlier_version_is_made_again(tmp_path: Path) -> None:
    out = tmp_path / "out"
    publish(saving("first"), report("1"), "# card", out)
    (out / "training.json").write_text('{"fingerprint": "1", "rows": 1}')
    assert finished(out) is None
    publish(saving("second"), report("2"), "# card", out)
    assert finished(out) == report("2")


def test_of_another_programs_adapter_only_the_weights_are_known(tmp_path: Path) -> None:
    (tmp_path / "adapter_model.safetensors").write_bytes(b"weights")
    (start,) = lineage(tmp_path)
    assert start.fingerprint == hashlib.sha256(b"weights").hexdigest()
    assert (start.data_sha256, start.rows, start.tokens) == (None, None, None)
