"""The lens catalogue: over a hundred ways of looking, read from YAML.

The built-in files stand in ``tools/catalogue``, one a family; a user's folder of files of the same
shape is read by the same function after them.
"""

import functools
from collections.abc import Iterable, Sequence
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from distillnet.errors import ConfigError, UnknownName, UsageError
from distillnet.records import Form, Lens
from distillnet.tools.plain_yaml import read_plain

FAMILIES = ("rhetorical", "logical", "ontological", "cultural", "heuristic")
# The family of lenses that the critic proposed during a run.
PROPOSED = "proposed"
_CATALOGUE = Path(__file__).parent / "catalogue"
STUDY = Path(__file__).parent / "study"
"""A folder of lenses that are no interpretations: how a good student works through a text."""
# Places in the list of a built-in family. A user's lenses come after them, so they are planned, not
# held out, and the exam stays the same when they are added.
_HELD_OUT = slice(20, 22)


def load_lenses(folders: Iterable[Path] = ()) -> dict[str, Lens]:
    """Lenses by name, family by family: the built-in ones, then those of ``folders``.

    The family of a lens is the stem of its file. Raises ConfigError for a file that is not a list
    of lenses, an unknown form, or a name that was already taken.
    """
    lenses = dict(_built_in())
    for folder in folders:
        if not folder.is_dir():
            raise ConfigError(f"no lens folder {str(folder)!r}: create it or drop the setting")
        for file in sorted(folder.glob("*.yaml")):
            _read_into(lenses, file)
    return lenses


def load_forms() -> dict[str, Form]:
    """Forms of writing by name."""
    return dict(_forms())


@functools.cache
def _built_in() -> dict[str, Lens]:
    lenses: dict[str, Lens] = {}
    for family in FAMILIES:
        _read_into(lenses, _CATALOGUE / f"{family}.yaml")
    return lenses


@functools.cache
def _forms() -> dict[str, Form]:
    forms = (Form.model_validate(entry) for entry in _entries(_CATALOGUE / "forms.yaml"))
    return {form.name: form for form in forms}


def _read_into(lenses: dict[str, Lens], file: Path) -> None:
    for entry in _entries(file):
        try:
            lens = Lens.model_validate({"family": file.stem, **entry})
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            name = entry.get("name", "?")
            raise ConfigError(f"lens {name!r} in {file}: {where}: {first['msg']}") from None
        if lens.form not in _forms():
            raise ConfigError(f"lens {lens.name!r} in {file}: no form {lens.form!r}")
        if lens.name in lenses:
            raise ConfigError(f"lens {lens.name!r} in {file} is already in the catalogue")
        lenses[lens.name] = lens


def _entries(file: Path) -> list[dict[str, Any]]:
    entries = read_plain(file)
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise ConfigError(f"{file} must be a list of lenses, each a mapping that begins with name")
    return entries


def split_lenses(
    lenses: dict[str, Lens], count: int, only: Sequence[str] = ()
) -> tuple[list[Lens], list[Lens]]:
    """(lenses to interpret through, lenses kept for the exam).

    The last two built-in lenses of every family word the exam and are never trained on. The
    planned ones are those named in ``only``, or else the first ``count`` of ``lens_order``. Raises
    UsageError when ``count`` is more than there are or one is kept for the exam, UnknownName.
    """
    held_out = _held_out(lenses)
    order = lens_order(lenses)
    if only:
        return [_named(lenses, name, held_out) for name in dict.fromkeys(only)], held_out
    if count > len(order):
        raise UsageError(
            f"{count} lenses asked for, but {len(order)} can be planned "
            f"({len(held_out)} more are kept for the exam): ask for at most {len(order)}"
        )
    return order[:count], held_out


def _named(lenses: dict[str, Lens], name: str, held_out: Sequence[Lens]) -> Lens:
    if name not in lenses:
        raise UnknownName("lens", name, lenses)
    if lenses[name] in held_out:
        raise UsageError(f"the lens {name!r} is kept for the exam: choose others")
    return lenses[name]


def lens_order(lenses: dict[str, Lens]) -> list[Lens]:
    """All lenses that can be planned: one of each family in turn, spread over each family's list.

    Fixed, so that a larger number of lenses keeps those of a smaller one.
    """
    held_out = _held_out(lenses)
    families: dict[str, list[Lens]] = {}
    for lens in lenses.values():
        if lens not in held_out:
            families.setdefault(lens.family, []).append(lens)
    turns = zip_longest(*map(_spread, families.values()))
    return [lens for lens in chain.from_iterable(turns) if lens is not None]


def _held_out(lenses: dict[str, Lens]) -> list[Lens]:
    return [
        lens
        for family in FAMILIES
        for lens in [entry for entry in lenses.values() if entry.family == family][_HELD_OUT]
    ]


def _spread(group: Sequence[Lens]) -> list[Lens]:
    """In the order of van der Corput's sequence: any beginning of it is spread over the list."""
    return [group[i] for i in sorted(range(len(group)), key=_mirrored)]


def _mirrored(number: int) -> int:
    return int(f"{number:032b}"[::-1], 2)
