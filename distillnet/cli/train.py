from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--student", metavar="NAME|PATH", help="The student ('embedded', or a folder).")
@click.option("--epochs", type=int, metavar="N", help="Passes over the data set.")
@click.option("--learning-rate", type=float, metavar="X", help="Peak learning rate.")
def train(directory: Path, **settings: Any) -> None:
    """Train the student on the data set of the run in DIRECTORY; prints the adapter's folder."""
    from distillnet.api import train as train_student
    from distillnet.cli.progress import Progress

    with Progress() as progress:
        adapter = train_student(directory, on_event=progress, **settings)
    click.echo(adapter)
