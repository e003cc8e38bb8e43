"""The teacher: any LangChain chat model, by ``provider:name`` or ``embedded``."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage

from distillnet.config import Settings
from distillnet.errors import DistillNetError, ModelAccessError, UsageError
from distillnet.models.faults import fault_of
from distillnet.models.keys import export_key, find_key, redact, secrets
from distillnet.models.spec import OPENAI_URL, TeacherSpec, describe_teacher
from distillnet.models.weights import require_torch


@dataclass(frozen=True)
class Teacher:
    """A chat model, opened."""

    chat: BaseChatModel
    spec: TeacherSpec
    secrets: dict[str, str] = field(default_factory=secrets, repr=False)
    """What is taken out of its answers, as ``redact`` does."""

    async def ask(
        self, messages: list[tuple[str, str]], *, seed: int, limit: int | None = None
    ) -> AIMessage:
        """One request for an answer of at most ``limit`` tokens (None = the run's limit).

        Raises ModelFault, and DistillNetError when a model on this machine cannot be opened;
        whoever calls decides whether to try again.
        """
        options: dict[str, Any] = {"seed": seed} if self.spec.samples_by_seed else {}
        if limit is not None and not self.spec.samples_by_seed:
            options["max_tokens"] = limit
        try:
            async with asyncio.timeout(self.spec.timeout):
                answer = await self.chat.ainvoke(messages, **options)
        except DistillNetError:
            raise
        except Exception as error:
            raise fault_of(error) from None
        return self.cleaned(answer)

    def cleaned(self, answer: AIMessage) -> AIMessage:
        """``answer`` as text without the secrets that it repeats."""
        answer.content = redact(str(answer.text), self.secrets)
        return answer

    async def aclose(self) -> None:
        """Lets go of open connections."""
        if (close := getattr(self.chat, "aclose", None)) is not None:
            await close()


def open_teacher(settings: Settings) -> Teacher:
    """The model that ``settings.model`` names.

    Raises UsageError for an unknown provider or a missing integration package (with its install
    line), ModelAccessError when the provider's key is not in the environment.
    """
    spec = describe_teacher(settings)
    if settings.model == "embedded":
        require_torch("the embedded model")
        from distillnet.models.embedded import EmbeddedChat

        sampling = {k: v for k, v in spec.parameters.items() if k != "random_seed"}
        return Teacher(EmbeddedChat(**sampling), spec)
    if settings.model.startswith("openai:"):
        return Teacher(_openai(settings, spec), spec)
    return Teacher(_from_langchain(settings, spec), spec)


def _openai(settings: Settings, spec: TeacherSpec) -> BaseChatModel:
    from distillnet.models.openai_chat import OpenAIChat

    key = find_key(spec.key)
    # A server of one's own wants no key.
    if key is None and spec.url == OPENAI_URL:
        raise _no_key(settings, spec)
    parameters = {
        name: value
        for name, value in spec.parameters.items()
        if name not in ("base_url", "max_tokens")
    }
    return OpenAIChat(
        model=settings.model.partition(":")[2],
        base_url=spec.url or OPENAI_URL,
        api_key=key,
        parameters=parameters,
        max_tokens=spec.parameters["max_tokens"],
        limit_name="max_completion_tokens" if spec.url == OPENAI_URL else "max_tokens",
        timeout=settings.timeout,
        idle_timeout=settings.idle_timeout,
    )


def _from_langchain(settings: Settings, spec: TeacherSpec) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    options = {name: value for name, value in spec.parameters.items() if value is not None}
    if settings.api_key_env:
        if (key := find_key(spec.key)) is None:
            raise _no_key(settings, spec)
        options["api_key"] = key
    else:
        export_key(spec.key)
    try:
        # Retries are counted and paid for here, in one layer.
        chat: BaseChatModel = init_chat_model(
            settings.model, **options, max_retries=0, timeout=settings.timeout
        )
        return chat
    except ImportError as error:
        raise UsageError(f"model {settings.model!r}: {error}") from None
    except ValueError as error:
        said = redact(str(error))
        raise UsageError(f"model {settings.model!r} cannot be opened: {said}") from None
    except Exception as error:
        if "api_key" in str(error).lower() or "credential" in str(error).lower():
            raise _no_key(settings, spec) from None
        raise


def _no_key(settings: Settings, spec: TeacherSpec) -> ModelAccessError:
    return ModelAccessError(
        f"no key for {settings.model!r}: put it into the environment or .env "
        f"({spec.key}=...) or use --model embedded"
    )
