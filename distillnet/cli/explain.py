from pathlib import Path

import click


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.argument("scene")
@click.option("--json", "as_json", is_flag=True, help="Everything, as one JSON object.")
@click.option("--prompt", "only_prompt", is_flag=True, help="Only the prompt, as it was sent.")
@click.option("--raw", "only_raw", is_flag=True, help="Only the answer, as it came.")
def explain(directory: Path, scene: str, as_json: bool, only_prompt: bool, only_raw: bool) -> None:
    """Explain one SCENE of the run in DIRECTORY, from the seed to the verdict.

    SCENE is an id, at least 4 characters of one, or the name of a lens; rejected scenes, and
    cells without an answer, can be explained too. Calls no model and disturbs no run.
    """
    from distillnet.api import explain as explained
    from distillnet.cli.explanation import lines
    from distillnet.cli.output import exact
    from distillnet.errors import UsageError
    from distillnet.tools.terminal import json_line

    found = explained(directory, scene)
    if as_json:
        click.echo(json_line(found.model_dump(mode="json")))
    elif only_prompt:
        if found.prompt is None:
            raise UsageError(f"{found.cell.id} has no prompt: its role or lens is not installed")
        exact(found.prompt)
    elif only_raw:
        if found.call is None or found.call.error:
            raise UsageError(f"{found.cell.id} has no answer: {found.meaning}")
        exact(found.call.raw)
    else:
        click.echo("\n".join(lines(found)))
