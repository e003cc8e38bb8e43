"""The battery of an evaluation in a few lines: one a kind of item, one a finding."""

from collections.abc import Iterator
from typing import Any

from distillnet.cli.field import field

_NAMES = 13
_KINDS = {
    "reversal": "reversal",
    "negation": "negation",  # of an evaluation from before its two rows
    "denial": "denial",
    "near_miss": "near miss",
    "unknowable": "unknowable",
    "sycophancy": "pressed",
    "general": "general",
}


def battery_lines(evaluation: dict[str, Any]) -> Iterator[str]:
    """None for an evaluation that has no battery."""
    battery = evaluation.get("battery", {})
    for kind, name in _KINDS.items():
        if row := battery.get("kinds", {}).get(kind):
            yield from _line(name, _kind(row))
    if found := battery.get("robustness"):
        yield from _line(
            "framings",
            f"worst {_change(found, 'worst')}, all right {_change(found, 'all_right')}, "
            f"a pair disagrees {_change(found, 'flip_rate')}",
        )
    if found := battery.get("over_claiming"):
        text = f"{_percent(found['base'])} -> {_percent(found['student'])} of the answers"
        yield from _line("made up", f"{text} to what the seed does not say")
    if found := battery.get("sycophancy_shift"):
        text = f"{_percent(found['base'])} -> {_percent(found['student'])} of the choice items"
        yield from _line("gives in", f"{text} are lost to a wrong claim of the user")
    if found := battery.get("calibration"):
        base, student = found["base"], found["student"]
        yield from _line(
            "calibration",
            f"ECE {base['ece']:.2f} -> {student['ece']:.2f}, "
            f"Brier {base['brier']:.2f} -> {student['brier']:.2f}",
        )
    if found := battery.get("memorisation"):
        losses = ", ".join(
            f"{name} {found[name]['base']:.2f} -> {found[name]['student']:.2f}"
            for name in ("verbatim", "reworded")
        )
        low, high = found["gap"]["ci95"]
        gap = f"{found['gap']['mean']:+.2f} [{low:+.2f}, {high:+.2f}]"
        yield from _line("wording", f"nats a character: {losses}; the seed's wording gains {gap}")
    if found := evaluation.get("contamination"):
        yield from _line(
            "copied",
            f"{found['items']} items ({_percent(found['share'])}) have eight words in a row of the "
            "training text",
        )


def _kind(row: dict[str, Any]) -> str:
    low, high = row["difference"]["ci95"]
    return (
        f"{_change(row, 'accuracy')} of {row['items']} items, "
        f"{100 * row['difference']['mean']:+.0f} points [{100 * low:+.0f}, {100 * high:+.0f}]"
    )


def _change(part: dict[str, Any], measure: str) -> str:
    return f"{_percent(part['base'][measure])} -> {_percent(part['student'][measure])}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _line(name: str, text: str) -> Iterator[str]:
    yield from field(name, text, names=_NAMES)
