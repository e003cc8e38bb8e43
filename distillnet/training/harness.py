"""The exam as tasks of EleutherAI's lm-evaluation-harness, so that anybody can check our numbers.

The files hold the very texts that ``scoring`` reads, with the chat template already applied. What
the harness calls ``acc`` chooses by the sum of the log-likelihoods, ``acc_norm`` by the sum per
character of the option, as we do (``harness_figures``, a copy of which goes with the tasks).
"""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from distillnet.records import Item, Record
from distillnet.tools.export import write_jsonl, write_text
from distillnet.training.battery import row_of
from distillnet.training.dataset import common_prefix, encode_text
from distillnet.training.scoring import texts_of

TAG = "distillnet"
_FIGURES = Path(__file__).with_name("harness_figures.py")
_TASK = f"""tag: {TAG}
task: {{name}}
dataset_path: json
dataset_kwargs:
  data_files:
    test: {{name}}.jsonl
test_split: test
output_type: multiple_choice
doc_to_text: context
doc_to_choice: choices
doc_to_target: correct
target_delimiter: ""
process_results: !function {_FIGURES.stem}.accuracies
metric_list:
- metric: acc
- metric: acc_norm
metadata:
  version: 2
"""


class Task(Record):
    """One task of the harness: ``<name>.yaml`` and ``<name>.jsonl`` of so many items."""

    name: str
    items: int


def write_tasks(items: Sequence[Item], tokenizer: Any, folder: Path) -> list[Task]:
    """One task for each row of the battery, recall by its kinds; and how their items are counted.

    Items of one option, which examine no choice, are left out. Raises UsageError where an item is a
    chat and the tokenizer has no chat template.
    """
    tasks: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        if len(item.options) > 1:
            tasks[f"{TAG}_{row_of(item)}"].append(item)
    for name, examined in tasks.items():
        write_jsonl(folder / f"{name}.jsonl", [_row(tokenizer, item) for item in examined])
        write_text(folder / f"{name}.yaml", _TASK.format(name=name))
    write_text(folder / _FIGURES.name, _FIGURES.read_text(encoding="utf-8"))
    return [Task(name=name, items=len(examined)) for name, examined in tasks.items()]


def _row(tokenizer: Any, item: Item) -> dict[str, Any]:
    """The harness begins to count where a context's white space begins.

    Where a chat template ends in a line break, that break is thus counted with each option, where
    we begin behind it; per character it would favour the longer ones. As a choice of its own it
    can be taken off again.
    """
    context, *whole = texts_of(tokenizer, item)
    before = context.rstrip()
    choices = [text.removeprefix(before) for text in whole]
    tokens = [encode_text(tokenizer, text) for text in (context, *whole)]
    if common_prefix(tokens) == len(tokens[0]) > len(encode_text(tokenizer, before)):
        choices.append(context[len(before) :])
    return {
        "id": item.id,
        "context": before,
        "choices": choices,
        "options": list(item.options),
        "correct": item.correct,
        "kind": item.kind,
        "fact": item.fact,
    }
