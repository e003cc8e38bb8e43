"""A lens that a run proposed becomes one of the user's own."""

import tempfile
from pathlib import Path

from distillnet.errors import ConfigError, UsageError
from distillnet.records import Lens
from distillnet.tools.export import load_yaml, write_text, write_yaml
from distillnet.tools.lenses import load_lenses
from distillnet.tools.plain_yaml import read_plain

# Its stem becomes the family: not "proposed", which are those of a single run.
_FILE = "adopted.yaml"
_HEADER = "# Lenses that runs proposed and someone took over."


def adopt(lens: Lens, folder: Path) -> Path:
    """Appends ``lens`` to ``folder/adopted.yaml``, which ``load_lenses`` reads; returns that file.

    What stands there, comments too, stays as it is. Raises UsageError for a name that the catalogue
    or the folder has already, ConfigError for a folder or a lens that cannot be loaded.
    """
    path = folder / _FILE
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{str(folder)!r} is a file: name a folder for the lenses")
    before = read_plain(path) if path.exists() else []
    if lens.name in load_lenses([folder] if folder.is_dir() else []):
        raise UsageError(
            f"a lens {lens.name!r} is there already: it was adopted before, or another has its name"
        )
    values = lens.model_dump(mode="json", include=set(Lens.model_fields) - {"family"})
    with tempfile.TemporaryDirectory() as trial:
        draft = Path(trial) / _FILE
        write_yaml(draft, [values])
        load_lenses([Path(trial)])
        entry = draft.read_text(encoding="utf-8")
    old = path.read_text(encoding="utf-8-sig").rstrip() if before else _HEADER
    text = f"{old}\n\n{entry}"
    _require_appended(text, [*before, values], path)
    write_text(path, text)
    return path


def _require_appended(text: str, wanted: list[object], path: Path) -> None:
    import yaml

    try:
        is_so = load_yaml(text) == wanted
    except yaml.YAMLError:
        is_so = False
    if not is_so:
        raise ConfigError(f"nothing can be appended to {path}: write its lenses as '- name: ...'")
