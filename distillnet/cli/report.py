from pathlib import Path

import click


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
def report(directory: Path) -> None:
    """Draw report.html of the run in DIRECTORY again; prints its path."""
    from distillnet.api import report as draw

    click.echo(draw(directory))
