import sys
from pathlib import Path
from typing import Any

import click

from distillnet.cli.options import names

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("directory", type=_FOLDER)
@click.option(
    "--judges",
    callback=names,
    required=True,
    metavar="A,B",
    help="Two capable models or more, like openai:gpt-5-mini,anthropic:NAME.",
)
@click.option("--against", type=_FOLDER, metavar="DIR2", help="The other student (the base).")
@click.option("--base-url", metavar="URL", help="Where all judges listen (each at its own).")
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=24,
    show_default=True,
    metavar="N",
    help="Requests at most, and scenes at most.",
)
@click.option("--budget-calls", type=int, metavar="N", help="Requests to judges, in all.")
@click.option("--budget-usd", type=float, metavar="X", help="US dollars, in all.")
@click.option("--out", type=_FOLDER, metavar="FOLDER", help="Where to keep it (DIRECTORY/judged).")
@click.option("--plan", "plan_only", is_flag=True, help="Say what it will take, and stop.")
@click.option("--yes", is_flag=True, help="Do not ask before the first answer.")
@click.option("--json", "as_json", is_flag=True, help="Plan or result as one JSON object.")
def judge(
    directory: Path,
    judges: tuple[str, ...],
    plan_only: bool,
    yes: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Let capable models compare the student of the run in DIRECTORY with its base.

    Both answer open requests about the seed's facts, worded by lenses that were never taught. Each
    judge sees the two answers in both orders, without formatting; what judges disagree on is a tie.
    They also say through which lens an accepted scene looks. The same command again asks nothing.
    """
    from distillnet import api
    from distillnet.cli.judge_text import plan_lines, result_lines
    from distillnet.cli.progress import Progress
    from distillnet.tools.terminal import json_line

    ready = api.prepare_judging(directory, judges=judges, **given)
    plan = ready.plan
    if plan_only:
        shown = plan.model_dump(mode="json") | {"calls": plan.calls, "usd": plan.usd}
        click.echo(json_line(shown) if as_json else "\n".join(plan_lines(plan)))
        return
    click.echo("\n".join(plan_lines(plan)), err=True)
    if plan.calls and not yes and sys.stdin.isatty() and sys.stderr.isatty():
        click.confirm("Begin?", abort=True, err=True)
    with Progress() as progress:
        result = ready.run(progress)
    click.echo(
        json_line(result.model_dump(mode="json")) if as_json else "\n".join(result_lines(result))
    )
    click.echo(f"kept in {ready.out}", err=True)
    ready.require_whole(result)
