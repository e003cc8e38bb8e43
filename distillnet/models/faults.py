"""What can go wrong with a request, each kind under one name, whichever library reports it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite

from distillnet.config import Settings
from distillnet.models.keys import redact

# May pass: the same request can succeed a moment later.
PASSING = {
    "rate_limited",
    "overloaded",
    "server_error",
    "connection",
    "idle_timeout",
    "timeout",
    "cut_body",
    "html",
    "invalid_json",
    "empty_answer",
    "unfinished",
}
# The server cannot keep up with so many requests at once.
TOO_MANY = {"rate_limited", "overloaded", "idle_timeout", "timeout"}
# The provider has not generated anything, so nothing was paid for.
FREE = {"rate_limited", "overloaded", "server_error", "access", "rejected", "html", "unfinished"}
_BY_STATUS = {408: "timeout", 409: "server_error", 425: "server_error", 429: "rate_limited"}
_ACCESS = {401, 402, 403}
_OVERLOADED = {503, 529}
_BY_CLASS = {
    # By name, the most special first: the classes of aiohttp, httpx, openai and anthropic are not
    # imported for it.
    "SocketTimeoutError": "idle_timeout",
    "ConnectionTimeoutError": "connection",
    "TimeoutError": "timeout",
    "APITimeoutError": "timeout",
    "TimeoutException": "timeout",
    "ConnectionError": "connection",
    "APIConnectionError": "connection",
    "TransportError": "connection",
    "ClientConnectionError": "connection",
    "ClientPayloadError": "cut_body",
    "ClientResponseError": "connection",
    "JSONDecodeError": "invalid_json",
    # What LangChain's client for OpenAI makes of an answer without a choice.
    "IndexError": "empty_answer",
}
_LONGEST = 400
_PROBLEMS = {
    "rate_limited": "the server is there, but takes no more requests now",
    "overloaded": "the server is there, but overloaded: try again later",
    "server_error": "the server is there, but fails: see its log",
    "idle_timeout": "nothing came for {idle:g} s: the server hangs, or is still loading the model "
    "(DISTILLNET_IDLE_TIMEOUT allows more)",
    "timeout": "no whole answer within {whole:g} s: the server hangs, or is slow "
    "(DISTILLNET_TIMEOUT allows more)",
    "cut_body": "the answer broke off before its end: look at the server, or a proxy before it",
    "html": "a web page answers at {place}, no model: such a URL mostly ends in /v1",
    "invalid_json": "what answers at {place} does not speak JSON as a model server does",
    "empty_answer": "the server answers, but without a text",
    "rejected": "the server rejects the request: it may not know this model, or the URL may be "
    "wrong (it mostly ends in /v1)",
    "failed": "the request failed",
}


@dataclass
class ModelFault(Exception):
    """One request that brought no answer.

    ``kind`` is one of ``PASSING``, ``access`` (authentication or quota: no later request can
    succeed either), ``rejected`` (the request itself is wrong) or ``failed``; ``unfinished`` is a
    request whose batch ended before its turn. ``retry_after`` is the number of seconds that the
    server asked to wait.
    """

    kind: str
    said: str
    retry_after: float | None = None

    def __str__(self) -> str:
        return f"{self.kind}: {self.said}"

    @property
    def may_pass(self) -> bool:
        return self.kind in PASSING


def fault_of(error: BaseException) -> ModelFault:
    """The fault behind whatever a provider's library raised; its text holds no secret."""
    if isinstance(error, ModelFault):
        return error
    status = getattr(error, "status_code", None)
    headers = getattr(getattr(error, "response", None), "headers", None)
    # The message alone does not always carry the code.
    said = f"{getattr(error, 'code', None) or ''} {error}".strip() or type(error).__name__
    if isinstance(status, int):
        return http_fault(status, said, headers or {})
    names = [base.__name__ for base in type(error).__mro__]
    kind = next((_BY_CLASS[name] for name in names if name in _BY_CLASS), "failed")
    if kind == "failed" and "<html" in said.lower():
        kind = "html"
    return ModelFault(kind, _short(f"{type(error).__name__}: {error}".rstrip(": ")))


def http_fault(status: int, said: str, headers: Mapping[str, str]) -> ModelFault:
    """The fault of an HTTP answer that is not 2xx."""
    if status in _ACCESS or "insufficient_quota" in said.lower():
        kind = "access"
    elif status in _OVERLOADED:
        kind = "overloaded"
    else:
        kind = _BY_STATUS.get(status, "server_error" if status >= 500 else "rejected")
    return ModelFault(kind, _short(f"HTTP {status}: {said}"), retry_after(headers))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by ``Retry-After``, as a number or an HTTP date (RFC 9110, 10.2.3).

    A date is compared with the server's own ``Date``, so that a wrong clock here does no harm.
    """
    value = headers.get("Retry-After") or headers.get("retry-after")
    if value is None:
        return None
    try:
        seconds = float(value)
        return max(0.0, seconds) if isfinite(seconds) else None
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(value)
        sent = headers.get("Date") or headers.get("date")
        now = parsedate_to_datetime(sent) if sent else datetime.now(UTC)
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _short(text: str) -> str:
    # Redacted first: a secret cut in two would not be recognised.
    return " ".join(redact(text).split())[:_LONGEST]


def problem_of(fault: str, settings: Settings, place: str) -> str:
    """What a ``ModelFault`` of this kind means and what cures it; ``place`` names the server."""
    return _PROBLEMS.get(fault, _PROBLEMS["failed"]).format(
        place=place, idle=settings.idle_timeout, whole=settings.timeout
    )
