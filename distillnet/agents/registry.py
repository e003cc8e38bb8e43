"""Where roles come from: built-ins, installed packages, single files. One road for all."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from distillnet.agents import roles as builtin
from distillnet.agents.role import Role, check_role
from distillnet.errors import ConfigError, UnknownName, UsageError

_GROUP = "distillnet.roles"
# How the modules of role files are named: no import can give such a name.
_OF_FILE = "role file "


def load_roles(wanted: Sequence[str] = ()) -> dict[str, Role]:
    """A fresh dict of roles by name.

    ``wanted`` may hold names and paths of ``.py`` files. Names alone narrow the choice; files add
    their roles. Without names, all known roles and those of the files are returned. Raises
    UnknownName for a misspelt name, ConfigError for a broken or duplicate role.
    """
    return choose_roles(known_roles(wanted), wanted)


def known_roles(wanted: Sequence[str] = ()) -> dict[str, Role]:
    """A fresh dict of all roles by name, with those of the files in ``wanted``.

    Raises ConfigError for a broken or duplicate role.
    """
    known: dict[str, Role] = {}
    for role in _builtin():
        _add(known, role)
    for point in entry_points(group=_GROUP):
        try:
            loaded = point.load()
        except Exception as error:
            raise ConfigError(
                f"role plugin {point.value!r} cannot be imported: {error!r}; fix or uninstall it"
            ) from error
        _add(known, loaded)
    for entry in filter(_is_file, wanted):
        for role in _from_file(Path(entry)):
            _add(known, role)
    return known


def choose_roles(known: Mapping[str, Role], wanted: Sequence[str]) -> dict[str, Role]:
    """Those of ``known`` that ``load_roles`` returns. Raises UnknownName."""
    names = [entry for entry in wanted if not _is_file(entry)]
    for name in names:
        if name not in known:
            raise UnknownName("role", name, known)
    own = [name for name, role in known.items() if type(role).__module__.startswith(_OF_FILE)]
    chosen = dict.fromkeys([*names, *own]) if names else known
    return {name: known[name] for name in chosen}


def _is_file(entry: str) -> bool:
    return entry.endswith(".py")


def _add(known: dict[str, Role], role: object) -> None:
    if not (isinstance(role, type) and issubclass(role, Role)):
        raise ConfigError(f"{role!r} is not a subclass of distillnet.Role")
    check_role(role)
    if role.name in known:
        other = type(known[role.name])
        raise ConfigError(
            f"role {role.name!r} is defined twice: {other.__module__} and {role.__module__}; "
            "rename one of them"
        )
    known[role.name] = role()


def _builtin() -> Iterator[type[Role]]:
    for module in pkgutil.iter_modules(builtin.__path__):
        yield from _defined_in(importlib.import_module(f"{builtin.__name__}.{module.name}"))


def _from_file(path: Path) -> list[type[Role]]:
    if not path.is_file():
        raise UsageError(f"no role file {str(path)!r}")
    spec = importlib.util.spec_from_file_location(f"{_OF_FILE}{path.stem}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ConfigError(f"role file {str(path)!r} cannot be run: {error!r}") from error
    found = list(_defined_in(module))
    if not found:
        raise ConfigError(f"role file {str(path)!r} defines no subclass of distillnet.Role")
    return found


def _defined_in(module: ModuleType) -> Iterable[type[Role]]:
    for value in list(vars(module).values()):
        own = isinstance(value, type) and value.__module__ == module.__name__
        if own and issubclass(value, Role) and value is not Role:
            yield value
