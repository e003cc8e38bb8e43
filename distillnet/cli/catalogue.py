from pathlib import Path

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--file", "files", multiple=True, metavar="ROLE.py", help="Also this role file.")
def roles(as_json: bool, files: tuple[str, ...]) -> None:
    """List the role agents: who looks."""
    from distillnet.agents.registry import load_roles
    from distillnet.tools.terminal import json_line

    known = load_roles(files)
    if as_json:
        entries = [
            {"name": role.name, "stance": role.stance, "lens_tags": role.lens_tags}
            for role in known.values()
        ]
        click.echo(json_line(entries))
        return
    for role in known.values():
        click.echo(_columns(role.name, role.stance, width=20))


@click.command()
@click.option("--family", metavar="NAME", help="Only this family.")
@click.option(
    "--run",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Those that the critic proposed in this run.",
)
@click.option("--language", type=click.Choice(["en", "ru"]), default="en", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="As JSON, with every field.")
def lenses(family: str | None, run: Path | None, language: str, as_json: bool) -> None:
    """List the lenses: how one looks."""
    from distillnet.errors import UnknownName
    from distillnet.tools.terminal import json_line

    if run is None:
        from distillnet.api import catalogue

        known = list(catalogue().values())
    else:
        from distillnet.api import coverage

        known = list(coverage(run).proposed)
    families = list(dict.fromkeys(lens.family for lens in known))
    if family is not None and family not in families:
        raise UnknownName("family", family, families)
    chosen = [lens for lens in known if family in (None, lens.family)]
    if as_json:
        click.echo(json_line([lens.model_dump() for lens in chosen]))
        return
    for name in families:
        group = [lens for lens in chosen if lens.family == name]
        if group:
            click.echo(f"{name} ({len(group)})")
        for lens in group:
            question = lens.question.ru if language == "ru" else lens.question.en
            click.echo(_columns(lens.name, question, width=27, indent="  "))
    if not known:
        click.echo("The critic proposed none; --propose N lets it add some.", err=True)


def _columns(name: str, text: str, *, width: int, indent: str = "") -> str:
    import shutil

    from distillnet.cli.folding import folded
    from distillnet.tools.terminal import terminal

    columns = min(100, shutil.get_terminal_size((80, 24)).columns)
    lines = folded(terminal(text), max(10, columns - width - len(indent)))
    pad = "\n" + " " * (width + len(indent))
    return f"{indent}{terminal(name):<{width}}{pad.join(lines)}"
