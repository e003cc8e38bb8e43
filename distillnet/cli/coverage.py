from pathlib import Path

import click


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Everything, as one JSON object.")
def coverage(directory: Path, as_json: bool) -> None:
    """Show what the run in DIRECTORY has covered: the map, what is missing, what repeats.

    The run may have ended, have been cut off, or go on; it is not disturbed.
    """
    import os
    import sys

    from distillnet.api import coverage as covered
    from distillnet.cli.coverage_text import CoverageText
    from distillnet.tools.terminal import json_line

    found = covered(directory)
    if as_json:
        click.echo(json_line(found.model_dump(mode="json")))
        return
    shaded = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    click.echo("\n".join(CoverageText(found).lines(shaded=shaded)))
