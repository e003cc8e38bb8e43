"""The exam as tasks of EleutherAI's lm-evaluation-harness, so that anybody can check our numbers.

The files hold the very texts that ``scoring`` reads, with the chat template already applied. What
the harness calls ``acc`` chooses by the sum of the log-likelihoods, ``acc_norm`` by the sum per
character of the option, as we do; ``acc_bytes``, per byte, is the same for ASCII.
"""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from distillnet.records import Item, Record
from distillnet.tools.export import write_jsonl, write_text
from distillnet.training.scoring import texts_of

TAG = "distillnet"
_TASK = """tag: {tag}
task: {name}
dataset_path: json
dataset_kwargs:
  data_files:
    test: {name}.jsonl
test_split: test
output_type: multiple_choice
doc_to_text: context
doc_to_choice: choices
doc_to_target: correct
target_delimiter: "{delimiter}"
metric_list:
- metric: acc
- metric: acc_norm
metadata:
  version: 1
"""


class Task(Record):
    """One task of the harness: ``<name>.yaml`` and ``<name>.jsonl`` of so many items."""

    name: str
    items: int


def write_tasks(items: Sequence[Item], tokenizer: Any, folder: Path) -> list[Task]:
    """One task a kind of item; those with a prefix, from which a space leads on, have their own.

    Items of one option, which examine no choice, are left out. Raises UsageError where an item is a
    chat and the tokenizer has no chat template.
    """
    tasks: dict[tuple[str, bool], list[Item]] = defaultdict(list)
    for item in items:
        if len(item.options) > 1:
            tasks[item.kind, bool(item.prefix)].append(item)
    written = []
    for (kind, continues), examined in tasks.items():
        name = (
            f"{TAG}_{kind}"
            if (kind, not continues) not in tasks
            else (f"{TAG}_{kind}_{'continued' if continues else 'answered'}")
        )
        delimiter = " " if continues else ""
        rows = [_row(tokenizer, item, delimiter) for item in examined]
        write_jsonl(folder / f"{name}.jsonl", rows)
        write_text(folder / f"{name}.yaml", _TASK.format(tag=TAG, name=name, delimiter=delimiter))
        written.append(Task(name=name, items=len(rows)))
    return written


def _row(tokenizer: Any, item: Item, delimiter: str) -> dict[str, Any]:
    context, *whole = texts_of(tokenizer, item)
    return {
        "id": item.id,
        "context": context,
        "choices": [text.removeprefix(context + delimiter) for text in whole],
        "correct": item.correct,
        "kind": item.kind,
        "fact": item.fact,
    }
