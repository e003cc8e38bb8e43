from pathlib import Path
from typing import Any

import click

from distillnet.cli.options import resume_options


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--max-rounds", type=int, metavar="N", help="More rounds than before.")
@resume_options
@click.option("--json", "as_json", is_flag=True, help="The verdict as JSON.")
def resume(directory: Path, as_json: bool, **settings: Any) -> None:
    """Finish the run in DIRECTORY; nothing paid for is paid again.

    The options stand in the place of the run's own settings.
    """
    from distillnet.api import resume as resume_run
    from distillnet.cli.progress import Progress
    from distillnet.cli.verdict import show

    with Progress() as progress:
        result = resume_run(directory, on_event=progress, **settings)
    show(result, as_json=as_json)
    result.require_whole()
