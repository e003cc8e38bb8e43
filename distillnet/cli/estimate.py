from typing import Any

import click


def _whole(context: click.Context, option: click.Parameter, value: str) -> tuple[int, ...]:
    try:
        return tuple(int(number) for number in value.split(","))
    except ValueError:
        raise click.BadParameter("give whole numbers with commas between: 1,10,100") from None


@click.command()
@click.option("--pages", default="1,10,100,1000", callback=_whole, help="Of 2,000 tokens each.")
@click.option("--views", default=100, metavar="N", help="Texts about each page (100).")
@click.option("--epochs", default=1, metavar="N", help="Readings of each text (1).")
@click.option("--params", metavar="SIZE|DIR", help="8B, a model's folder, or 'embedded' (8B).")
@click.option("--gpu", metavar="NAME", help="A card, or 'here': this machine (rtx-pro-6000).")
@click.option("--measure", is_flag=True, help="Measure this machine first (half a minute).")
@click.option("--model", metavar="PROVIDER:NAME", help="The teacher (three are compared).")
@click.option("--explain", is_flag=True, help="Show formula, sources, and measurements beside it.")
@click.option("--language", type=click.Choice(["en", "ru"]), help="Of the answer (en).")
@click.option("--json", "as_json", is_flag=True, help="Everything, as one JSON object.")
def estimate(
    model: str | None, explain: bool, language: str | None, as_json: bool, **asked: Any
) -> None:
    """How long does training take, does it fit, and what does the teacher cost?

    Calls no model, and loads none but with --measure. Cards: rtx-pro-6000, 5090, 4090, 3090,
    6000-ada, l40s, l4, t4, a100-40, a100-80, h100, h200, b200.
    """
    from distillnet import api
    from distillnet.cli.estimate_text import EstimateText
    from distillnet.tools.terminal import json_line

    if asked["measure"]:
        click.echo("measuring how fast this machine trains, half a minute ...", err=True)
    made = api.estimate(model=model, **asked)
    if as_json:
        click.echo(json_line(made.model_dump(mode="json")))
    else:
        click.echo("\n".join(EstimateText(made, language or "en").lines(explain=explain)))
