"""The exam of a run as a folder for the lm-evaluation-harness."""

from pathlib import Path

from distillnet.config import Settings
from distillnet.errors import UsageError
from distillnet.graphs.export_card import CARD_BEGINS
from distillnet.graphs.export_folder import CARD, writing_to
from distillnet.graphs.reading import read_ledger
from distillnet.graphs.student_rounds import final_adapter
from distillnet.models.weights import model_folder, require_torch
from distillnet.records import Item, Record
from distillnet.tools.export import write_text
from distillnet.training.harness import TAG, Task, write_tasks

_FOLDER = "lm-eval"


class ExamExport(Record):
    """The tasks in ``folder``; ``adapter`` is the last student's, None if none was trained."""

    folder: str
    tasks: tuple[Task, ...]
    base: str
    adapter: str | None


def export_exam(directory: Path, settings: Settings, out: Path | None) -> ExamExport:
    """Writes task YAML, JSONL and README.md to ``out``, or to ``lm-eval`` in the run.

    Raises UsageError for a run without an exam, and a folder that cannot be written or holds a
    README that no export made; MissingExtra where the student's tokenizer cannot be loaded.
    """
    from distillnet.training.evaluation import general_items

    with read_ledger(directory) as ledger:
        items = [Item.model_validate(item) for item in ledger.fact("exam") or []]
    if not items:
        raise UsageError(f"the run in {str(directory)!r} has no exam: its seed states no facts")
    base, adapter = model_folder(settings.student), final_adapter(directory)
    require_torch("the student's chat template")
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True)
    folder = directory / _FOLDER if out is None else out
    with writing_to(folder, (CARD,), is_ours=out is None):
        export = ExamExport(
            folder=str(folder),
            tasks=tuple(write_tasks([*items, *general_items()], tokenizer, folder)),
            base=str(base),
            adapter=str(adapter.resolve()) if (adapter / "adapter_config.json").is_file() else None,
        )
        write_text(folder / CARD, _card(export))
    return export


def _card(export: ExamExport) -> str:
    tasks = "".join(f"| `{task.name}` | {task.items} |\n" for task in export.tasks)
    return f"""{CARD_BEGINS}---

# The exam of one seed, for the lm-evaluation-harness

| task | items |
|---|---|
{tasks}
In this folder, with `pip install "lm-eval[hf]"`, for the base and for the student:

```bash
lm_eval --model hf --tasks {TAG} --include_path . \\
  --model_args pretrained=BASE,dtype=float32,add_bos_token=False,logits_cache=False
lm_eval --model hf --tasks {TAG} --include_path . \\
  --model_args pretrained=BASE,peft=ADAPTER,dtype=float32,add_bos_token=False,logits_cache=False
```

`BASE` is the folder of the base model, `ADAPTER` that of the run's last adapter, as the command
that wrote this folder named them. Do not add
`--apply_chat_template`: the texts hold it already. `logits_cache=False`, since the harness (0.4.13)
takes one option's scores for another's where two items come to the same text by contexts of
different length. `distillnet evaluate` computes in bfloat16, where a sum may be off by some tenths
of a nat and a close call fall otherwise; in float32 both sides give the same.

`acc_norm` is the accuracy that `distillnet evaluate` prints: the choice by log-likelihood per
character. `acc` is the choice by its sum. Where the chat template ends in a line break and the
answer begins there, the harness counts that line break as the answer's first token: a constant in
all sums of an item, near 0 nats for a model that knows its template.
"""
