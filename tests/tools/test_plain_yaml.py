"""Files that people edit: slips and traps are one sentence, and never a dead process."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from distillnet.errors import ConfigError
from distillnet.tools.plain_yaml import read_plain

LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{after}: &{after} [*{before}, *{before}]\n"
    for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)
TRAPS: dict[str, tuple[bytes, str]] = {
    "twice": (b"irony: 0\nkoan: 1\nirony: 2\n", "'irony' is given twice, line 3"),
    "twice, in a flow": (b"a:\n  b: {c: 1, 'c': 2}", "'c' is given twice, line 2"),
    "twice after a list": (b"a: [1, {x: 1}]\nb: {}\na: 3", "'a' is given twice, line 3"),
    "alias": (b"a: &x 1\nb: *x", "aliases are not understood here, line 2"),
    "laughs": (LAUGHS.encode(), "aliases are not understood"),
    "deep lists": (b"- " * 100_000 + b"a", "nested too deeply, line 1"),
    "deep flows": (b"[" * 100_000, "nested too deeply"),
    "deep keys": (b"? " * 10_000 + b"a", "nested too deeply"),
    "huge": (b"#" * 500_001, "is larger than 500,000 bytes"),
    "torn": (b"a: [1,\nb: 2", "is not YAML: "),
    "code": (b"!!python/object/apply:os.getcwd []", "is not YAML: could not determine"),
    "two documents": (b"a: 1\n---\nb: 2\n", "is not YAML: "),
    "a mapping as a key": (b"? {a: 1}\n: 2\n", "is not YAML: found unhashable key"),
    "control": (b"a: \x07", "is not YAML: it holds characters"),
    "latin": (b"a: \xe9t\xe9", "is not UTF-8"),
    "digits": (b"a: " + b"9" * 9_000, "digits"),
}


@pytest.mark.parametrize(("content", "said"), TRAPS.values(), ids=TRAPS)
def test_a_trap_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=re.escape(said)) as raised:
        read_plain(path)
    assert str(raised.value).startswith(str(path)) and str(raised.value).isprintable()


def test_the_same_key_in_two_mappings_is_no_slip(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: {x: [a, a, x], y: a}\nb: {x: 1, b: {a: y}}\nc:\n  - x: 1\n  - x: 2\n")
    assert read_plain(path) == {
        "a": {"x": ["a", "a", "x"], "y": "a"},
        "b": {"x": 1, "b": {"a": "y"}},
        "c": [{"x": 1}, {"x": 2}],
    }


def test_an_empty_file_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"# nothing\n")
    assert read_plain(path) is None
    path.write_bytes("a: да".encode("utf-8-sig"))
    assert read_plain(path) == {"a": "да"}


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(ConfigError, match="cannot be read: "):
            read_plain(path)


def test_the_loader_alone_would_die_of_depth(tmp_path: Path) -> None:
    """Why depth is looked at first; when this fails, libyaml's loader has learnt to refuse."""
    code = "import yaml; yaml.load('- ' * 100_000, getattr(yaml, 'CSafeLoader', yaml.SafeLoader))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    assert done.returncode != 0
