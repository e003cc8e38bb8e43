from pathlib import Path

import click

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("directory", type=_FOLDER)
@click.argument("lens")
@click.option("--into", type=_FOLDER, required=True, metavar="FOLDER", help="Your own lenses.")
def adopt(directory: Path, lens: str, into: Path) -> None:
    """Take over a LENS that the critic proposed in the run in DIRECTORY.

    'distillnet lenses --run DIRECTORY' lists them. FOLDER is made if need be; runs look through it
    when the setting lens_folders names it.
    """
    from shlex import quote

    from distillnet.api import adopt_lens
    from distillnet.tools.terminal import json_line, terminal

    path = adopt_lens(directory, lens, into)
    folders = json_line([str(path.parent)])
    click.echo(terminal(str(path)))
    click.echo(
        f"Runs plan it when distillnet.yaml has the line\n  lens_folders: {folders}\n"
        f"or the environment\n  DISTILLNET_LENS_FOLDERS={quote(folders)}",
        err=True,
    )
