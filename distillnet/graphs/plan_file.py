"""plan.yaml: a plan on disk, read back, and compared with what would run now."""

import difflib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from distillnet.config import Settings, StoredSettings
from distillnet.errors import ConfigError, SeedError, UsageError
from distillnet.graphs.forecast import Plan, PlannedCell, fingerprint, forecast, shape
from distillnet.records import Seed
from distillnet.tools.export import load_yaml, write_yaml
from distillnet.tools.plain_yaml import check_plain
from distillnet.tools.seeds import parse_seed
from distillnet.tools.terminal import terminal

_FIRST_LINE = "distillnet: "
_CURE = "make a new plan, or undo the change"
# What names the entries of a list.
_NAMES = ("name", "lens", "index", "role")
_AROUND = 60
_DIFF_LINES = 12
_LONGEST_LINE = 300


def write_plan(path: Path, plan: Plan) -> None:
    """Raises UsageError for a file that is no plan, which is not overwritten, or cannot be one."""
    try:
        if path.exists() and not path.read_bytes().startswith(_FIRST_LINE.encode()):
            raise UsageError(f"{str(path)!r} is there and is no plan: give another --out")
        write_yaml(path, plan.model_dump(mode="json"))
    except OSError as error:
        raise UsageError(
            f"cannot write {str(path)!r} ({error.strerror}): give another --out"
        ) from None


def load_plan(path: Path) -> Plan:
    """Raises UsageError when there is no such file, ConfigError when it is not a whole plan."""
    import yaml

    cure = "make it anew by 'distillnet plan SEED --out FILE'"
    try:
        text = path.read_text(encoding="utf-8")
        check_plain(text)
        record = load_yaml(text)
    except FileNotFoundError:
        raise UsageError(f"no plan {str(path)!r}: {cure}") from None
    except OSError as error:
        raise UsageError(f"cannot read {str(path)!r} ({error.strerror})") from None
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        said = terminal(getattr(error, "problem", None) or str(error))
        raise ConfigError(f"{str(path)!r} cannot be read as a plan ({said}): {cure}") from None
    made_by = record.get("distillnet") if isinstance(record, dict) else None
    if made_by is not None and made_by != version("distillnet"):
        raise ConfigError(
            f"{str(path)!r} was made by DistillNet {terminal(str(made_by))}, this is "
            f"{version('distillnet')}: {_CURE}"
        )
    try:
        return Plan.model_validate(record)
    except ValidationError as error:
        first = error.errors()[0]
        where = terminal(".".join(map(str, first["loc"]))) or "the whole"
        raise ConfigError(
            f"{str(path)!r} is no plan ({where}: {terminal(first['msg'])}): {cure}"
        ) from None


def confirmed(plan: Plan) -> tuple[Settings, Seed]:
    """What to run, when a plan made now is the same in all that shapes a run.

    A seed file is read again. Raises ConfigError that tells every difference.
    """
    settings = planned_settings(plan)
    try:
        seed = _seed_now(plan, settings)
    except SeedError as error:
        raise ConfigError(f"the seed of the plan cannot be read again: {error}; {_CURE}") from None
    now = forecast(seed, settings)
    found = list(differences(plan, now))
    if plan.fingerprint != fingerprint(plan):
        found.append("fingerprint: the plan itself was changed after it was made")
    if found:
        lines = ["the plan is not what would run now:", *found, *_first_diff(plan, now)]
        raise ConfigError("\n  ".join(map(_fit, lines)) + f"\n{_CURE}")
    return settings, seed


def planned_settings(plan: Plan) -> Settings:
    """The settings of a plan, whatever stands in the environment or in distillnet.yaml now."""
    if unknown := set(plan.settings) - set(Settings.model_fields):
        raise ConfigError(f"no setting {terminal(min(unknown))!r}, as the plan has it; {_CURE}")
    try:
        return StoredSettings(**plan.settings)
    except ValidationError as error:
        first = error.errors()[0]
        where = terminal(".".join(map(str, first["loc"])))
        raise ConfigError(
            f"invalid setting of the plan: {where}: {first['msg']}; {_CURE}"
        ) from None


def differences(planned: Plan, now: Plan) -> Iterator[str]:
    """A line for each: where, and from what to what."""
    before, after = shape(planned), shape(now)
    if before["seed"]["source"] != after["seed"]["source"]:
        # All else about the seed follows from its text.
        for record in (before, after):
            record["seed"] = {"source": record["seed"]["source"]}
    changed = {cell.lens: cell.text for cell in planned.cells}
    same = {cell.lens for cell in now.cells if cell.text == changed.get(cell.lens)}
    for record in (before, after):
        for cell in record["cells"]:
            if cell["lens"] not in same:
                del cell["id"]  # it follows from the prompt
    yield from _compared("", before, after)


def _compared(where: str, before: Any, after: Any) -> Iterator[str]:
    if before == after:
        return
    if isinstance(before, list) and isinstance(after, list):
        old, new = _named(before), _named(after)
        if old is None or new is None:
            yield f"{where}: an entry stands there twice"
            return
        if list(old) != list(new) and set(old) == set(new):
            yield f"{where}: another order"
        before, after = old, new
    if not (isinstance(before, dict) and isinstance(after, dict)):
        yield f"{where}: {_changed(before, after)}"
        return
    for name in dict.fromkeys([*before, *after]):
        place = f"{where} / {name}" if where else str(name)
        if name not in after:
            yield f"{place}: {_short(before[name])} -> not there"
        elif name not in before:
            yield f"{place}: not there -> {_short(after[name])}"
        else:
            yield from _compared(place, before[name], after[name])


def _named(entries: list[Any]) -> dict[str, Any] | None:
    """The entries by their names, else by their places; None when a name stands there twice."""
    names = [
        next((str(entry[key]) for key in _NAMES if key in entry), str(place))
        if isinstance(entry, dict)
        else str(place)
        for place, entry in enumerate(entries)
    ]
    return dict(zip(names, entries, strict=True)) if len(set(names)) == len(names) else None


def _changed(before: Any, after: Any) -> str:
    """Both values, long texts from shortly before where they begin to differ."""
    if not (isinstance(before, str) and isinstance(after, str)):
        return f"{_short(before)} -> {_short(after)}"
    pairs = zip(before, after, strict=False)
    same = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(before), len(after)))
    start = max(0, same - _AROUND // 3)
    return f"{_short(before, start)} -> {_short(after, start)}"


def _short(value: Any, start: int = 0) -> str:
    text = value if isinstance(value, str) else str(value)
    part = text[start : start + _AROUND]
    cut = f"{'...' if start else ''}{part}{'...' if start + _AROUND < len(text) else ''}"
    return repr(cut) if isinstance(value, str) else cut


def _first_diff(planned: Plan, now: Plan) -> list[str]:
    """The first prompt that changed, as a unified diff."""
    cells: dict[str, PlannedCell] = {cell.lens: cell for cell in now.cells}
    for cell in planned.cells:
        other = cells.get(cell.lens)
        if other and other.text != cell.text:
            diff = difflib.unified_diff(
                cell.text.split("\n"), other.text.split("\n"), "plan", "now", n=1, lineterm=""
            )
            lines = [line for _, line in zip(range(_DIFF_LINES), diff, strict=False)]
            return [f"the first prompt that changed, of cell {cell.id}, lens {cell.lens}:", *lines]
    return []


def _fit(line: str) -> str:
    return terminal(line[:_LONGEST_LINE], lines=True)


def _seed_now(plan: Plan, settings: Settings) -> Seed:
    seed = plan.seed
    if seed.origin not in ("phrase", "stdin"):
        return parse_seed(Path(seed.origin), language=settings.language)
    whole = [(i, seed.source[p.start : p.end]) for i, p in enumerate(seed.passages)]
    if not whole or whole != [(p.index, p.text) for p in seed.passages]:
        raise ConfigError(f"the passages of the plan's seed are not those of its text; {_CURE}")
    return seed
