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
_NOT_THE_FIRST = """What that command prints are the figures of the run's first student, `adapter`,
whose answers are in `items.jsonl`; they, too, can be had from the harness.
"""


class ExamExport(Record):
    """The tasks in ``folder``, and the run's last student, with whose answers they are compared.

    ``adapter`` is that student's, None if none was trained; ``items`` is the file, relative to the
    run, that holds its answers by ``distillnet evaluate``.
    """

    folder: str
    tasks: tuple[Task, ...]
    base: str
    adapter: str | None
    items: str | None


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
        if (folder / CARD).is_file():  # tasks of an earlier version have the same tag
            for old in folder.glob(f"{TAG}_*"):
                old.unlink()
        is_trained = (adapter / "adapter_config.json").is_file()
        export = ExamExport(
            folder=str(folder),
            tasks=tuple(write_tasks([*items, *general_items()], tokenizer, folder)),
            base=str(base),
            adapter=str(adapter.resolve()) if is_trained else None,
            items=_within(directory, adapter.parent / "items.jsonl") if is_trained else None,
        )
        write_text(folder / CARD, _card(export, _within(directory, adapter)))
    return export


def _within(directory: Path, path: Path) -> str:
    return path.relative_to(directory).as_posix()


def _card(export: ExamExport, adapter: str) -> str:
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

`BASE` is the folder of the base model, `ADAPTER` that of the student's adapter. Do not add
`--apply_chat_template`: the texts hold it already. `logits_cache=False`, since the harness (0.4.13)
takes one option's scores for another's where two items come to the same text by contexts of
different length.

{_whose(export, adapter)}

`acc_norm` is the accuracy that `distillnet evaluate` prints: the choice by log-likelihood per
character of the option. `acc` is the choice by its sum. Both are counted by
`harness_figures.py`, a short file beside the tasks. Where the chat template ends in a line break
and the answer begins there, the harness counts that break with every answer; it is therefore asked
for alone, too, as one more choice, and taken off.
"""


def _whose(export: ExamExport, adapter: str) -> str:
    """Which of the run's students is examined here, and which file holds our answers."""
    if export.items is None:
        return "The run has no student yet."
    return f"""The student is the run's last, `{adapter}`. Its answers and the base's
are in the run's `{export.items}`, the accuracies in `evaluation.json` beside it. A run may compute
in bfloat16, where a sum is off by some tenths of a nat and a close call falls otherwise: after
`distillnet evaluate DIR --precision float32` they are the harness's figures to the last item.
{"" if adapter == "adapter" else _NOT_THE_FIRST}"""
