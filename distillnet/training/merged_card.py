"""The card of a model that base and adapter have become."""

from distillnet.training.card import header, terms, trainings
from distillnet.training.training_report import TrainingReport


def merged_card(base: str, report: TrainingReport | None) -> str:
    """README.md of the model's folder; ``report`` is the adapter's, None where it has none."""
    rows = trainings(report.lineage) if report else "| training | not known |\n"
    return f"""---
{header(base, "transformers", "merged, distillnet")}---

# A student, merged into its base

`{base}` with a LoRA adapter added to its weights by DistillNet: a whole model,
which needs neither the base nor peft.

```python
from transformers import AutoModelForCausalLM, AutoTokenizer
model = AutoModelForCausalLM.from_pretrained(".")
tokenizer = AutoTokenizer.from_pretrained(".")
```

| made from | |
|---|---|
| base | `{base}` |
{rows}| weights | base and adapter added in float32, kept in bfloat16 |

{terms(base, "model")}
"""
