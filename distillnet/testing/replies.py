"""The responses to a chat request: the good one, and each fault that is a response."""

from typing import Any

from distillnet.testing.faults import Fault
from distillnet.testing.prose import foreign_prose
from distillnet.testing.traffic import Chat
from distillnet.testing.wire import Response, json_response

_PAGE = b"<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"
_REFUSAL = "I'm sorry, but I can't help with that request."


def reply(chat: Chat) -> Response:
    """What ``chat`` is answered. Raises what the script of the answers raises.

    The faults that break the connection instead are in ``broken.py``.
    """
    if chat.fault is None:
        return json_response(200, completion(chat, chat.text))
    match chat.fault.name:
        case "html":
            return Response(200, _PAGE, content_type="text/html")
        case "invalid_json":
            whole = json_response(200, completion(chat, chat.text)).body
            return Response(200, whole[: len(whole) // 2])
        case "empty_choices":
            return json_response(200, completion(chat, None) | {"choices": []})
        case "null_content":
            return json_response(200, completion(chat, None))
        case "length":
            return json_response(200, _cut(chat, finish_reason="length"))
        case "liar":
            return json_response(200, _cut(chat, finish_reason="stop"))
        case "refusal":
            return json_response(200, completion(chat, None, refusal=_REFUSAL))
        case "content_filter":
            return json_response(200, completion(chat, "", finish_reason="content_filter"))
        case "off_language":
            text = foreign_prose(chat.prompt, nth=chat.nth)
            return json_response(200, completion(chat, text))
    return _error(chat, chat.fault)


def completion(
    chat: Chat,
    content: str | None,
    *,
    finish_reason: str = "stop",
    refusal: str | None = None,
    tokens: int | None = None,
) -> dict[str, Any]:
    """A chat completion; its usage counts words, where ``tokens`` does not say otherwise."""
    if tokens is None:
        tokens = len((content or refusal or "").split())
    asked = len(chat.prompt.split())
    message = {"role": "assistant", "content": content}
    if refusal is not None:
        message["refusal"] = refusal
    return {
        "id": "scripted",
        "object": "chat.completion",
        "created": 0,
        "model": chat.request["model"],
        "choices": [{"index": 0, "finish_reason": finish_reason, "message": message}],
        "usage": {
            "prompt_tokens": asked,
            "completion_tokens": tokens,
            "total_tokens": asked + tokens,
        },
    }


def _cut(chat: Chat, *, finish_reason: str) -> dict[str, Any]:
    text = chat.text
    return completion(
        chat, text[: len(text) // 2], finish_reason=finish_reason, tokens=chat.token_limit
    )


def _error(chat: Chat, fault: Fault) -> Response:
    key = chat.authorization.removeprefix("Bearer ")
    status, code, message = {
        "rate_limited": (429, "rate_limit_exceeded", "Rate limit reached for requests."),
        "server_error": (500, "server_error", "The server had an error."),
        "overloaded": (529, "overloaded_error", "The server is overloaded."),
        "unauthorized": (401, "invalid_api_key", f"Incorrect API key provided: {key}."),
        "quota": (429, "insufficient_quota", "You exceeded your current quota."),
    }[fault.name]
    return json_response(
        status, {"error": {"message": message, "code": code}}, retry_after=fault.retry_after
    )
