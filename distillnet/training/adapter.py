"""The folder of a trained adapter, which is there whole or not at all."""

import os
import shutil
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from distillnet.config import Training
from distillnet.errors import UsageError
from distillnet.training.card import TrainingReport, model_card

_REPORT = "training.json"


def finished(out: Path) -> TrainingReport | None:
    """The report of the adapter in ``out``, None where nothing is there.

    Raises UsageError where something else is there, which ``publish`` would delete.
    """
    if not out.exists():
        return None
    try:
        return TrainingReport.model_validate_json((out / _REPORT).read_bytes())
    except (OSError, ValidationError):
        if out.is_dir() and not any(out.iterdir()):
            return None
        raise UsageError(
            f"{str(out)!r} holds something other than an adapter: remove it or choose another"
        ) from None


def publish(model: Any, report: TrainingReport, settings: Training, out: Path) -> None:
    """Writes a peft model's adapter, report and card to ``out``, in the place of what was there.

    The folder is written under another name and renamed, so that no half of it is ever seen.
    """
    new, old = (out.with_name(f".{out.name}.{suffix}") for suffix in ("new", "old"))
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    model.peft_config["default"].base_model_name_or_path = report.base
    # With "auto" peft would ask the hub whether the base's vocabulary has grown.
    model.save_pretrained(new, save_embedding_layers=False)
    (new / "README.md").write_text(model_card(report, settings), encoding="utf-8")
    (new / _REPORT).write_text(report.model_dump_json(indent=2), encoding="utf-8")
    for path in new.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    if out.exists():
        out.rename(old)
    new.rename(out)
    shutil.rmtree(old, ignore_errors=True)
