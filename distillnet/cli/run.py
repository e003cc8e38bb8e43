import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from distillnet.cli.options import settings_options

if TYPE_CHECKING:
    from distillnet.api import Plan

_YES = ("", "y", "yes", "д", "да")
_NO = ("n", "no", "н", "нет")


@click.command()
@click.argument("seed", required=False)
@settings_options
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Run directory.")
@click.option(
    "--plan",
    "planned",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Run exactly this plan, made by 'distillnet plan SEED --out FILE'.",
)
@click.option("--yes", is_flag=True, help="Do not ask before the first call.")
@click.option("--json", "as_json", is_flag=True, help="The verdict as JSON.")
@click.pass_context
def run(
    context: click.Context,
    /,
    seed: str | None,
    out: Path | None,
    planned: Path | None,
    yes: bool,
    as_json: bool,
    **settings: Any,
) -> None:
    """Reinterpret SEED, teach the student, examine it.

    SEED is a phrase, a .txt, .md or .json file, or - for standard input. The same command again
    reuses what is there.
    """
    from distillnet import api
    from distillnet.cli.progress import Progress
    from distillnet.cli.verdict import show

    given = {name: value for name, value in settings.items() if value is not None}
    if planned:
        _require_alone(context, seed, given)
        plan = api.read_plan(planned, out=out)
    elif seed is None:
        raise click.UsageError("Missing argument 'SEED', or --plan FILE.", context)
    else:
        plan = api.plan(seed, out=out, **given)
    api.require_ready(plan)
    _agree(plan, ask=not yes)
    with Progress(names_seed=False) as progress:  # the plan has named it
        if planned:
            result = api.distill(plan=plan, out=out, on_event=progress)
        else:
            result = api.distill(plan.seed, out=out, on_event=progress, **given)
    show(result, as_json=as_json)
    result.require_whole()


def _require_alone(context: click.Context, seed: str | None, given: dict[str, Any]) -> None:
    options = [o.opts[0] for o in context.command.params if o.name in given]
    if seed is not None:
        options.insert(0, "SEED")
    if options:
        raise click.UsageError(
            f"--plan has its own seed and settings: leave out {', '.join(options)}, "
            "or make another plan.",
            context,
        )


def _agree(plan: "Plan", *, ask: bool) -> None:
    """Says what will happen; on a terminal waits for a yes. Raises Interrupted for a no."""
    from distillnet.cli.plan_summary import PlanSummary
    from distillnet.errors import Interrupted

    summary = PlanSummary(plan)
    click.echo("\n".join(summary.lines()), err=True)
    if not (ask and sys.stdin.isatty() and sys.stderr.isatty()):
        return
    while True:
        click.echo(summary.question(), nl=False, err=True)
        line = sys.stdin.readline()
        answer = line.strip().lower()
        if not line or answer in _NO:
            raise Interrupted("nothing was called or written")
        if answer in _YES:
            return
