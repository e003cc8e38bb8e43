"""Roles from built-ins, single files and an installed package (``tests/sample_plugin``)."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from distillnet import load_roles
from distillnet.errors import ConfigError, UnknownName, UsageError
from distillnet.testing import ScriptedServer
from distillnet.tools.export import read_jsonl
from tests.conftest import SUBJECT

PLUGIN = Path(__file__).parents[1] / "sample_plugin"
FILE = """\
from distillnet import Role


class {title}(Role):
    name = "{name}"
    stance = "You trust only what you can smell."
    lens_tags = ("sense",)
"""


def role_file(folder: Path, name: str) -> Path:
    path = folder / f"{name}.py"
    path.write_text(FILE.format(title=name.title(), name=name))
    return path


def test_all_known_roles_come_in_a_fresh_dict() -> None:
    first, second = load_roles(), load_roles()
    assert len(first) >= 10
    first.clear()
    assert len(second) >= 10 and load_roles().keys() == second.keys()


def test_names_narrow_the_choice_in_their_order() -> None:
    assert list(load_roles(["dog", "child"])) == ["dog", "child"]


def test_a_misspelt_name_gets_a_suggestion() -> None:
    with pytest.raises(UnknownName, match=r"no role 'philosofer'. Did you mean 'philosopher'?"):
        load_roles(["philosofer"])


def test_a_file_adds_its_roles(tmp_path: Path) -> None:
    path = role_file(tmp_path, "cat")
    assert load_roles([str(path)]).keys() == {*load_roles(), "cat"}
    assert list(load_roles([str(path), "dog"])) == ["dog", "cat"]
    assert load_roles([str(path), "cat"])["cat"].stance.startswith("You trust")


def test_a_role_that_a_file_imports_is_not_its_own(tmp_path: Path) -> None:
    path = role_file(tmp_path, "cat")
    path.write_text("from distillnet.agents.roles.dog import Dog\n" + path.read_text())
    assert list(load_roles(["child", str(path)])) == ["child", "cat"]


def test_two_roles_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"role 'dog' is defined twice: .*roles.dog and .*dog"):
        load_roles([str(role_file(tmp_path, "dog"))])


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("import nothing_of_this_name", "cannot be run"),
        ("class Cat(:", "cannot be run"),
        ("x = 1", "defines no subclass"),
        ("from distillnet import Role", "defines no subclass"),
        ("from distillnet import Role\nclass Cat(Role):\n    name = 'cat'", "Cat: stance must be"),
    ],
)
def test_a_broken_file_is_a_config_error(tmp_path: Path, content: str, fault: str) -> None:
    path = tmp_path / "cat.py"
    path.write_text(content)
    with pytest.raises(ConfigError, match=fault) as raised:
        load_roles([str(path)])
    assert "cat" in str(raised.value)


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no role file"):
        load_roles([str(tmp_path / "cat.py")])


def installed(folder: Path, name: str, value: str) -> None:
    """What ``pip install`` leaves of a package with one entry point in ``folder``."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[distillnet.roles]\nx = {value}\n")


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("no_such_module:X", "role plugin 'no_such_module:X' cannot be imported"),
        ("json:dumps", "is not a subclass of distillnet.Role"),
        ("distillnet.agents.roles.dog:Dog", "role 'dog' is defined twice"),
    ],
)
def test_a_broken_plugin_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, fault: str
) -> None:
    installed(tmp_path, "broken", value)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError, match=fault):
        load_roles()


def test_a_plugin_needs_ten_lines_and_joins_a_run_once_installed(
    tmp_path: Path, server: ScriptedServer
) -> None:
    module = (PLUGIN / "distillnet_beekeeper.py").read_text(encoding="utf-8")
    assert sum(bool(line.strip()) for line in module.splitlines()) <= 10
    source, target = tmp_path / "source", tmp_path / "target"
    shutil.copytree(PLUGIN, source)
    pip = "-m pip install --quiet --no-index --no-deps --no-build-isolation --target"
    subprocess.run([sys.executable, *pip.split(), target, source], check=True, timeout=120)

    command = Path(sys.executable).with_name("distillnet")
    listing = subprocess.run(
        [command, "roles"],
        env=os.environ | {"PYTHONPATH": str(target)},
        check=True,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    ).stdout
    names = [line.split()[0] for line in listing.splitlines() if line[:1].strip()]
    assert "beekeeper" in names
    assert set(load_roles()) < set(names)

    run = f"run {SUBJECT!r} --model openai:scripted --base-url {server.base_url} --no-train"
    subprocess.run(
        [command, *shlex.split(f"{run} --lenses 2 --roles beekeeper --out {tmp_path / 'run'}")],
        env=os.environ | {"PYTHONPATH": str(target)},
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert {row["role"] for row in read_jsonl(tmp_path / "run" / "scenes.jsonl")} == {"beekeeper"}
