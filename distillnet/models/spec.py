"""What can be known of a teacher without opening it; imports no library of a provider."""

import os
from dataclasses import dataclass
from typing import Any

from distillnet.config import Settings
from distillnet.errors import UsageError
from distillnet.models.keys import key_variable, require_clean_url

OPENAI_URL = "https://api.openai.com/v1"
EMBEDDED_SAMPLING = {
    "temperature": 0.6,
    "top_p": 0.95,
    "repetition_penalty": 1.05,
    "max_tokens": 320,
}
EMBEDDED_BATCH = 64
_API_CONCURRENCY = 16
_API_MAX_TOKENS = 1024


@dataclass(frozen=True)
class TeacherSpec:
    """What a run, and a plan of it, must know of a chat model before it is opened.

    ``parameters`` shape the answers and so are part of every cell's id; ``max_tokens`` is always
    among them. ``timeout`` is in seconds. ``capable`` models are asked for structure (JSON test
    items); the embedded one only for prose. ``samples_by_seed`` says that ``ainvoke(...,
    seed=n)`` gives a different answer for each n. ``url`` is where requests go: None where
    nothing is sent anywhere, "" where the provider's own library decides. ``key`` names the
    variable of the key, "" for none.
    """

    name: str
    parameters: dict[str, Any]
    concurrency: int
    timeout: float
    capable: bool
    samples_by_seed: bool
    url: str | None
    key: str


def describe_teacher(settings: Settings) -> TeacherSpec:
    """What ``settings.model`` names, without opening it: no key, package or network is needed.

    Raises UsageError for a name of the wrong form or a URL that carries a secret.
    """
    if settings.base_url:
        require_clean_url(settings.base_url, "base_url")
    if settings.model == "embedded":
        return _embedded_spec(settings)
    provider, _, name = settings.model.partition(":")
    if not provider or not name:
        raise UsageError(
            f"no model {settings.model!r}: give 'embedded' or provider:name, "
            "like openai:gpt-5-mini or ollama:qwen3"
        )
    parameters: dict[str, Any] = {"max_tokens": settings.max_tokens or _API_MAX_TOKENS}
    # Some models refuse sampling parameters, so none is sent that was not asked for.
    for option in ("temperature", "top_p"):
        if (value := getattr(settings, option)) is not None:
            parameters[option] = value
    url = settings.base_url or ""
    if provider == "openai":
        url = (url or os.environ.get("OPENAI_BASE_URL") or OPENAI_URL).rstrip("/")
        require_clean_url(url, "OPENAI_BASE_URL")
    return TeacherSpec(
        name=settings.model,
        parameters={**parameters, "base_url": settings.base_url},
        concurrency=settings.concurrency or _API_CONCURRENCY,
        timeout=settings.timeout,
        capable=True,
        samples_by_seed=False,
        url=url,
        key=settings.api_key_env or key_variable(settings.model),
    )


def _embedded_spec(settings: Settings) -> TeacherSpec:
    parameters = {
        name: default if (given := getattr(settings, name, None)) is None else given
        for name, default in EMBEDDED_SAMPLING.items()
    }
    return TeacherSpec(
        name=settings.model,
        parameters={**parameters, "random_seed": settings.random_seed},
        # More than one batch in flight, so that the next one is full when the first is done.
        concurrency=settings.concurrency or 4 * EMBEDDED_BATCH,
        # Requests wait for the batches before theirs, so the time for one call is no measure.
        timeout=3600.0,
        capable=False,
        samples_by_seed=True,
        url=None,
        key="",
    )
