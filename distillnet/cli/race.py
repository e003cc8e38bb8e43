import sys
from pathlib import Path
from typing import Any

import click

from distillnet.cli.options import names, resume_options

_FOLDER = click.Path(path_type=Path, file_okay=False)


def _rates(context: click.Context, option: click.Parameter, value: str) -> tuple[float, ...]:
    try:
        rates = tuple(float(rate) for rate in names(context, option, value))
    except ValueError:
        rates = ()
    if not rates or not all(0 < rate < 1 for rate in rates):
        raise click.BadParameter("learning rates look like 1e-4,3e-4,1e-3", context, option)
    return rates


@click.command()
@click.argument("source", metavar="[SEED|DIR]", required=False)
@click.option(
    "--views",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="JSONL of passages with questions, and views of them, in the place of SEED. A teacher "
    "writes for the arm 'run' alone.",
)
@click.option(
    "--arms",
    callback=names,
    default="copies,lenses,placebo,context",
    show_default=True,
    help="copies, paraphrases, seven, lenses, run, mixed, one, placebo, context, or a style of "
    "--views.",
)
@click.option("--documents", type=click.IntRange(1), metavar="N", help="Of FILE; the first N race.")
@click.option(
    "--tokens", type=click.IntRange(1), metavar="N", help="Learned by each student (longest arm)."
)
@click.option("--steps", type=click.IntRange(1), metavar="N", help="Of the optimizer (tokens/512).")
@click.option("--seeds", type=click.IntRange(1), default=3, show_default=True, help="Of training.")
@click.option(
    "--lrs",
    "learning_rates",
    callback=_rates,
    default="1e-4,3e-4,1e-3",
    show_default=True,
    help="Learning rates, of which each arm gets its best.",
)
@click.option("--placebo", metavar="SEED", help="The other text, of which the placebo is made.")
@click.option(
    "--credit",
    metavar="KEY",
    help="What each lens, role, family or style is worth: train without each of them, too.",
)
@click.option("--lenses", type=int, metavar="N", help="How many lenses (32; at most 100).")
@click.option("--model", metavar="PROVIDER:NAME", help="The teacher ('embedded').")
@click.option("--base-url", metavar="URL", help="Where an OpenAI-compatible server listens.")
@click.option("--student", metavar="NAME|PATH", help="The student ('embedded', or a folder).")
@resume_options
@click.option("--out", type=_FOLDER, metavar="FOLDER", help="Where to keep it (races/NAME).")
@click.option("--plan", "plan_only", is_flag=True, help="Say what it will take, and stop.")
@click.option("--yes", is_flag=True, help="Begin without asking.")
@click.option("--json", "as_json", is_flag=True, help="Plan or result as one JSON object.")
@click.pass_context
def race(
    context: click.Context,
    /,
    source: str | None,
    views: Path | None,
    plan_only: bool,
    yes: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Do many readings teach more than copies? Train one student an arm and compare.

    All arms learn equally many tokens in equally many steps, each at the learning rate that suits
    it. The same command again goes on where it was cut off. Caps (--budget-...) hold for all arms
    together.
    """
    from distillnet import api
    from distillnet.cli.progress import Progress
    from distillnet.cli.race_plan_text import plan_lines
    from distillnet.cli.race_text import result_lines
    from distillnet.tools.terminal import json_line

    if (source is None) == (views is None):
        raise click.UsageError("Give a SEED or a run's directory, or --views FILE.", context)
    ready = api.prepare_race(source, views=views, **options)
    if plan_only:
        plan = ready.plan
        click.echo(
            json_line(plan.model_dump(mode="json")) if as_json else "\n".join(plan_lines(plan))
        )
        return
    click.echo("\n".join(plan_lines(ready.plan)), err=True)
    if not yes and sys.stdin.isatty() and sys.stderr.isatty():
        click.confirm("Begin?", abort=True, err=True)
    with Progress() as progress:
        result = ready.run(progress)
    click.echo(
        json_line(result.model_dump(mode="json")) if as_json else "\n".join(result_lines(result))
    )
    click.echo(f"kept in {ready.out}", err=True)
    api.require_whole_race(result)
