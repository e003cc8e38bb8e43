from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from distillnet.cli.options import settings_options
from distillnet.cli.output import exact

if TYPE_CHECKING:
    from distillnet.api import Plan, PlannedCell


@click.command()
@click.argument("seed")
@settings_options
@click.option("--cells", "all_cells", is_flag=True, help="List all cells of the first round.")
@click.option("--prompts", "all_prompts", is_flag=True, help="Only the prompts, as they are sent.")
@click.option(
    "--prompt",
    "cell",
    metavar="CELL",
    help="Only the prompt of one cell: an id, the beginning of one, or the name of a lens.",
)
@click.option("--graph", type=click.Choice(["mermaid", "svg"]), help="Only the graph.")
@click.option("--probe", is_flag=True, help="Measure the embedded model first (10 seconds).")
@click.option("--json", "as_json", is_flag=True, help="Everything, as one JSON object.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write plan.yaml.")
def plan(
    seed: str,
    all_cells: bool,
    all_prompts: bool,
    cell: str | None,
    graph: str | None,
    probe: bool,
    as_json: bool,
    out: Path | None,
    **settings: Any,
) -> None:
    """Show what 'distillnet run' would do with SEED, and what it would take.

    Works offline: calls no model, needs no key, and writes nothing but the file of --out.
    """
    from distillnet import api
    from distillnet.cli.plan_text import PlanText
    from distillnet.tools.terminal import json_line

    made = api.plan(seed, **settings)
    if probe:
        # The seed that was read: standard input can be read only once.
        api.probe(made.seed, **settings)
        made = api.plan(made.seed, **settings)
    if out:
        api.write_plan(out, made)
    if graph:
        exact(getattr(api.draw_graph(), graph))
    elif all_prompts:
        for heading, prompt in PlanText(made).prompts():
            exact(f"{heading}\n{prompt}\n")
    elif cell is not None:
        exact(_found(made, cell).text)
    elif as_json:
        drawn = api.draw_graph().model_dump()
        click.echo(json_line(made.model_dump(mode="json") | {"graph": drawn}))
    else:
        click.echo("\n".join(PlanText(made).lines(all_cells=all_cells, kept=out)))


def _found(plan: "Plan", wanted: str) -> "PlannedCell":
    """The cell with this lens, or whose id begins so. Raises UnknownName or UsageError."""
    from distillnet.errors import UnknownName, UsageError

    found = [cell for cell in plan.cells if cell.lens == wanted]
    found = found or [cell for cell in plan.cells if wanted and cell.id.startswith(wanted)]
    if not found:
        raise UnknownName("cell", wanted, [cell.lens for cell in plan.cells])
    if len(found) > 1:
        ids = ", ".join(cell.id for cell in found)
        raise UsageError(f"{wanted!r} begins several cells: {ids}")
    return found[0]
