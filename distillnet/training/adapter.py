"""The folder of a trained adapter or model, which is there whole or not at all."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from distillnet.errors import UsageError
from distillnet.training.dataset import file_hash
from distillnet.training.parallel import rank, wait_for_all
from distillnet.training.training_report import Predecessor, TrainingReport

_REPORT = "training.json"


def report_in(folder: Path) -> TrainingReport | None:
    """What is told of the training of an adapter or model; None where nothing readable is."""
    try:
        return TrainingReport.model_validate_json((folder / _REPORT).read_bytes())
    except (OSError, ValidationError):
        return None


def finished(out: Path) -> TrainingReport | None:
    """The report of what is in ``out``; None where nothing is, or an earlier version's adapter.

    Raises UsageError where something else is there, which ``publish`` would delete.
    """
    if not out.exists():
        return None
    if report := report_in(out):
        return report
    ours = all((out / name).is_file() for name in (_REPORT, "adapter_config.json"))
    if ours or (out.is_dir() and not any(out.iterdir())):
        return None
    raise UsageError(
        f"{str(out)!r} holds something other than an adapter: remove it or choose another"
    )


def lineage(start: Path) -> tuple[Predecessor, ...]:
    """The trainings behind the adapter ``start``, the first one first, its own the last."""
    if report := report_in(start):
        return report.lineage
    weights = sorted(start.glob("adapter_model.*"))  # another program's adapter
    return (Predecessor(fingerprint=file_hash(weights[0])),)


def publish(save: Callable[[Path], None], report: TrainingReport, card: str, out: Path) -> None:
    """Writes what ``save`` writes, report and card to ``out``, in the place of what was there.

    The folder is written under another name and renamed, so that no half of it is ever seen.
    """
    if rank() == 0:
        _replace(save, report, card, out)
    wait_for_all()


def _replace(save: Callable[[Path], None], report: TrainingReport, card: str, out: Path) -> None:
    new, old = (out.with_name(f".{out.name}.{suffix}") for suffix in ("new", "old"))
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    new.mkdir(parents=True)
    save(new)
    (new / "README.md").write_text(card, encoding="utf-8")
    (new / _REPORT).write_text(report.model_dump_json(indent=2), encoding="utf-8")
    for path in new.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    if out.exists():
        out.rename(old)
    new.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def save_adapter(model: Any, base: str) -> Callable[[Path], None]:
    """Saves a peft model's adapter, with ``base`` as the name of what it belongs to."""

    def save(folder: Path) -> None:
        model.peft_config["default"].base_model_name_or_path = base
        # With "auto" peft would ask the hub whether the base's vocabulary has grown.
        model.save_pretrained(folder, save_embedding_layers=False)

    return save
