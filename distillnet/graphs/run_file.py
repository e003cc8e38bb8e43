"""run.yaml: what a run was begun with."""

from importlib.metadata import version
from pathlib import Path

from distillnet.config import Settings, load_settings
from distillnet.errors import ConfigError, UsageError
from distillnet.models.spec import describe_teacher
from distillnet.records import Seed
from distillnet.tools.export import load_yaml, write_yaml
from distillnet.tools.plain_yaml import check_plain

_NAME = "run.yaml"


def write_run(directory: Path, settings: Settings, seed: Seed) -> None:
    """Of the model's key only the name of its variable is kept."""
    write_yaml(
        directory / _NAME,
        {
            "distillnet": version("distillnet"),
            "key_variable": describe_teacher(settings).key or None,
            "settings": settings.model_dump(mode="json"),
            "seed": seed.model_dump(mode="json"),
        },
    )


def read_run(directory: Path) -> tuple[Settings, Seed]:
    """Raises UsageError where there is no run, ConfigError for a file that cannot be one."""
    import yaml

    path = directory / _NAME
    if not path.is_file():
        raise UsageError(
            f"no run in {str(directory)!r}: give a directory that 'distillnet run' made"
        )
    try:
        check_plain(text := path.read_text(encoding="utf-8"))
        record = load_yaml(text)
        return load_settings(record["settings"]), Seed.model_validate(record["seed"])
    except (yaml.YAMLError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ConfigError(f"cannot read {path}: {error}") from None
