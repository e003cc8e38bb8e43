"""YAML that people edit, read with nothing lost on the way: a slip is an error, not a surprise."""

from pathlib import Path
from typing import Any

from distillnet.errors import ConfigError
from distillnet.tools.export import load_yaml

_MAX_BYTES = 500_000
_MAX_DEPTH = 20


def read_plain(path: Path) -> Any:
    """Plain data of one YAML document, None for an empty file.

    Raises ConfigError, naming the file, where it cannot be read, is too large or nested too deeply
    (libyaml's loader would overflow the stack and kill the process), is not YAML, gives a key
    twice in one mapping (of which the loader takes the last), or holds aliases.
    """
    import yaml

    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise ConfigError(f"{path} is larger than {_MAX_BYTES:,} bytes")
        text = data.decode("utf-8-sig")
        check_plain(text)
        return load_yaml(text)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8: save it as such") from None
    except yaml.MarkedYAMLError as error:
        raise ConfigError(f"{path} is not YAML: {error.problem}{_at(error.problem_mark)}") from None
    except yaml.YAMLError:
        raise ConfigError(f"{path} is not YAML: it holds characters that YAML forbids") from None
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from None


def check_plain(text: str) -> None:
    """Raises ValueError for a repeated key, an alias or deep nesting; builds nothing.

    Aliases can make of a short file one that is endless to walk through. yaml.YAMLError passes.
    """
    import yaml

    # Of each open collection: the keys so far, None in a list; and whether a key comes next.
    opened: list[tuple[set[str] | None, bool]] = [(None, False)]
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, yaml.AliasEvent):
            raise ValueError(f"aliases are not understood here{_at(event.start_mark)}")
        if isinstance(event, yaml.CollectionEndEvent):
            opened.pop()
        if not isinstance(event, yaml.NodeEvent):
            continue
        keys, is_key = opened[-1]
        opened[-1] = keys, keys is not None and not is_key
        if isinstance(event, yaml.CollectionStartEvent):
            is_mapping = isinstance(event, yaml.MappingStartEvent)
            opened.append((set() if is_mapping else None, is_mapping))
            if len(opened) > _MAX_DEPTH:
                raise ValueError(f"nested too deeply{_at(event.start_mark)}")
        elif keys is not None and is_key and isinstance(event, yaml.ScalarEvent):
            if event.value in keys:
                raise ValueError(f"{event.value[:100]!r} is given twice{_at(event.start_mark)}")
            keys.add(event.value)


def _at(mark: Any) -> str:
    return f", line {mark.line + 1}" if mark else ""
