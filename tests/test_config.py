from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from distillnet.config import Settings, load_settings
from distillnet.errors import ConfigError


def write(content: Any) -> None:
    """``distillnet.yaml`` in the working directory, which is a test's own."""
    Path("distillnet.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")


def test_arguments_over_environment_over_file_over_defaults(monkeypatch: Any) -> None:
    default = load_settings().lenses
    write({"lenses": 5})
    assert load_settings().lenses == 5 != default
    monkeypatch.setenv("DISTILLNET_LENSES", "6")
    assert load_settings().lenses == 6
    assert load_settings(lenses=7).lenses == 7
    assert load_settings(lenses=None).lenses == 6


def test_sections_are_merged_field_by_field(monkeypatch: Any) -> None:
    write({"gates": {"min_words": 5, "echo_overlap": 0.1, "loop_share": 0.2}})
    monkeypatch.setenv("DISTILLNET_GATES__ECHO_OVERLAP", "0.3")
    gates = load_settings(gates={"loop_share": 0.4}).gates
    assert (gates.min_words, gates.echo_overlap, gates.loop_share) == (5, 0.3, 0.4)


def test_lists_and_paths_are_read(monkeypatch: Any) -> None:
    monkeypatch.setenv("DISTILLNET_ROLES", '["dog", "mine.py"]')
    settings = load_settings(lens_folders=["lenses"])
    assert settings.roles == ("dog", "mine.py")
    assert settings.lens_folders == (Path("lenses"),)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"lense": 3}, "lense: Extra"),
        ({"gates": {"minimum": 3}}, "gates.minimum: Extra"),
        ({"lenses": 0}, "lenses: "),
        ({"lenses": "many"}, "lenses: "),
        ({"language": "fr"}, "language: "),
        ({"budget_calls": 0}, "budget_calls: "),
        ({"coverage": {"lenses": 1.5}}, "coverage.lenses: "),
        ({"training": {"learning_rate": 0}}, "training.learning_rate: "),
        ({"top_p": 0, "timeout": -1}, "top_p: .*; timeout: "),
    ],
)
def test_a_wrong_field_is_named_wherever_it_stands(arguments: Any, named: str) -> None:
    with pytest.raises(ConfigError, match=f"^invalid settings: {named}"):
        load_settings(**arguments)
    write(arguments)
    with pytest.raises(ConfigError, match=f"^invalid settings: {named}"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("DISTILLNET_LENSES", "many", "lenses: "),
        ("DISTILLNET_ROLES", "dog,child", 'field "roles".*JSON'),
        ("DISTILLNET_GATES", "strict", 'field "gates".*JSON'),
        ("DISTILLNET_GATES__MINIMUM", "3", "gates.minimum: Extra"),
    ],
)
def test_a_wrong_variable_is_named(monkeypatch: Any, name: str, value: str, named: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=f"invalid settings: .*{named}"):
        load_settings()


@pytest.mark.parametrize("content", [b"lenses: [", b"- lenses", b"lenses", b"\xff\xfe\x00"])
def test_a_file_that_is_no_mapping_is_named(content: bytes) -> None:
    Path("distillnet.yaml").write_bytes(content)
    with pytest.raises(ConfigError, match=r"distillnet.yaml must be a YAML mapping"):
        load_settings()


def test_an_empty_file_changes_nothing() -> None:
    before = load_settings()
    Path("distillnet.yaml").touch()
    assert load_settings() == before


def test_settings_do_not_change_once_made_and_survive_being_stored() -> None:
    settings = load_settings(lenses=9, lens_folders=["mine"], gates={"min_words": 3})
    for part, field in ((settings, "lenses"), (settings.gates, "min_words")):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(part, field, 1)
    assert load_settings(**settings.model_dump(mode="json")) == settings


def test_everything_is_local_by_default() -> None:
    settings = Settings()
    assert (settings.model, settings.embeddings, settings.student) == (
        "embedded",
        "use",
        "embedded",
    )
    assert settings.base_url is None
