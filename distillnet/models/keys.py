"""Keys of model providers: from the environment or ``.env``, never on the command line or on disk.

Only the name of a key's variable is ever stored.
"""

import os
import re
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from distillnet.errors import UsageError

# Where a provider's variable is not PROVIDER_API_KEY; "" = needs none.
_VARIABLES = {
    "google_genai": "GOOGLE_API_KEY",
    "google_vertexai": "GOOGLE_APPLICATION_CREDENTIALS",
    "azure_openai": "AZURE_OPENAI_API_KEY",
    "bedrock": "AWS_SECRET_ACCESS_KEY",
    "bedrock_converse": "AWS_SECRET_ACCESS_KEY",
    "huggingface": "HUGGINGFACEHUB_API_TOKEN",
    "ollama": "",
    "embedded": "",
}
_SECRET_NAME = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL)", re.IGNORECASE)
# Variables that keys were looked for in, whatever their names.
_asked: set[str] = set()
# Shorter values are words of the language rather than secrets.
_SHORTEST = 8


def key_variable(model: str) -> str:
    """The variable that holds the key of ``provider:name``; "" when none is needed."""
    provider = model.partition(":")[0]
    return _VARIABLES.get(provider, f"{provider.upper()}_API_KEY")


def find_key(variable: str) -> SecretStr | None:
    """The key in ``variable``, from the environment or else from ``.env`` here.

    From now on ``redact`` knows it. Raises UsageError for a ``.env`` that cannot be read.
    """
    if not variable:
        return None
    _asked.add(variable)
    found = (os.environ.get(variable) or _dotenv(Path.cwd()).get(variable) or "").strip()
    return SecretStr(found) if found else None


def export_key(variable: str) -> None:
    """Lets a provider's own library find a key that stands in ``.env`` only."""
    if key := find_key(variable):
        os.environ[variable] = key.get_secret_value()


def require_clean_url(url: str, name: str) -> None:
    """Raises UsageError for a URL that carries a password or a query: it would be stored."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(f"{name} must be a URL like http://127.0.0.1:8000/v1")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UsageError(
            f"{name} must not carry a key, user name or query: put the key into the environment "
            "and name its variable by DISTILLNET_API_KEY_ENV"
        )


def redact(text: str, known: dict[str, str] | None = None) -> str:
    """``text`` with the value of every secret replaced by the name of its variable.

    ``known`` is what ``secrets`` returned, for callers who ask often.
    """
    for name, value in (secrets() if known is None else known).items():
        if value in text:
            text = text.replace(value, f"[{name}]")
    return text


def secrets() -> dict[str, str]:
    """What the environment and ``.env`` hold under the name of a key, token or password."""
    known = [*_dotenv(Path.cwd()).items(), *os.environ.items()]
    found = {
        name: value.strip()
        for name, value in known
        if (_SECRET_NAME.search(name) or name in _asked) and len(value.strip()) >= _SHORTEST
    }
    # The longest first: one may be the beginning of another.
    return dict(sorted(found.items(), key=lambda entry: -len(entry[1])))


@cache
def _dotenv(folder: Path) -> dict[str, str]:
    from dotenv import dotenv_values

    path = folder / ".env"
    try:
        return {name: value for name, value in dotenv_values(path).items() if value}
    except (OSError, ValueError):
        raise UsageError(f"cannot read {str(path)!r}: make it a readable UTF-8 file") from None
