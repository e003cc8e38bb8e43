from pathlib import Path

import click


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--json", "as_json", is_flag=True, help="The whole evaluation as JSON.")
def evaluate(directory: Path, as_json: bool) -> None:
    """Examine base and student of the run in DIRECTORY on the same items."""
    from distillnet.api import evaluate as examine
    from distillnet.cli.progress import Progress
    from distillnet.cli.verdict import student_line
    from distillnet.tools.terminal import json_line

    with Progress() as progress:
        result = examine(directory, on_event=progress)
    click.echo(json_line(result) if as_json else student_line(result))
