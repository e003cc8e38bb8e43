from pathlib import Path

import click


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--budget-calls", type=int, metavar="N", help="A larger budget than before.")
@click.option("--max-rounds", type=int, metavar="N", help="More rounds than before.")
@click.option("--json", "as_json", is_flag=True, help="The verdict as JSON.")
def resume(
    directory: Path, budget_calls: int | None, max_rounds: int | None, as_json: bool
) -> None:
    """Finish the run in DIRECTORY; nothing paid for is paid again."""
    from distillnet.api import resume as resume_run
    from distillnet.cli.progress import Progress
    from distillnet.cli.verdict import show

    with Progress() as progress:
        result = resume_run(
            directory, on_event=progress, budget_calls=budget_calls, max_rounds=max_rounds
        )
    show(result, as_json=as_json)
    result.require_whole()
