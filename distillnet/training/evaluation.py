"""The third look at the student: what it learned, and what it forgot for it."""

import time
from collections.abc import Iterable, Sequence
from itertools import compress
from pathlib import Path
from typing import Any, NamedTuple

from distillnet.config import Exam
from distillnet.errors import UsageError
from distillnet.records import Item
from distillnet.training.battery import RECALL, Answered, battery
from distillnet.training.contamination import contaminated
from distillnet.training.scoring import (
    Answer,
    OnProgress,
    answer_with,
    load_student,
    text_loss_with,
)
from distillnet.training.statistics import paired_difference

_GENERAL_TEXT = Path(__file__).with_name("general.txt")
_GENERAL_ITEMS = Path(__file__).with_name("general_items.jsonl")


class Evaluation(NamedTuple):
    """``summary`` is the content of evaluation.json, ``rows`` are those of items.jsonl."""

    summary: dict[str, Any]
    rows: list[dict[str, Any]]


def evaluate(
    items: Sequence[Item],
    base: Path,
    adapter: Path,
    settings: Exam,
    *,
    trained_on: Iterable[str] = (),
    on_progress: OnProgress | None = None,
) -> Evaluation:
    """Base and student on the same items, and on text and questions that neither was trained on.

    The headline is recall, the choice and cloze items alone. Accuracies and their difference
    (student - base) are shares of 1, with the interval and the resolution of
    ``statistics.paired_difference``; ``forgetting`` is the mean next-token loss on the general
    text, in nats. ``unit`` is what the bootstrap resampled, ``facts`` the number of facts examined,
    ``by_kind`` the accuracies of each kind of item, and ``answers`` says for each item's id who was
    right. ``seconds`` is what both looks at all that was ``asked`` took, ``precision`` what they
    were computed in. ``battery`` says the rest (``battery.battery``), and ``contamination`` which
    share of the items stands in a text that was ``trained_on``. JSON types only. A row holds an
    item and what both made of it: nats by sum, per character and PMI.

    Raises UsageError where there are no recall items, no model or no adapter.
    """
    recall = [item for item in items if item.kind in RECALL]
    if not recall:
        raise UsageError("there are no test items: give a longer seed, or one that states facts")
    asked = [*items, *general_items()]
    model, tokenizer = load_examined(base, adapter, settings)
    text = _GENERAL_TEXT.read_text(encoding="utf-8")

    def look(done_before: int) -> tuple[list[Answer], float]:
        def report(done: int, _: int) -> None:
            if on_progress:
                on_progress(done_before + done, 2 * len(asked))

        answers = answer_with(model, tokenizer, asked, pmi=True, on_progress=report)
        return answers, text_loss_with(model, tokenizer, text)

    started = time.monotonic()
    with model.disable_adapter():
        by_base, base_loss = look(0)
    by_student, student_loss = look(len(asked))
    seconds = time.monotonic() - started
    answered = list(map(Answered, asked, by_base, by_student))
    copied = contaminated(items, trained_on)
    summary = {
        **_headline([row for row in answered if row.item.kind in RECALL], settings.resamples),
        "forgetting": {"base_loss": base_loss, "student_loss": student_loss},
        "asked": len(asked),
        "seconds": seconds,
        "precision": str(model.dtype).removeprefix("torch."),
        "battery": battery(answered, resamples=settings.resamples),
        "contamination": {"items": len(copied), "share": len(copied) / len(items)},
    }
    return Evaluation(summary, [_row(row, row.item.id in copied) for row in answered])


def load_examined(base: Path, adapter: Path | None, settings: Exam) -> tuple[Any, Any]:
    """``scoring.load_student`` in the precision of the exam.

    Base and adapter lose nothing in float32: the one is kept in bfloat16, the other in float32.
    """
    model, tokenizer = load_student(base, adapter)
    return (model.float() if settings.precision == "float32" else model), tokenizer


def general_items() -> list[Item]:
    """The bundled questions of common knowledge, in English and Russian."""
    lines = _GENERAL_ITEMS.read_text(encoding="utf-8").splitlines()
    return [Item.model_validate_json(line) for line in lines]


def _headline(recall: Sequence[Answered], resamples: int) -> dict[str, Any]:
    right = {who: [row.of(who).correct for row in recall] for who in ("base", "student")}
    facts = [row.item.fact for row in recall]
    difference = paired_difference(right["base"], right["student"], facts, resamples=resamples)

    def accuracies(kind: str | None = None) -> dict[str, dict[str, float]]:
        chosen = [kind in (None, row.item.kind) for row in recall]
        return {
            who: {"accuracy": sum(compress(of_who, chosen)) / sum(chosen)}
            for who, of_who in right.items()
        }

    return {
        "items": len(recall),
        **accuracies(),
        "difference": {"mean": difference.mean, "ci95": list(difference.ci95)},
        "smallest_detectable": difference.smallest_detectable,
        "unit": difference.unit,
        "facts": difference.clusters,
        "by_kind": {kind: accuracies(kind) for kind in sorted({row.item.kind for row in recall})},
        "answers": {
            row.item.id: {who: row.of(who).correct for who in ("base", "student")} for row in recall
        },
    }


def _row(row: Answered, copied: bool) -> dict[str, Any]:
    return {
        **row.item.model_dump(mode="json"),
        "in_training_text": copied,
        **{
            who: {
                "sums": list(row.of(who).sums),
                "per_character": list(row.of(who).per_character),
                "pmi": list(row.of(who).pmi),
                "chosen": row.of(who).chosen,
            }
            for who in ("base", "student")
        },
    }
