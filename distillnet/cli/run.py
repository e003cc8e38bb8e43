from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("seed")
@click.option("--lenses", type=int, metavar="N", help="How many lenses (32; at most 100).")
@click.option(
    "--roles", metavar="A,B", help="Roles to use, or files that define some (all that are known)."
)
@click.option("--model", metavar="PROVIDER:NAME", help="The teacher ('embedded').")
@click.option("--base-url", metavar="URL", help="Where an OpenAI-compatible server listens.")
@click.option("--student", metavar="NAME|PATH", help="The student ('embedded', or a folder).")
@click.option("--language", type=click.Choice(["en", "ru"]), help="Of the scenes (the seed's).")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Run directory.")
@click.option("--max-rounds", type=int, metavar="N", help="Rounds of the critic (3).")
@click.option("--budget-calls", type=int, metavar="N", help="Model calls, never exceeded.")
@click.option("--no-train", is_flag=True, help="Stop after the export.")
@click.option("--json", "as_json", is_flag=True, help="The verdict as JSON.")
def run(
    seed: str, out: Path | None, roles: str | None, no_train: bool, as_json: bool, **settings: Any
) -> None:
    """Reinterpret SEED, teach the student, examine it.

    SEED is a phrase, a .txt, .md or .json file, or - for standard input. The same command again
    reuses what is there.
    """
    from distillnet.api import distill
    from distillnet.cli.progress import Progress
    from distillnet.cli.verdict import show

    if roles is not None:
        settings["roles"] = tuple(name.strip() for name in roles.split(",") if name.strip())
    if no_train:
        settings["train"] = False
    with Progress() as progress:
        result = distill(seed, out=out, on_event=progress, **settings)
    show(result, as_json=as_json)
    result.require_whole()
