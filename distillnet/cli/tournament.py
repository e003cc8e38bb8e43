from pathlib import Path
from typing import Any

import click

from distillnet.cli.options import settings_options

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--tokens", type=click.IntRange(1), metavar="N", help="Learned by each (the largest, 3 times)."
)
@click.option("--steps", type=click.IntRange(1), metavar="N", help="Of the optimizer (tokens/512).")
@click.option(
    "--parallel",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="Students at once, where memory allows.",
)
@settings_options
@click.option("--out", type=_FOLDER, metavar="FOLDER", help="Where to keep it (runs/tournament).")
@click.option("--json", "as_json", is_flag=True, help="The result as one JSON object.")
def tournament(
    files: tuple[str, ...],
    tokens: int | None,
    steps: int | None,
    parallel: int,
    out: Path | None,
    as_json: bool,
    **settings: Any,
) -> None:
    """Which of several texts teaches the most? One student a FILE, examined on every test.

    FILE is a text as for 'distillnet run', or the directory of a run that has ended. All students
    learn equally many tokens in equally many steps. The same command again goes on where it was
    cut off, and a file more costs only its own student. Caps (--budget-...) hold for all files
    together.
    """
    from distillnet import api
    from distillnet.cli.progress import Progress
    from distillnet.cli.tournament_text import lines
    from distillnet.tools.terminal import json_line

    with Progress() as progress:
        result = api.tournament(
            files,
            out=out,
            tokens=tokens,
            steps=steps,
            parallel=parallel,
            on_event=progress,
            **settings,
        )
    if as_json:
        click.echo(json_line(result.model_dump(mode="json")))
    else:
        click.echo("\n".join(lines(result)))
    result.require_whole()


# Students are what it is about, so this option of a run has no place here.
tournament.params = [option for option in tournament.params if option.name != "train"]
