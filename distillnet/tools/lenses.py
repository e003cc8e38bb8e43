"""The lens catalogue: over a hundred ways of looking, read from YAML.

The built-in files stand in ``tools/catalogue``, one a family; a user's folder of files of the same
shape is read by the same function after them.
"""

from collections.abc import Iterable, Sequence
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from distillnet.errors import ConfigError, UsageError
from distillnet.records import Form, Lens
from distillnet.tools.export import load_yaml

FAMILIES = ("rhetorical", "logical", "ontological", "cultural", "heuristic")
_CATALOGUE = Path(__file__).parent / "catalogue"
# Places in the list of a built-in family. A user's lenses come after them, so they are planned, not
# held out, and the exam stays the same when they are added.
_HELD_OUT = slice(20, 22)


def load_lenses(folders: Iterable[Path] = ()) -> dict[str, Lens]:
    """Lenses by name, family by family: the built-in ones, then those of ``folders``.

    The family of a lens is the stem of its file. Raises ConfigError for a file that is not a list
    of lenses, an unknown form, or a name that was already taken.
    """
    forms = load_forms()
    lenses: dict[str, Lens] = {}
    files = [_CATALOGUE / f"{family}.yaml" for family in FAMILIES]
    for folder in folders:
        if not folder.is_dir():
            raise ConfigError(f"no lens folder {str(folder)!r}: create it or drop the setting")
        files += sorted(folder.glob("*.yaml"))
    for file in files:
        for entry in _entries(file):
            try:
                lens = Lens.model_validate({"family": file.stem, **entry})
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(map(str, first["loc"]))
                name = entry.get("name", "?")
                raise ConfigError(f"lens {name!r} in {file}: {where}: {first['msg']}") from None
            if lens.form not in forms:
                raise ConfigError(f"lens {lens.name!r} in {file}: no form {lens.form!r}")
            if lens.name in lenses:
                raise ConfigError(f"lens {lens.name!r} in {file} is already in the catalogue")
            lenses[lens.name] = lens
    return lenses


def load_forms() -> dict[str, Form]:
    """Forms of writing by name."""
    forms = (Form.model_validate(entry) for entry in _entries(_CATALOGUE / "forms.yaml"))
    return {form.name: form for form in forms}


def _entries(file: Path) -> list[dict[str, Any]]:
    import yaml

    try:
        entries = load_yaml(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise ConfigError(f"cannot read lenses from {file}: {error}") from None
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise ConfigError(f"{file} must be a list of lenses, each a mapping that begins with name")
    return entries


def split_lenses(lenses: dict[str, Lens], count: int) -> tuple[list[Lens], list[Lens]]:
    """(lenses to interpret through, lenses kept for the exam).

    The last two built-in lenses of every family word the exam and are never trained on. The
    planned ones are taken from the families in turn and spread over each family's list.
    Raises UsageError when ``count`` is more than there are.
    """
    families: dict[str, list[Lens]] = {}
    for lens in lenses.values():
        families.setdefault(lens.family, []).append(lens)
    held_out = [lens for name in FAMILIES for lens in families.get(name, [])[_HELD_OUT]]
    free = {
        family: [lens for lens in group if lens not in held_out]
        for family, group in families.items()
    }
    available = sum(map(len, free.values()))
    if count > available:
        raise UsageError(
            f"{count} lenses asked for, but {available} can be planned "
            f"({len(held_out)} more are kept for the exam): ask for at most {available}"
        )
    share = -(-count // len(free))
    turns = zip_longest(*(_spread(group, min(share, len(group))) for group in free.values()))
    chosen = [lens for lens in chain.from_iterable(turns) if lens is not None][:count]
    # Families smaller than their share leave places, which the rest of the catalogue fills.
    rest = [lens for group in free.values() for lens in group if lens not in chosen]
    return chosen + rest[: count - len(chosen)], held_out


def _spread(group: Sequence[Lens], count: int) -> list[Lens]:
    return [group[i * len(group) // count] for i in range(count)] if count else []
