"""The third look at the student: what it learned, and what it forgot for it."""

import time
from collections.abc import Sequence
from itertools import compress
from pathlib import Path
from typing import Any

from distillnet.config import Exam
from distillnet.errors import UsageError
from distillnet.records import Item
from distillnet.training.battery import OnProgress, answer_with, load_student, text_loss_with
from distillnet.training.statistics import paired_difference

_GENERAL_TEXT = Path(__file__).with_name("general.txt")
_RANDOM_SEED = 17


def evaluate(
    items: Sequence[Item],
    base: Path,
    adapter: Path,
    settings: Exam,
    *,
    on_progress: OnProgress | None = None,
) -> dict[str, Any]:
    """Base and student on the same items, and on a text that neither was trained on.

    Accuracies and their difference (student - base) are shares of 1, with the interval and the
    resolution of ``statistics.paired_difference``; ``forgetting`` is the mean next-token loss on
    the general text, in nats. ``unit`` is what the bootstrap resampled, ``facts`` the number of
    facts examined, ``by_kind`` the accuracies of each kind of item, and ``answers`` says for each
    item's id who was right. ``seconds`` is what both looks took. JSON types only.

    Raises UsageError where there are no items, no model or no adapter.
    """
    if not items:
        raise UsageError("there are no test items: give a longer seed, or one that states facts")
    model, tokenizer = load_student(base, adapter)
    text = _GENERAL_TEXT.read_text(encoding="utf-8")

    def look(done_before: int) -> tuple[list[bool], float]:
        def report(done: int, _: int) -> None:
            if on_progress:
                on_progress(done_before + done, 2 * len(items))

        answers = answer_with(model, tokenizer, items, on_progress=report)
        return [a.correct for a in answers], text_loss_with(model, tokenizer, text)

    started = time.monotonic()
    with model.disable_adapter():
        base_right, base_loss = look(0)
    student_right, student_loss = look(len(items))
    seconds = time.monotonic() - started
    facts = [item.fact for item in items]
    difference = paired_difference(
        base_right, student_right, facts, resamples=settings.resamples, random_seed=_RANDOM_SEED
    )

    def accuracies(kind: str | None = None) -> dict[str, dict[str, float]]:
        chosen = [kind in (None, item.kind) for item in items]
        return {
            who: {"accuracy": sum(compress(right, chosen)) / sum(chosen)}
            for who, right in (("base", base_right), ("student", student_right))
        }

    return {
        "items": len(items),
        **accuracies(),
        "difference": {"mean": difference.mean, "ci95": list(difference.ci95)},
        "smallest_detectable": difference.smallest_detectable,
        "forgetting": {"base_loss": base_loss, "student_loss": student_loss},
        "unit": difference.unit,
        "facts": difference.clusters,
        "seconds": seconds,
        "by_kind": {kind: accuracies(kind) for kind in sorted({item.kind for item in items})},
        "answers": {
            item.id: {"base": before, "student": after}
            for item, before, after in zip(items, base_right, student_right, strict=True)
        },
    }
