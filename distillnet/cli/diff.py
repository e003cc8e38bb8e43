from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from distillnet.cli.field import FEW, field, wrapped

if TYPE_CHECKING:
    from distillnet.api import Comparison, Numbers

_ENTRIES = 10  # of a list
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("run_a", type=_FOLDER)
@click.argument("run_b", type=_FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Everything, as one JSON object.")
def diff(run_a: Path, run_b: Path, as_json: bool) -> None:
    """Say what changed from RUN_A to RUN_B, two run directories.

    Seed, settings, weights, wordings of lenses and roles, lenses covered, scenes, and the numbers
    side by side. Calls no model and disturbs no run.
    """
    from distillnet.api import diff as compared
    from distillnet.tools.terminal import json_line

    found = compared(run_a, run_b)
    if as_json:
        click.echo(json_line(found.model_dump(mode="json")))
    else:
        click.echo("\n".join(_lines(found)))


def _lines(found: "Comparison") -> Iterator[str]:
    if found.seed and found.seed.kind == "other":
        yield "the runs are of two different seeds"
    yield from _field("A", found.a.directory)
    yield from _field("B", found.b.directory)
    yield from _seed(found)
    if found.a.language != found.b.language:
        yield from _field("language", f"{found.a.language} -> {found.b.language}")
    yield from _settings(found)
    yield from _weights(found)
    yield from _wordings(found)
    yield from _lenses(found)
    yield from _scenes(found)
    yield from _numbers(found.a.numbers, found.b.numbers)


def _seed(found: "Comparison") -> Iterator[str]:
    if found.seed is None:
        yield from _field("seed", "the same")
        return
    if found.seed.a == found.seed.b:
        yield from _field("seed", "the same words; white space differs")
        return
    kind = {"reworded": "reworded", "other": "another"}[found.seed.kind]
    yield from _field("seed", f"{kind}; {found.seed.shared:.0%} of the key words are shared")
    yield from _both(found.seed.a, found.seed.b)


def _settings(found: "Comparison") -> Iterator[str]:
    from distillnet.tools.terminal import json_line

    if not found.settings:
        yield from _field("settings", "the same")
        return
    yield from ("", "settings")
    for change in found.settings:
        yield from _wrapped(f"{change.name}: {json_line(change.a)} -> {json_line(change.b)}")


def _weights(found: "Comparison") -> Iterator[str]:
    if not found.weights:
        yield from _field("weights", "the same, of what both look through")
        return
    yield from ("", "weights in axis.yaml")
    for change in found.weights[:_ENTRIES]:
        left, right = ("-" if w is None else f"{w:g}" for w in (change.a, change.b))
        yield from _wrapped(f"{change.name}: {left} -> {right}")
    yield from _more(found.weights)


def _wordings(found: "Comparison") -> Iterator[str]:
    if found.a.language != found.b.language:
        yield from _field("wordings", "not compared: the runs are in different languages")
        return
    if not found.wordings:
        yield from _field("wordings", "the same, of the lenses and roles that both have asked with")
        return
    yield from ("", "wordings")
    for wording in found.wordings[:_ENTRIES]:
        yield from _wrapped(f"{wording.kind} {wording.name}")
        yield from _both(wording.a, wording.b)
    yield from _more(found.wordings)


def _lenses(found: "Comparison") -> Iterator[str]:
    if not (found.covered_only_in_a or found.covered_only_in_b):
        yield from _field("lenses", f"the same {found.a.numbers.lenses_covered} covered")
        return
    yield from ("", "lenses covered")
    for side, names in (("A", found.covered_only_in_a), ("B", found.covered_only_in_b)):
        if names:
            left = f", and {len(names) - _ENTRIES} more" if len(names) > _ENTRIES else ""
            yield from _wrapped(
                f"only in {side}: {', '.join(names[:_ENTRIES])}{left}", hang=4, most=None
            )


def _scenes(found: "Comparison") -> Iterator[str]:
    if not (found.only_in_a or found.only_in_b or found.retold or found.rejudged):
        yield from _field("scenes", f"the same {len(found.in_both)}")
        return
    yield from ("", "scenes")
    prompts = [twin for twin in found.twins if twin.differs == "prompt"]
    for name, count in {
        "in both": len(found.in_both),
        "in both, with different texts": len(found.retold),
        "only in A": len(found.only_in_a),
        "only in B": len(found.only_in_b),
        "same cell, another prompt": len(prompts),
        "same prompt, another model": len(found.twins) - len(prompts),
    }.items():
        if count:
            yield f"  {name:<32}{count:>15,}"
    # With another seed, or one reworded, every prompt is another.
    listed = prompts if found.seed is None else []
    for twin in listed[:_ENTRIES]:
        yield from _wrapped(f"{twin.a} -> {twin.b}: {twin.lens}, {twin.role}", indent=4)
    yield from _more(listed)
    if found.rejudged:
        yield "  judged differently"
    for scene in found.rejudged[:_ENTRIES]:
        line = f"{scene.id}: {scene.lens}, {scene.role}: {scene.a} -> {scene.b}"
        yield from _wrapped(line, indent=4)
    yield from _more(found.rejudged)


def _numbers(a: "Numbers", b: "Numbers") -> Iterator[str]:
    if a == b:
        yield from _field("numbers", "the same")
        return
    yield from ("", f"{'numbers':<34}{'A':>15}{'B':>15}")
    verdicts = dict.fromkeys([*a.verdicts, *b.verdicts])
    columns = (dict(_figures(side, verdicts)) for side in (a, b))
    for (name, left), right in zip(next(columns).items(), next(columns).values(), strict=True):
        if not left == right == "-":
            yield f"  {name:<32}{left:>15}{right:>15}"


def _figures(side: "Numbers", verdicts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Names and numbers, ``-`` where there is none."""
    counts = {str(verdict): count for verdict, count in side.verdicts.items()}
    yield "lenses covered", f"{side.lenses_covered:,}"
    for verdict in verdicts:
        yield f"scenes: {verdict.replace('_', ' ')}", f"{counts.get(verdict, 0):,}"
    yield "rounds", f"{side.rounds}"
    yield "stopped", (side.stopped or "not yet").replace("_", " ")
    yield "angles seen", "-" if side.angles is None else f"{side.angles:,}"
    yield "Good-Turing coverage", "-" if side.good_turing is None else f"{side.good_turing:.2f}"
    yield "Chao1", "-" if side.chao1 is None else f"{side.chao1:,.0f}"
    low, high = side.chao1_ci95 or (0.0, 0.0)
    yield "Chao1, 95% interval", f"{low:,.0f} to {high:,.0f}" if side.chao1_ci95 else "-"
    yield "requests", f"{side.requests:,}"
    yield "tokens read", f"{side.input_tokens:,}"
    yield "tokens written", f"{side.output_tokens:,}"
    yield "cost in US dollars", "unknown" if side.usd is None else f"{side.usd:.4f}"
    gain = side.gain
    yield "student's gain in points", f"{100 * gain.mean:+.0f}" if gain else "-"
    low, high = (100 * bound for bound in gain.ci95) if gain else (0.0, 0.0)
    yield "gain, 95% interval", f"{low:+.0f} to {high:+.0f}" if gain else "-"


def _both(a: str, b: str) -> Iterator[str]:
    for side, text in (("A", a), ("B", b)):
        yield from _wrapped(f"{side}: {text}", indent=4, hang=7)


def _more(entries: Sequence[object]) -> Iterator[str]:
    if len(entries) > _ENTRIES:
        yield f"    ... {len(entries) - _ENTRIES:,} more: --json has all"


def _field(name: str, text: str) -> Iterator[str]:
    yield from field(name, text, most=FEW)


def _wrapped(
    text: str, *, indent: int = 2, hang: int | None = None, most: int | None = FEW
) -> list[str]:
    return wrapped(text, indent=indent, hang=hang, most=most)
