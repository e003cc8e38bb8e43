"""What is written comes back as it was, and what is read executes nothing."""

import json
from pathlib import Path

import pytest
import yaml

from distillnet import resume
from distillnet.config import load_settings
from distillnet.errors import ConfigError
from distillnet.testing import ScriptedServer
from distillnet.tools.export import read_jsonl, write_json, write_jsonl, write_yaml
from distillnet.tools.lenses import load_lenses
from distillnet.tools.seeds import parse_seed
from tests.hostile.corpus import NAMES, TEXTS

ALL = [*TEXTS.values(), *NAMES]
# Joined and then replaced, as every writer of UTF-8 must.
STORED = [text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for text in ALL]
EXECUTED = Path("executed")
PAYLOADS = [
    "!!python/object/apply:os.mkdir [executed]",
    "!!python/object/new:os.mkdir [executed]",
    '!!python/object/apply:eval [\'__import__("os").mkdir("executed")\']',
    "!!python/name:os.mkdir ''",
    "!!python/module:antigravity ''",
]


def test_every_text_comes_back_from_every_file(tmp_path: Path) -> None:
    rows = [{"id": i, "text": text, text: [text]} for i, text in enumerate(ALL)]
    stored = [{"id": i, "text": text, text: [text]} for i, text in enumerate(STORED)]
    write_jsonl(tmp_path / "a.jsonl", rows)
    write_json(tmp_path / "a.json", rows)
    write_yaml(tmp_path / "a.yaml", rows)
    assert read_jsonl(tmp_path / "a.jsonl") == stored
    assert len((tmp_path / "a.jsonl").read_bytes().split(b"\n")) == len(rows) + 1
    assert json.loads((tmp_path / "a.json").read_bytes()) == stored
    for loader in (yaml.SafeLoader, yaml.CSafeLoader):
        assert yaml.load((tmp_path / "a.yaml").read_bytes(), Loader=loader) == stored


def test_a_written_tag_is_text_even_to_a_loader_that_would_execute_it(tmp_path: Path) -> None:
    write_yaml(tmp_path / "a.yaml", PAYLOADS)
    assert yaml.unsafe_load((tmp_path / "a.yaml").read_bytes()) == PAYLOADS
    assert not EXECUTED.exists()


def test_the_payload_would_execute() -> None:
    yaml.unsafe_load(PAYLOADS[0])
    assert EXECUTED.exists()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_settings_execute_nothing(payload: str) -> None:
    Path("distillnet.yaml").write_text(f"model: {payload}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"distillnet\.yaml"):
        load_settings()
    assert not EXECUTED.exists()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_lens_files_execute_nothing(tmp_path: Path, payload: str) -> None:
    (tmp_path / "mine.yaml").write_text(f"- name: {payload}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"mine\.yaml"):
        load_lenses([tmp_path])
    assert not EXECUTED.exists()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_run_files_execute_nothing(tmp_path: Path, payload: str) -> None:
    (tmp_path / "run.yaml").write_text(f"settings: {payload}\nseed: {payload}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"run\.yaml"):
        resume(tmp_path)
    assert not EXECUTED.exists()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_seed_that_looks_like_yaml_is_text(tmp_path: Path, payload: str) -> None:
    (tmp_path / "seed.txt").write_text(f"---\n{payload}\n---\n\nFreedom.", encoding="utf-8")
    assert payload in parse_seed(tmp_path / "seed.txt").source
    assert not EXECUTED.exists()


def test_a_role_plugin_is_the_only_file_that_is_run(server: ScriptedServer) -> None:
    """Roles are code by design; a seed or a lens folder may hold none."""
    Path("lenses").mkdir()
    Path("lenses/evil.py").write_text("import os; os.mkdir('executed')", encoding="utf-8")
    assert "five-whys" in load_lenses([Path("lenses")])
    assert not EXECUTED.exists()
