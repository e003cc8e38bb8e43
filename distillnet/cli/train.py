import sys
import time
from pathlib import Path
from typing import Any

import click

_PATIENCE = 10.0
"""Seconds in which the launcher ends a further process whose error the first one has told."""


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--student", metavar="NAME|PATH", help="The student ('embedded', or a folder).")
@click.option("--epochs", type=int, metavar="N", help="Passes over the data set.")
@click.option("--tokens", type=int, metavar="N", help="Exactly N learned tokens, not epochs.")
@click.option("--learning-rate", type=float, metavar="X", help="Peak learning rate.")
@click.option("--method", type=click.Choice(["lora", "rslora", "dora"]), help="Adapter (lora).")
@click.option("--quantization", type=click.Choice(["none", "4bit"]), help="Of the base (none).")
@click.option("--packing", type=click.Choice(["auto", "on", "off"]), help="No padding (auto).")
@click.option("--mixture", type=click.Choice(["answers", "both"]), help="Prose, too (answers).")
@click.option("--replay", type=float, metavar="X", help="Share of a general text.")
@click.option(
    "--from-scratch",
    type=int,
    metavar="N",
    help="A new model of about N weights, in DIRECTORY/scratch/N.",
)
@click.option(
    "--tokenizer",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Of the new model (default: made from its texts).",
)
def train(directory: Path, **settings: Any) -> None:
    """Train the student on the data set of the run in DIRECTORY; prints its folder.

    Several GPUs train it together: accelerate launch -m distillnet train DIRECTORY.
    """
    from distillnet.api.teaching import is_first_process, training_report
    from distillnet.api.teaching import train as train_student
    from distillnet.cli.progress import Progress
    from distillnet.cli.verdict import trained_line
    from distillnet.errors import DistillNetError

    given = {name: value for name, value in settings.items() if value is not None}
    first = is_first_process()
    try:
        with Progress() as progress:
            student = train_student(directory, on_event=progress, **given)
    except KeyboardInterrupt:
        if not first:
            sys.exit(130)
        raise
    except DistillNetError:
        if not first:
            time.sleep(_PATIENCE)
        raise
    if first:
        if report := training_report(student):
            click.echo(f"trained    {trained_line(report)}", err=True)
        click.echo(student)
