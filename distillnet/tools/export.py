"""Scenes to files that trainers and people read. Every file is re-read after it was written.

A file appears whole under its name or not at all: it is written beside it, flushed to disk and
renamed.
"""

import json
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from distillnet.errors import DistillNetError
from distillnet.records import Scene

Rows = Sequence[dict[str, Any]]


def write_text(path: Path, text: str) -> None:
    """Writes UTF-8 with "\\n" line ends, atomically. Lone surrogates become U+FFFD."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    data = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    with temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def write_json(path: Path, value: Any) -> None:
    write_text(path, json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2) + "\n")
    _require_same(path, value, lambda: json.loads(path.read_text(encoding="utf-8")))


def write_jsonl(path: Path, rows: Rows) -> None:
    lines = (json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows)
    write_text(path, "".join(lines))
    _require_same(path, list(rows), lambda: read_jsonl(path))


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """Rows by the file's own lines: U+2028 and U+0085 inside a text end no row."""
    with path.open(encoding="utf-8", newline="\n") as file:
        return [json.loads(line) for line in file if line.strip()]


def write_yaml(path: Path, value: Any) -> None:
    import yaml

    write_text(path, yaml.dump(value, Dumper=_dumper(), allow_unicode=True, sort_keys=False))
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    _require_same(path, value, lambda: yaml.load(path.read_text(encoding="utf-8"), Loader=loader))


def dataset_rows(scenes: Iterable[Scene]) -> list[dict[str, Any]]:
    """One conversation a scene, in the ``messages`` form: its self-test's question, its prose.

    The envelope (lens, role, faithfulness ...) stands beside the messages and is not trained on.
    """
    rows = []
    for scene in scenes:
        assert scene.self_test is not None, "an accepted scene has a self-test"
        rows.append(
            {
                "messages": [
                    {"role": "user", "content": scene.self_test.question},
                    {"role": "assistant", "content": scene.text},
                ],
                "id": scene.id,
                "lens": scene.lens,
                "family": scene.family,
                "role": scene.role,
                "faithfulness": scene.faithfulness,
                "model": scene.model,
            }
        )
    return rows


def _dumper() -> type[Any]:
    import yaml

    # Strings that other YAML readers take for octal numbers or "no" are quoted by the resolver
    # of PyYAML itself, save 0o14, which YAML 1.2 readers turn into 12.
    class Dumper(yaml.SafeDumper):
        pass

    def text(dumper: Any, value: str) -> Any:
        style = '"' if value.startswith("0o") else None
        if "\n" in value and value == value.strip() and value.isprintable() is False:
            style = "|" if all(c == "\n" or c.isprintable() for c in value) else '"'
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    return Dumper


def _require_same(path: Path, wanted: Any, read: Callable[[], Any]) -> None:
    if read() != wanted:
        raise DistillNetError(f"{path} does not read back as it was written")
