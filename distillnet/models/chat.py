"""The teacher: any LangChain chat model, by ``provider:name`` or ``embedded``."""

import asyncio
import os
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage

from distillnet.config import Settings
from distillnet.errors import ModelAccessError, UsageError
from distillnet.models.weights import require_torch

_API_CONCURRENCY = 16
_API_MAX_TOKENS = 1024
_TRANSIENT = {408, 409, 425, 429, 500, 502, 503, 504, 529}
_ATTEMPTS = 4
_CONNECTION_FAULTS = {
    "TimeoutError",
    "ConnectionError",
    "APIConnectionError",  # openai, anthropic; a time-out is one too
    "TransportError",  # httpx
    "ClientConnectionError",  # aiohttp
}


@dataclass(frozen=True)
class Teacher:
    """A chat model and what a run must know of it.

    ``parameters`` shape the answers and so are part of every cell's id. ``capable`` models are
    asked for structure (JSON test items); the embedded one only for prose. ``samples_by_seed``
    says that ``ainvoke(..., seed=n)`` gives a different answer for each n.
    """

    chat: BaseChatModel
    name: str
    parameters: dict[str, Any]
    concurrency: int
    timeout: float
    capable: bool
    samples_by_seed: bool

    async def ask(
        self, messages: list[tuple[str, str]], *, seed: int, limit: int | None = None
    ) -> AIMessage:
        """One answer, of at most ``limit`` tokens where that differs from the run's limit.

        Passing faults are retried here and nowhere else.

        Raises what the provider raised once the retries are used up.
        """
        from tenacity import (
            AsyncRetrying,
            retry_if_exception,
            stop_after_attempt,
            wait_exponential_jitter,
        )

        options: dict[str, Any] = {"seed": seed} if self.samples_by_seed else {}
        retrying = AsyncRetrying(
            retry=retry_if_exception(_is_transient),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_exponential_jitter(multiplier=0.5, max=20),
            reraise=True,
        )
        async for attempt in retrying:
            with attempt:
                return await asyncio.wait_for(
                    self.chat.ainvoke(messages, **options), timeout=self.timeout
                )
        raise AssertionError("tenacity returns or raises")


def open_teacher(settings: Settings) -> Teacher:
    """The model that ``settings.model`` names.

    Raises UsageError for an unknown provider or a missing integration package (with its install
    line), ModelAccessError when the provider's key is not in the environment.
    """
    if settings.model == "embedded":
        return _embedded(settings)
    if ":" not in settings.model:
        raise UsageError(
            f"no model {settings.model!r}: give 'embedded' or provider:name, "
            "like openai:gpt-5-mini or ollama:qwen3"
        )
    return _api(settings)


def _embedded(settings: Settings) -> Teacher:
    require_torch("the embedded model")
    from distillnet.models.embedded import EmbeddedChat

    given: dict[str, Any] = {
        "temperature": settings.temperature,
        "top_p": settings.top_p,
        "max_tokens": settings.max_tokens,
    }
    chat = EmbeddedChat(**{name: value for name, value in given.items() if value is not None})
    return Teacher(
        chat=chat,
        name=settings.model,
        parameters={
            "temperature": chat.temperature,
            "top_p": chat.top_p,
            "repetition_penalty": chat.repetition_penalty,
            "max_tokens": chat.max_tokens,
            "random_seed": settings.random_seed,
        },
        # More than one batch in flight, so that the next one is full when the first is done.
        concurrency=settings.concurrency or 4 * chat.batch_size,
        # Requests wait for the batches before theirs, so the time for one call is no measure.
        timeout=3600.0,
        capable=False,
        samples_by_seed=True,
    )


def _api(settings: Settings) -> Teacher:
    from langchain.chat_models import init_chat_model

    options: dict[str, Any] = {"max_tokens": settings.max_tokens or _API_MAX_TOKENS}
    # Some models refuse sampling parameters, so none is sent that was not asked for.
    for name in ("temperature", "top_p"):
        if (value := getattr(settings, name)) is not None:
            options[name] = value
    access: dict[str, Any] = {"max_retries": 0, "timeout": settings.timeout}
    if settings.base_url:
        access["base_url"] = settings.base_url
        if settings.model.startswith("openai:") and not os.environ.get("OPENAI_API_KEY"):
            # Local servers want no key, the client library insists on some.
            access["api_key"] = "none"
    try:
        chat = init_chat_model(settings.model, **options, **access)
    except ImportError as error:
        raise UsageError(f"model {settings.model!r}: {error}") from None
    except ValueError as error:
        raise UsageError(f"model {settings.model!r} cannot be opened: {error}") from None
    except Exception as error:
        if "api_key" in str(error).lower() or "credential" in str(error).lower():
            provider = settings.model.split(":")[0].upper()
            raise ModelAccessError(
                f"no key for {settings.model!r}: put it into the environment "
                f"({provider}_API_KEY=...) or use --model embedded"
            ) from None
        raise
    return Teacher(
        chat=chat,
        name=settings.model,
        parameters={**options, "base_url": settings.base_url},
        concurrency=settings.concurrency or _API_CONCURRENCY,
        timeout=settings.timeout,
        capable=True,
        samples_by_seed=False,
    )


def is_access_error(error: BaseException) -> bool:
    """Authentication or quota: no later call can succeed either."""
    # The message alone does not always carry the code.
    said = f"{getattr(error, 'code', None)} {error}".lower()
    return getattr(error, "status_code", None) in {401, 402, 403} or "insufficient_quota" in said


def _is_transient(error: BaseException) -> bool:
    if is_access_error(error):
        return False
    if getattr(error, "status_code", None) in _TRANSIENT:
        return True
    # Connection faults carry no status; their classes differ by provider, a base's name does not.
    names = {base.__name__ for base in type(error).__mro__}
    return bool(names & _CONNECTION_FAULTS)
