"""One tiny call that says whether a model can be used, and what can be known of it."""

import json
import time
from dataclasses import replace
from typing import Any, Literal

from langchain_core.messages import AIMessage

from distillnet.config import Settings
from distillnet.errors import DistillNetError, ModelAccessError, TooManyFailures, UsageError
from distillnet.models.chat import Teacher, open_teacher
from distillnet.models.faults import ModelFault, problem_of
from distillnet.models.keys import find_key, redact
from distillnet.models.openai_chat import OpenAIChat
from distillnet.models.spec import TeacherSpec, describe_teacher
from distillnet.models.spending import price_for
from distillnet.models.teachers import Price, Terms, terms_of
from distillnet.records import Record

# Room for models that think before they answer.
_API_TOKENS, _EMBEDDED_TOKENS = 512, 48
_QUESTION = [("user", "Name a bird, and say how many wings it has.")]
_FORMAT = {
    "type": "json_schema",
    "json_schema": {
        "name": "bird",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {"bird": {"type": "string"}, "wings": {"type": "integer"}},
            "required": ["bird", "wings"],
            "additionalProperties": False,
        },
    },
}
_BROKEN_OFF = ("ClientOSError", "ServerDisconnected", "ConnectionReset", "ReadError", "RemoteProto")
_UNUSABLE = {"unreachable", "html", "rejected"}


class Check(Record):
    """What one call showed of a model.

    ``url`` and ``key`` are those of ``TeacherSpec``. ``fault`` is the kind of ``ModelFault`` that
    came in the place of an answer, or "no_key", "unreachable"; ``problem`` says it in words and
    ``said`` as the server did. ``milliseconds`` is what the answer took. ``structured`` tells
    whether a JSON schema that was sent along was kept to. Tokens are None where the server reports
    none; ``tokens_per_second`` is of one answer alone, for a model on this machine.
    """

    model: str
    url: str | None
    key: str
    key_is_set: bool
    auth: Literal["ok", "no key", "refused", "not needed", "not known"]
    fault: str | None = None
    problem: str | None = None
    said: str | None = None
    milliseconds: int | None = None
    structured: Literal["honoured", "ignored", "refused", "not tested"] = "not tested"
    input_tokens: int | None = None
    output_tokens: int | None = None
    finish_reason: str | None = None
    reported_model: str | None = None
    tokens_per_second: float | None = None
    remarks: tuple[str, ...] = ()
    price: Price | None
    terms: Terms | None

    def require_usable(self) -> None:
        """Raises ModelAccessError, UsageError or TooManyFailures where no answer came."""
        if self.fault is None:
            return
        said = f" ({self.said})" if self.said else ""
        raise _error_of(self.fault)(f"{self.model}: {self.problem}{said}")


async def check(settings: Settings) -> Check:
    """Asks the model of ``settings`` one short question, which costs next to nothing.

    Raises UsageError for a model that cannot be opened; what a server does is in the answer.
    """
    spec = describe_teacher(settings)
    known: dict[str, Any] = {
        "model": spec.name,
        "url": spec.url,
        "key": spec.key,
        "key_is_set": find_key(spec.key) is not None,
        "price": price_for(settings),
        "terms": terms_of(settings.model, base_url=spec.url or None),
    }
    tokens = _EMBEDDED_TOKENS if spec.url is None else _API_TOKENS
    try:
        teacher = open_teacher(settings.model_copy(update={"max_tokens": tokens}))
    except ModelAccessError:
        problem = f"it needs a key: put it into the environment or .env as {spec.key}"
        return Check(**known, auth="no key", fault="no_key", problem=problem)
    try:
        seen = await (_look_here(teacher) if spec.url is None else _look(teacher))
    except ModelFault as fault:
        seen = _failed(fault, spec, settings, has_key=known["key_is_set"])
    finally:
        await teacher.aclose()
    return Check(**known, **seen)


async def _look(teacher: Teacher) -> dict[str, Any]:
    """With a schema where the server's protocol has a place for one; else, or if refused, without.

    Raises ModelFault when neither is answered.
    """
    asked = False
    if isinstance(teacher.chat, OpenAIChat):
        parameters = teacher.chat.parameters | {"response_format": _FORMAT}
        chat = teacher.chat.model_copy(update={"parameters": parameters})
        try:
            answer, seconds = await _timed(replace(teacher, chat=chat))
            asked = True
        except ModelFault as fault:
            if fault.kind != "rejected":
                raise
        finally:
            await chat.aclose()
    if not asked:
        answer, seconds = await _timed(teacher)
    whole, remarks = _remarks(answer, teacher.spec)
    structured = "not tested"
    if isinstance(teacher.chat, OpenAIChat) and (whole or not asked):
        structured = "refused" if not asked else "honoured" if _fits(answer.text) else "ignored"
    return {
        "auth": "ok" if find_key(teacher.spec.key) else "not needed",
        "structured": structured,
        "remarks": remarks,
        **_reported(answer, seconds),
    }


async def _look_here(teacher: Teacher) -> dict[str, Any]:
    """Twice, because the first question also waits for the weights to be loaded."""
    await _timed(teacher)
    answer, seconds = await _timed(teacher)
    reported = _reported(answer, seconds)
    return {
        "auth": "not needed",
        "tokens_per_second": (reported["output_tokens"] or 0) / seconds,
        **reported,
    }


async def _timed(teacher: Teacher) -> tuple[AIMessage, float]:
    started = time.monotonic()
    answer = await teacher.ask(_QUESTION, seed=0)
    return answer, time.monotonic() - started


def _reported(answer: AIMessage, seconds: float) -> dict[str, Any]:
    usage, metadata = answer.usage_metadata, answer.response_metadata
    finish = metadata.get("finish_reason") or metadata.get("stop_reason")
    name = metadata.get("model_name") or metadata.get("model")
    return {
        "milliseconds": round(1000 * seconds),
        "input_tokens": usage["input_tokens"] if usage else None,
        "output_tokens": usage["output_tokens"] if usage else None,
        "finish_reason": redact(str(finish)) if finish else None,
        "reported_model": redact(str(name)) if name else None,
    }


def _remarks(answer: AIMessage, spec: TeacherSpec) -> tuple[bool, tuple[str, ...]]:
    """Whether the answer is whole, and what is odd about it."""
    usage, finish = answer.usage_metadata, answer.response_metadata.get("finish_reason")
    remarks = []
    if is_full := bool(usage and usage["output_tokens"] >= _API_TOKENS):
        claim = "" if finish == "length" else f", though the server says {str(finish)!r}"
        remarks.append(f"the answer was cut off at {_API_TOKENS} tokens{claim}")
    elif finish == "length":
        remarks.append(f"the answer was cut off before {_API_TOKENS} tokens")
    if finish in ("refusal", "content_filter"):
        remarks.append("the model refused a harmless question about birds")
    if usage is None:
        remarks.append("no usage is reported, so budgets count each call at the most it can cost")
    return not (is_full or finish in ("length", "refusal", "content_filter")), tuple(remarks)


def _fits(text: str) -> bool:
    """Whether ``text`` is JSON by the schema, and nothing else."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return (
        isinstance(value, dict)
        and set(value) == {"bird", "wings"}
        and type(value["bird"]) is str
        and type(value["wings"]) is int
    )


def _failed(
    fault: ModelFault, spec: TeacherSpec, settings: Settings, *, has_key: bool
) -> dict[str, Any]:
    kind, auth = fault.kind, "not known"
    place = spec.url or f"the address that {spec.name.partition(':')[0]} has"
    if kind == "access":
        auth, problem = _denied(fault, spec, has_key)
    elif kind == "connection" and fault.said.startswith(_BROKEN_OFF):
        problem = f"the server at {place} breaks the connection off without an answer"
    elif kind == "connection":
        kind, problem = "unreachable", f"no server at {place}: start it, or give another --base-url"
    else:
        problem = problem_of(kind, settings, place)
    if fault.retry_after is not None:
        problem += f"; it asks to wait {fault.retry_after:g} s"
    return {"auth": auth, "fault": kind, "problem": problem, "said": fault.said}


def _denied(fault: ModelFault, spec: TeacherSpec, has_key: bool) -> tuple[str, str]:
    if "insufficient_quota" in fault.said or fault.said.startswith("HTTP 402"):
        return "ok", "the key is known, but its quota is used up: mend that with the provider"
    if has_key:
        return "refused", f"the key in {spec.key} was refused: put the right one there"
    return "no key", f"the server wants a key: put it into the environment or .env as {spec.key}"


def _error_of(fault: str) -> type[DistillNetError]:
    if fault in ("access", "no_key"):
        return ModelAccessError
    return UsageError if fault in _UNUSABLE else TooManyFailures
