"""The scenes of a run as files to train on, and its exam as tasks of the lm-evaluation-harness."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from distillnet.cli.field import field

if TYPE_CHECKING:
    from distillnet.api import ExamExport, Export, Fiction, Format, Order

_NAMES = 13
_FOLDER = click.Path(path_type=Path, file_okay=False)
_TRAINING = {
    "yes": "its answers may train a model",
    "no": "its answers may not train a model",
    "conditions": "its answers may train a model on conditions",
}


@click.command()
@click.argument("directory", type=_FOLDER)
@click.option(
    "--order",
    type=click.Choice(["planned", "curriculum"]),
    default="planned",
    show_default=True,
    help="curriculum: from concrete and easy scenes to abstract and hard ones, the lenses in turn.",
)
@click.option(
    "--fiction",
    type=click.Choice(["keep", "prefix", "leave-out"]),
    default="keep",
    show_default=True,
    help="prefix: a line before the question of figurative and fictional scenes says that they may "
    "be untrue. leave-out: drops fictional scenes, and all that contradict a fact.",
)
@click.option(
    "--test-share",
    type=float,
    default=0.1,
    show_default=True,
    help="Of the rows, for test.jsonl; no angle stands in both files.",
)
@click.option(
    "--format",
    type=click.Choice(["messages", "prompt-completion", "sharegpt", "alpaca", "lm-eval"]),
    default="messages",
    show_default=True,
    help="How a row holds question and answer. lm-eval: not the scenes but the exam, as tasks of "
    "the lm-evaluation-harness; the options above are then not used.",
)
@click.option(
    "--out", type=_FOLDER, metavar="FOLDER", help="Where to (DIRECTORY/export or lm-eval)."
)
@click.option("--json", "as_json", is_flag=True, help="What was written, as one JSON object.")
def export(
    directory: Path,
    order: "Order",
    fiction: "Fiction",
    test_share: float,
    format: "Format | Literal['lm-eval']",
    out: Path | None,
    as_json: bool,
) -> None:
    """Write the accepted scenes of the run in DIRECTORY as a data set to train on.

    That is train.jsonl, test.jsonl and a card, README.md. With '--format lm-eval' it is the exam,
    for others to check. Calls no model and disturbs no run.
    """
    from distillnet.api import export_dataset
    from distillnet.tools.terminal import json_line

    if format == "lm-eval":
        from distillnet.api import export_exam

        exam = export_exam(directory, out=out)
        lines = "\n".join(_exam_lines(exam))
        click.echo(json_line(exam.model_dump(mode="json")) if as_json else lines)
        return
    done = export_dataset(
        directory, out=out, order=order, fiction=fiction, test_share=test_share, format=format
    )
    click.echo(
        json_line(done.model_dump(mode="json")) if as_json else "\n".join(_lines(done, test_share))
    )


def _exam_lines(exam: "ExamExport") -> Iterator[str]:
    yield from _field("folder", exam.folder)
    for task in exam.tasks:
        yield from _field("", f"{task.name}: {_many(task.items, 'item')}")
    yield from _field("base", exam.base)
    yield from _field("adapter", exam.adapter or "none: the student is not trained")
    if exam.items:
        yield from _field("answers", f"ours are in {exam.items}")
    yield from _field("run it", "as README.md in the folder says")


def _lines(done: "Export", test_share: float) -> Iterator[str]:
    yield from _field("folder", done.folder)
    for file in done.files:
        yield from _field(file.name, f"{_many(file.rows, 'row')}, {_many(file.angles, 'angle')}")
    if test_share and done.test is None:
        yield from _field("test.jsonl", "none: no angle is small enough to stand there alone")
    if done.without_angle:
        yield from _field(
            "", f"{_many(done.without_angle, 'row')} without a label of angle, each counted as one"
        )
    if not done.levels:
        yield from _field("order", "as planned")
    else:
        first, last = done.levels[0], done.levels[-1]
        yield from _field(
            "order",
            f"{_many(len(done.levels), 'level')}: concreteness {first.concreteness:.2f} to "
            f"{last.concreteness:.2f}, difficulty {first.difficulty:.0f} to {last.difficulty:.0f}",
        )
    if done.marked:
        yield from _field("fiction", f"{_many(done.marked, 'row')} marked as possibly untrue")
    if done.left_out:
        yield from _field("fiction", f"{_many(done.left_out, 'scene')} left out")
    yield from _field("teacher", ", ".join(done.teachers))
    yield from _field(
        "terms",
        f"{_TRAINING[done.terms.allowed]}. {done.terms.text.en} {done.terms.source}"
        if done.terms
        else "unknown: read whether its answers may train a model",
    )


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _field(name: str, text: str) -> Iterator[str]:
    yield from field(name, text, names=_NAMES, whole=True)
