from pathlib import Path

import click


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="FOLDER", help="A new folder."
)
def merge(directory: Path, out: Path) -> None:
    """Fold the last adapter of the run in DIRECTORY into its base; prints the model's folder."""
    from distillnet.api import merge as merge_student

    click.echo(merge_student(directory, out))
