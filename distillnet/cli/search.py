from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from distillnet.api import Match

_WIDTH = 79
_INDENT = " " * 7
_LINES = 3
# Characters of a text that can stand in so many lines, and some more.
_READ = 400


def _filters(command: Callable[..., None]) -> Callable[..., None]:
    for name, shown in {
        "faithfulness": "literal|figurative|fictional",
        "form": "NAME",
        "family": "NAME",
        "role": "NAME",
        "lens": "NAME",
    }.items():
        command = click.option(
            f"--{name}", multiple=True, metavar=shown, help=f"Only this {name}; repeatable."
        )(command)
    return command


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.argument("question")
@_filters
@click.option("-k", type=int, default=5, show_default=True, help="How many scenes at most.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with every field of the scenes.")
def search(directory: Path, question: str, k: int, as_json: bool, **wanted: Any) -> None:
    """Search the run in DIRECTORY for the scenes nearest to QUESTION.

    Shows the cosine, the scene's lens, role, form, faithfulness and id, and how it begins. Needs
    no chat model and disturbs no run.
    """
    from distillnet.api import search as searched
    from distillnet.tools.terminal import json_line

    found = searched(directory, question, k=k, **wanted)
    if as_json:
        click.echo(json_line([match.model_dump(mode="json") for match in found]))
    elif found:
        click.echo("\n".join(line for match in found for line in _lines(match)))
    else:
        click.echo("no accepted scene meets all of these filters together", err=True)


def _lines(match: "Match") -> Iterator[str]:
    from distillnet.cli.folding import folded
    from distillnet.tools.terminal import fitted, terminal

    scene = match.scene
    looks = ", ".join((scene.lens, scene.role, scene.form, scene.faithfulness))
    width = _WIDTH - len(_INDENT)
    yield f"{match.score:5.2f}  {fitted(terminal(looks), width - len(scene.id) - 2)}  {scene.id}"
    for line in folded(terminal(scene.text[:_READ]), width, most=_LINES):
        yield f"{_INDENT}{line}"
