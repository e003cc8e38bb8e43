"""Chat completions over aiohttp, for OpenAI and every server that speaks its protocol.

LangChain's client for OpenAI spends 3 ms of processor time a call; at 64 calls at once that, not
the network, is what a run waits for (``benchmarks/orchestration.py``). This one also tells faults
apart that the other reports alike, and never retries by itself.
"""

import json
import os
from typing import Any
from urllib.parse import urlsplit

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import Field, PrivateAttr, SecretStr

from distillnet.models.faults import ModelFault, fault_of, http_fault
from distillnet.models.keys import redact

_CONNECT_SECONDS = 20.0
_MOST_BYTES = 32_000_000
_ROLE = {"system": "system", "human": "user", "ai": "assistant"}


class OpenAIChat(BaseChatModel):
    """``ainvoke(messages)`` makes one request and raises ModelFault when it brings no answer.

    ``parameters`` go into the request as they are. An answer that the model refused to give has
    the text of the refusal and ``finish_reason`` "refusal".
    """

    model: str
    base_url: str
    api_key: SecretStr | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    max_tokens: int = 1024
    limit_name: str = "max_tokens"
    """OpenAI's reasoning models refuse this name; other servers may not know the new one."""
    timeout: float = 600.0
    idle_timeout: float = 180.0

    _session: Any = PrivateAttr(default=None)

    @property
    def _llm_type(self) -> str:
        return "distillnet-openai"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        raise NotImplementedError("asynchronous only: await ainvoke(...)")

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        *,
        max_tokens: int | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        request = self.request(messages, max_tokens=max_tokens) | kwargs
        message = answer_of(await self.fetch("POST", "/chat/completions", json=request))
        return ChatResult(generations=[ChatGeneration(message=message)])

    def request(
        self, messages: list[BaseMessage], *, max_tokens: int | None = None
    ) -> dict[str, Any]:
        """The body of a request for an answer to ``messages``."""
        return {
            "model": self.model,
            "messages": [{"role": _ROLE[m.type], "content": str(m.text)} for m in messages],
            self.limit_name: max_tokens or self.max_tokens,
            **self.parameters,
        }

    async def fetch(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """The JSON object that one HTTP request brings; see ``download``."""
        text, content_type = await self.download(method, path, **options)
        return _parsed(text, content_type)

    async def download(
        self, method: str, path: str, *, most_bytes: int = _MOST_BYTES, **options: Any
    ) -> tuple[str, str]:
        """The text that one HTTP request to ``path`` under the base URL brings, and its type.

        ``options`` are aiohttp's. Raises ModelFault for a longer text and every status but 200.
        """
        url = self.base_url.rstrip("/") + path
        try:
            async with self._client().request(
                method, url, allow_redirects=False, **options
            ) as response:
                body = bytearray()
                async for chunk in response.content.iter_any():
                    body += chunk
                    if len(body) > most_bytes:
                        raise ModelFault("rejected", f"an answer of over {most_bytes:,} bytes")
                text = body.decode("utf-8", "replace")
                if response.status != 200:
                    raise http_fault(response.status, error_message(text), response.headers)
                return text, response.content_type
        except Exception as error:
            raise fault_of(error) from None

    def _client(self) -> Any:
        """One session for all requests; its connections are kept open between them."""
        if self._session is None:
            import aiohttp

            headers = {}
            if self.api_key is not None:
                headers["Authorization"] = f"Bearer {self.api_key.get_secret_value()}"
            if organization := os.environ.get("OPENAI_ORG_ID"):
                headers["OpenAI-Organization"] = organization
            self._session = aiohttp.ClientSession(
                # The number of requests in flight is bounded by the caller.
                connector=aiohttp.TCPConnector(limit=0),
                headers=headers,
                timeout=aiohttp.ClientTimeout(
                    total=self.timeout,
                    sock_connect=min(_CONNECT_SECONDS, self.timeout),
                    sock_read=self.idle_timeout,
                ),
                # Read here, once: for ``trust_env`` each request asks two threads for it, and takes
                # any password that ~/.netrc has for the host.
                proxy=_proxy(self.base_url),
            )
        return self._session

    async def aclose(self) -> None:
        """Closes the connections; the next request opens new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _proxy(url: str) -> str | None:
    """The proxy that the environment names for ``url``."""
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(url)
    return None if proxy_bypass(parts.netloc) else getproxies().get(parts.scheme)


def error_message(text: str) -> str:
    """What an error body says, with its code."""
    try:
        error = json.loads(text)["error"]
        return f"{error.get('code') or ''} {error.get('message') or error}".strip()
    except (ValueError, KeyError, TypeError, AttributeError):
        return text


def _parsed(text: str, content_type: str) -> dict[str, Any]:
    if "html" in content_type:
        raise ModelFault("html", redact(text)[:200])
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelFault("invalid_json", str(error)) from None
    if not isinstance(parsed, dict):
        raise ModelFault("invalid_json", "not an object")
    return parsed


def answer_of(answer: dict[str, Any]) -> AIMessage:
    """The message in the body of an answer.

    Raises ModelFault("empty_answer") for one without a choice or a text.
    """
    usage = answer.get("usage")
    try:
        (choice, *_) = answer["choices"]
        message = choice["message"]
        content, refusal = message.get("content"), message.get("refusal")
        finish_reason = choice.get("finish_reason")
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ModelFault("empty_answer", "no choice in the answer") from None
    if refusal and not content:
        content, finish_reason = refusal, "refusal"
    if not isinstance(content, str) or (not content and finish_reason == "stop"):
        raise ModelFault("empty_answer", "the answer holds no text")
    return AIMessage(
        content=content,
        response_metadata={
            "finish_reason": finish_reason,
            "model_name": str(answer.get("model") or ""),
        },
        usage_metadata=_usage(usage),
    )


def _usage(usage: Any) -> Any:
    try:
        read, written = int(usage["prompt_tokens"]), int(usage["completion_tokens"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return {"input_tokens": read, "output_tokens": written, "total_tokens": read + written}
