from pathlib import Path
from typing import Literal

import click


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--precision",
    type=click.Choice(["auto", "float32"]),
    help="auto: bfloat16 where it is faster; float32: as other programs compute (the run's own).",
)
@click.option("--json", "as_json", is_flag=True, help="The whole evaluation as JSON.")
def evaluate(directory: Path, precision: Literal["auto", "float32"] | None, as_json: bool) -> None:
    """Examine base and student of the run in DIRECTORY on the same items.

    The first line is recall. Those below say what else changed: what is known backwards, denied,
    made up or given in to, and what was forgotten. Each item's scores go to items.jsonl.
    """
    from distillnet.api import evaluate as examine
    from distillnet.cli.battery_text import battery_lines
    from distillnet.cli.progress import Progress
    from distillnet.cli.verdict import student_line
    from distillnet.tools.terminal import json_line

    with Progress() as progress:
        result = examine(directory, precision=precision, on_event=progress)
    lines = [student_line(result), *battery_lines(result)]
    click.echo(json_line(result) if as_json else "\n".join(lines))
