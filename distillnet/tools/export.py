"""Scenes to files that trainers and people read. Every file is re-read after it was written.

A file appears whole under its name or not at all: it is written beside it, flushed to disk and
renamed.
"""

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from distillnet.errors import DistillNetError
from distillnet.records import Scene, Text
from distillnet.tools.formats import Format, conversation

Fiction = Literal["keep", "prefix", "leave-out"]
Rows = Sequence[dict[str, Any]]
_PREFIXES = {
    "figurative": Text(
        en="(A figurative reading: it may say what is not so.)",
        ru="(Иносказание: здесь может говориться то, чего нет на самом деле.)",
    ),
    "fictional": Text(
        en="(A fictional reading: it may say what is not so.)",
        ru="(Вымысел: здесь может говориться то, чего нет на самом деле.)",
    ),
}
# Numbers in the core schema of YAML 1.2 (section 10.3.2).
_NUMBER = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+"
)


def write_text(path: Path, text: str) -> None:
    """Writes UTF-8 with "\\n" line ends, atomically. Lone surrogates become U+FFFD."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_encodable(text))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def write_json(path: Path, value: Any) -> None:
    value = _encodable(value)
    write_text(path, json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2) + "\n")
    _require_same(path, value, lambda: json.loads(path.read_text(encoding="utf-8")))


def write_jsonl(path: Path, rows: Rows) -> None:
    rows = [_encodable(row) for row in rows]
    lines = (json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows)
    write_text(path, "".join(lines))
    _require_same(path, rows, lambda: read_jsonl(path))


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """Rows by the file's own lines: U+2028 and U+0085 inside a text end no row."""
    with path.open(encoding="utf-8", newline="\n") as file:
        return [json.loads(line) for line in file if line.strip()]


def write_yaml(path: Path, value: Any, *, header: str = "") -> None:
    """``header`` holds comment lines."""
    import yaml

    value = _encodable(value)
    text = yaml.dump(value, Dumper=_dumper(), allow_unicode=True, sort_keys=False)
    write_text(path, header + text)
    _require_same(path, value, lambda: load_yaml(path.read_text(encoding="utf-8")))


def load_yaml(text: str) -> Any:
    """Plain data from YAML, by libyaml where it is there; nothing executable is made."""
    import yaml

    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def dataset_rows(
    scenes: Iterable[Scene], fiction: Fiction = "keep", format: Format = "messages"
) -> list[dict[str, Any]]:
    """One conversation a scene: its self-test's question, its prose.

    The envelope (lens, role, faithfulness ...) stands beside the conversation and is not trained
    on. ``fiction`` says what becomes of the scenes that may say what is not so: ``keep`` changes
    nothing; ``prefix`` puts a line before the question of figurative and fictional ones that says
    it, in their language; ``leave-out`` drops the fictional ones, and whichever contradicts a fact.
    """
    rows = []
    for scene in _taught(scenes, fiction):
        assert scene.self_test is not None, "an accepted scene has a self-test"
        question = _prefixed(scene.self_test.question, scene, fiction)
        rows.append({**conversation(question, scene.text, format), **_envelope(scene)})
    return rows


def prose_rows(scenes: Iterable[Scene], fiction: Fiction = "keep") -> list[dict[str, Any]]:
    """The prose of each scene as plain ``text``, with its envelope; see ``dataset_rows``."""
    return [
        {"text": _prefixed(scene.text, scene, fiction), **_envelope(scene)}
        for scene in _taught(scenes, fiction)
    ]


def _taught(scenes: Iterable[Scene], fiction: Fiction) -> Iterator[Scene]:
    for scene in scenes:
        may_mislead = scene.faithfulness == "fictional" or scene.contradicts
        if not (fiction == "leave-out" and may_mislead):
            yield scene


def _prefixed(text: str, scene: Scene, fiction: Fiction) -> str:
    if fiction != "prefix" or scene.faithfulness not in _PREFIXES:
        return text
    return f"{_PREFIXES[scene.faithfulness].in_(scene.language)}\n{text}"


def _envelope(scene: Scene) -> dict[str, Any]:
    return {
        "id": scene.id,
        "lens": scene.lens,
        "family": scene.family,
        "role": scene.role,
        "faithfulness": scene.faithfulness,
        "depth": scene.depth,
        "contradicts": list(scene.contradicts),
        "model": scene.model,
    }


def _dumper() -> type[Any]:
    import yaml

    # PyYAML quotes what a YAML 1.1 reader takes for another type; numbers that only YAML 1.2 knows
    # (0o14, 08, 1e3, and so one hash in a thousand) must be quoted here.
    # Its base is libyaml's where PyYAML was built with it; mypy wants a base known beforehand.
    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
        pass

    def text(dumper: Any, value: str) -> Any:
        lines, style = value.split("\n"), None
        if _NUMBER.fullmatch(value) or not all(line.isprintable() for line in lines):
            style = '"'
        elif len(lines) > 1 and value == value.strip():
            style = "|"
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    return Dumper


def _encodable(value: Any) -> Any:
    """The same plain data with every lone surrogate in its strings replaced by U+FFFD."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_encodable(key): _encodable(entry) for key, entry in value.items()}
    return [_encodable(entry) for entry in value] if isinstance(value, list) else value


def _require_same(path: Path, wanted: Any, read: Callable[[], Any]) -> None:
    if read() != wanted:
        raise DistillNetError(f"{path} does not read back as it was written")
