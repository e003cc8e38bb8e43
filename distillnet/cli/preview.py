"""A few cells made for real, and what they say of the whole."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from distillnet.cli.dollars import dollars
from distillnet.cli.duration import duration
from distillnet.cli.folding import folded
from distillnet.cli.options import settings_options

if TYPE_CHECKING:
    from distillnet.api import Preview, Range, Sample

_WIDTH = 79
_NAMES = 11
_COLUMN = 32
_SHOWN = 2_000


@click.command()
@click.argument("seed")
@click.option(
    *("-n", "--cells"), type=click.IntRange(1), default=3, metavar="N", help="How many cells (3)."
)
@settings_options
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Run directory.")
@click.option("--json", "as_json", is_flag=True, help="Everything, as one JSON object.")
def preview(seed: str, cells: int, out: Path | None, as_json: bool, **settings: Any) -> None:
    """Make a few cells of SEED's plan for real, and estimate the whole from them.

    'distillnet run' with the same options finds them and does not pay for them again.
    """
    from distillnet import api
    from distillnet.cli.progress import Progress
    from distillnet.tools.terminal import json_line

    with Progress() as progress:
        made = api.preview(seed, cells=cells, out=out, on_event=progress, **settings)
    if as_json:
        click.echo(json_line(_as_json(made)))
    else:
        click.echo("\n".join(_lines(made)))
    made.require_answers()


def _as_json(made: "Preview") -> dict[str, Any]:
    return {
        "directory": made.before.directory,
        "samples": [sample.model_dump(mode="json") for sample in made.samples],
        "before": made.before.estimate.model_dump(mode="json"),
        "after": made.after.estimate.model_dump(mode="json"),
        "stopped": str(made.stopped) if made.stopped else None,
    }


def _lines(made: "Preview") -> Iterator[str]:
    for number, sample in enumerate(made.samples, start=1):
        yield from _sample(f"{number} of {len(made.samples)}", sample)
        yield ""
    if not all(sample.error for sample in made.samples):
        yield from _estimates(made)
    yield from _field("kept in", f"{made.before.directory}/: a run there does not pay for it again")


def _sample(place: str, sample: "Sample") -> Iterator[str]:
    yield from _field(place, f"{sample.lens} ({sample.family}), {sample.role}, {sample.form}")
    if sample.error:
        yield from _field("failed", f"after {sample.seconds:.1f} s: {sample.error}")
        return
    usd = "at an unknown price" if sample.usd is None else f"for ${sample.usd:.6f}"
    yield from _field(
        "verdict",
        f"{sample.verdict}; {sample.seconds:.1f} s, {sample.input_tokens:,} tokens read and "
        f"{sample.output_tokens:,} written {usd if sample.usd != 0 else ''}".strip(),
    )
    yield from _field("", sample.text[:_SHOWN])
    if (left := len(sample.text) - _SHOWN) > 0:
        yield f"{' ' * _NAMES}... {left:,} characters more: --json has all"


def _estimates(made: "Preview") -> Iterator[str]:
    before, after = made.before.estimate, made.after.estimate
    rows: list[tuple[str, str, Callable[[float], str]]] = [
        ("calls", "calls", _count),
        ("read", "input_tokens", _count),
        ("written", "output_tokens", _count),
        ("money", "usd", _price),
        ("answering", "answering", duration),
        ("training", "training", duration),
        ("exam", "examining", duration),
    ]
    yield f"{'whole run':<{_NAMES}}{'estimated before':<{_COLUMN}}estimated from these"
    for name, field, written in rows:
        cells = [_between(getattr(estimate, field), written) for estimate in (before, after)]
        if any(cells):
            known = [cell or "not known" for cell in cells]
            yield f"{name:<{_NAMES}}{known[0]:<{_COLUMN}}{known[1]}"


def _between(range: "Range | None", written: Callable[[float], str]) -> str:
    if range is None:
        return ""
    least, most = written(range.least), written(range.most)
    return least if least == most else f"{least} to {most}"


def _count(number: float) -> str:
    return f"{number:,.0f}"


def _price(usd: float) -> str:
    return dollars(usd) if usd else "free"


def _field(name: str, text: str) -> Iterator[str]:
    """A text from a stranger: inert, wrapped, beside a name."""
    from distillnet.tools.terminal import terminal

    lines = [
        line
        for part in terminal(text, lines=True).split("\n")
        for line in folded(part, _WIDTH - _NAMES) or [""]
    ]
    for start, line in zip([name, *[""] * len(lines)], lines, strict=False):
        yield f"{start:<{_NAMES}}{line}".rstrip()
