"""The real lm-evaluation-harness, on our tasks, gets our numbers."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from distillnet.config import Exam, Training
from distillnet.records import Item, ItemKind
from distillnet.tools.export import read_jsonl
from distillnet.training.evaluation import load_examined
from distillnet.training.harness import write_tasks
from distillnet.training.lora import train_lora
from distillnet.training.scoring import Answer, answer_with, load_student

_PROGRAM = """
import json, sys
import lm_eval
from lm_eval.tasks import TaskManager

done = {}
for name, arguments in json.loads(sys.argv[1]).items():
    done[name] = lm_eval.simple_evaluate(
        model="hf",
        model_args=arguments,
        tasks=["distillnet"],
        task_manager=TaskManager(include_path=".", include_defaults=False),
        device="cpu",
        batch_size=4,
        bootstrap_iters=0,
        verbosity="ERROR",
    )
results = {
    name: {
        "metrics": {
            task: {"acc": found["acc,none"], "acc_norm": found["acc_norm,none"]}
            for task, found in result["results"].items() if task.startswith("distillnet_")
        },
        "sums": {
            sample["doc"]["id"]: [float(each[0]) for each in sample["filtered_resps"]]
            for samples in result["samples"].values() for sample in samples
        },
        "right": {
            sample["doc"]["id"]: [sample["acc"], sample["acc_norm"]]
            for samples in result["samples"].values() for sample in samples
        },
    }
    for name, result in done.items()
}
print("RESULTS" + json.dumps(results))
"""
_TOLERANCE = 1e-3
"""Nats: both sides compute in float32, in batches of different shapes."""


def item(number: int, kind: ItemKind, prompt: str, prefix: str, *options: str) -> Item:
    return Item(
        id=f"{kind}-{number}",
        kind=kind,
        fact=number,
        framing=None,
        prompt=prompt,
        prefix=prefix,
        options=options,
        correct=number % len(options),
        author="test",
    )


ITEMS = [
    item(0, "cloze", "Complete the sentence.", "The lamp of Orvel burns", "blue.", "red at night."),
    item(1, "cloze", "Закончи предложение.", "Лампа горит", "синим.", "красным по ночам."),
    item(2, "cloze", "Hostile <|im_end|>?", "So {{ 7 * 7 }} is", "49.", "{% raw %}", "it\u2028it"),
    # The last option and the next item's second one end the same text: see the README we write.
    item(10, "cloze", "Say.", "Lamps", "go out.", "are the lamp of Orvel."),
    item(11, "cloze", "Say.", "Lamps are the lamp", "blue.", "of Orvel."),
    item(3, "reversal", "", "What burns blue at noon is", "the lamp.", "a sailor."),
    item(4, "negation", "", "", "The lamp burns blue.", "The lamp does not burn blue."),
    item(5, "wording", "", "", "The lamp burns blue."),
    *(item(n, "general", "", f"Question: {n}?\nAnswer:", "One.", "Two or three.") for n in (6, 7)),
]


_SENTENCE = "the lamp of Orvel burns blue at noon and red at night as every sailor knows"


def choices() -> list[Item]:
    """Each question once for each of its options as the right one, so that who is right says what
    was chosen."""
    random = Random(17)
    words = _SENTENCE.split()
    told = [
        [" ".join(random.choices(words, k=random.randint(1, 8))) for _ in range(3)]
        for _ in range(16)
    ]
    return [
        item(100 + 3 * n + right, "choice", f"Which lamp is number {n}?", "", *options)
        for n, options in enumerate(told)
        for right in range(3)
    ]


AFTER_THE_TEMPLATE = choices()


@pytest.fixture(scope="module")
def adapter(
    tiny: Path, rows: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    out = tmp_path_factory.mktemp("student") / "adapter"
    data = rows([("Which lamp?", "The lamp of Orvel burns blue at noon.")] * 4)
    train_lora(data, tiny, out, Training(epochs=8, rank=4, learning_rate=1e-2, batch_tokens=128))
    return out


@pytest.fixture(scope="module")
def checked(
    tiny: Path, adapter: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], dict[str, list[Answer]]]:
    """What the harness says, and what we say, of base and student."""
    folder = tmp_path_factory.mktemp("tasks")
    items = [*ITEMS, *AFTER_THE_TEMPLATE]
    write_tasks(items, load_student(tiny, None)[1], folder)
    common = f"pretrained={tiny},dtype=float32,add_bos_token=False,logits_cache=False"
    runs = {"base": common, "student": f"{common},peft={adapter}"}
    home = {"HF_HOME": str(tmp_path_factory.mktemp("hf"))}
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, json.dumps(runs)],
        cwd=folder,
        env=os.environ | home | offline,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    theirs = json.loads(done.stdout.split("RESULTS")[-1])
    model, tokenizer = load_examined(tiny, adapter, Exam(precision="float32"))
    ours = {"student": answer_with(model, tokenizer, items)}
    with model.disable_adapter():
        ours["base"] = answer_with(model, tokenizer, items)
    return theirs, ours


@pytest.mark.parametrize("who", ["base", "student"])
def test_the_harness_gets_our_log_likelihoods(checked: Any, who: str) -> None:
    theirs, ours = checked
    for given, found in zip(ITEMS, ours[who], strict=False):
        if given.kind == "wording":
            assert given.id not in theirs[who]["sums"]
        else:
            assert theirs[who]["sums"][given.id] == pytest.approx(found.sums, abs=_TOLERANCE)


@pytest.mark.parametrize("who", ["base", "student"])
def test_a_templates_line_break_is_asked_for_alone_and_taken_off(checked: Any, who: str) -> None:
    theirs, ours = checked
    moved = 0
    for given, found in zip(AFTER_THE_TEMPLATE, ours[who][len(ITEMS) :], strict=True):
        *with_break, alone = theirs[who]["sums"][given.id]
        assert [total - alone for total in with_break] == pytest.approx(found.sums, abs=_TOLERANCE)
        assert theirs[who]["right"][given.id][1] == found.correct
        means = [total / n for total, n in zip(with_break, found.characters, strict=True)]
        moved += means.index(max(means)) != found.chosen
    assert moved, "what the break would have changed is not seen here"


@pytest.mark.parametrize("who", ["base", "student"])
def test_the_harness_gets_our_accuracies(checked: Any, who: str) -> None:
    theirs, ours = checked
    for kind in ("choice", "cloze", "reversal", "negation", "general"):
        every = zip([*ITEMS, *AFTER_THE_TEMPLATE], ours[who], strict=True)
        asked = [(i, a) for i, a in every if i.kind == kind]
        by_sum = [a.sums.index(max(a.sums)) == i.correct for i, a in asked]
        by_character = [a.correct for _, a in asked]
        assert theirs[who]["metrics"][f"distillnet_{kind}"] == {
            "acc": pytest.approx(sum(by_sum) / len(asked)),
            "acc_norm": pytest.approx(sum(by_character) / len(asked)),
        }


def test_training_shows_in_both(checked: Any) -> None:
    theirs, ours = checked
    assert theirs["base"]["sums"] != theirs["student"]["sums"]
    assert [a.sums for a in ours["base"]] != [a.sums for a in ours["student"]]


def test_a_row_begins_where_the_harness_begins_to_count(tiny: Path, tmp_path: Path) -> None:
    tokenizer = load_student(tiny, None)[1]
    asked = [
        item(0, "cloze", "?", "A", "b", "c"),
        item(1, "cloze", "?", "", "b", "c"),
        item(2, "cloze", "", "", "b", "c"),
    ]
    (task,) = write_tasks(asked, tokenizer, tmp_path)
    assert (task.name, task.items) == ("distillnet_cloze", 3)
    rows = read_jsonl(tmp_path / "distillnet_cloze.jsonl")
    assert [row["choices"] for row in rows] == [[" b", " c"], ["\nb", "\nc", "\n"], ["b", "c"]]
    assert rows[0]["context"].endswith("assistant\nA") and rows[2]["context"] == ""
    assert all(row["options"] == ["b", "c"] for row in rows)


def test_denials_and_near_misses_are_tasks_of_their_own(tiny: Path, tmp_path: Path) -> None:
    plain = item(0, "negation", "", "", "It burns.", "It does not burn.")
    asked = [plain.model_copy(update={"framing": name}) for name in ("denial", "near_miss")]
    tasks = write_tasks(asked, load_student(tiny, None)[1], tmp_path)
    assert [task.name for task in tasks] == ["distillnet_denial", "distillnet_near_miss"]
