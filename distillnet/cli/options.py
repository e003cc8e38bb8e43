"""Options that several verbs share, so that what was planned is what is previewed and run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def names(context: click.Context, option: click.Parameter, value: str | None) -> Any:
    return value and tuple(name.strip() for name in value.split(",") if name.strip())


def _switched_off(context: click.Context, option: click.Parameter, value: bool) -> bool | None:
    return False if value else None


_CAPS = (
    click.option("--budget-calls", type=int, metavar="N", help="Requests, retries included."),
    click.option("--budget-tokens", type=int, metavar="N", help="Tokens, read and written."),
    click.option("--budget-usd", type=float, metavar="X", help="US dollars."),
    click.option("--budget-minutes", type=float, metavar="X", help="Minutes of work."),
    click.option("--max-failed", type=float, metavar="X", help="Failed share for exit 3 (0.2)."),
)
_BATCH = click.option(
    "--batch/--no-batch", default=None, help="OpenAI's Batch API: cheaper, within a day (no)."
)
_SETTINGS = (
    click.option("--lenses", type=int, metavar="N", help="How many lenses (32; at most 100)."),
    click.option("--only", metavar="A,B", callback=names, help="These lenses, and no others."),
    click.option(
        "--roles",
        metavar="A,B",
        callback=names,
        help="Roles to use, or files that define some (all that are known).",
    ),
    click.option("--model", metavar="PROVIDER:NAME", help="The teacher ('embedded')."),
    click.option("--base-url", metavar="URL", help="Where an OpenAI-compatible server listens."),
    click.option("--student", metavar="NAME|PATH", help="The student ('embedded', or a folder)."),
    click.option("--language", type=click.Choice(["en", "ru"]), help="Of the scenes (the seed's)."),
    click.option(
        "--max-rounds", type=int, metavar="N", help="Rounds of the critic (3; 1000 with --pages)."
    ),
    click.option("--pages", type=float, metavar="X", help="Grow to X pages of 2,000 tokens."),
    click.option("--depth", type=int, metavar="N", help="Reinterpret scenes, N deep (0)."),
    click.option("--propose", type=int, metavar="N", help="Lenses the critic may add (0)."),
    click.option(
        "--fiction",
        type=click.Choice(["keep", "prefix", "leave-out"]),
        help="Scenes that may say what is not so, in the data set (keep).",
    ),
    click.option(
        "--rounds-through-student",
        type=int,
        metavar="N",
        help="Tell anew what the student gets wrong, N times (0).",
    ),
    click.option(
        "--reuse",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="An earlier run, whose answers to the same prompts are not asked again.",
    ),
    click.option(
        "--no-train", "train", is_flag=True, callback=_switched_off, help="Stop after the export."
    ),
    _BATCH,
    *_CAPS,
)


def resume_options(command: Command) -> Command:
    """What may be changed of a run: hard caps, how much may fail, and how the model is asked."""
    return _with((_BATCH, *_CAPS), command)


def settings_options(command: Command) -> Command:
    """Every option that shapes a run; each is None when it was not given."""
    return _with(_SETTINGS, command)


def _with(options: tuple[Callable[[Any], Any], ...], command: Command) -> Command:
    for option in reversed(options):
        command = option(command)
    return command
