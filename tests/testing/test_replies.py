"""Each fault that is an HTTP response, as a client sees it."""

import json
from typing import Any

import httpx
import openai
import pytest

from distillnet.testing import CONTENT_FAULTS, Fault, ScriptedServer
from distillnet.testing.faults import FaultName
from distillnet.tools.text import looks_foreign, ngrams, words
from tests.testing.conftest import ask, failing

WHOLE = "One two three four five six seven eight."
DATE = "Wed, 21 Oct 2026 07:28:00 GMT"


def client(server: ScriptedServer) -> openai.OpenAI:
    return openai.OpenAI(base_url=server.base_url, api_key="sk-canary", max_retries=0)


def failed_once(name: FaultName, **request: Any) -> httpx.Response:
    """The faulty response; a good one follows, and both are counted as what they are."""
    with failing(Fault(name)) as server:
        response = ask(server, **request)
        assert ask(server).json()["choices"][0]["message"]["content"] == WHOLE
        assert server.faults == {name: 1}
        assert server.requests.total() == 2
        assert server.calls.total() == 1 + (name in CONTENT_FAULTS)
    return response


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("rate_limited", 429, "rate_limit_exceeded"),
        ("server_error", 500, "server_error"),
        ("overloaded", 529, "overloaded_error"),
        ("unauthorized", 401, "invalid_api_key"),
        ("quota", 429, "insufficient_quota"),
    ],
)
def test_an_error_has_its_status_and_code(name: FaultName, status: int, code: str) -> None:
    response = failed_once(name)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert "retry-after" not in response.headers


@pytest.mark.parametrize("retry_after", ["7", DATE])
def test_retry_after_is_sent_as_given(retry_after: str) -> None:
    fault = Fault("rate_limited", retry_after=retry_after)
    with failing(fault) as server, pytest.raises(openai.RateLimitError) as raised:
        client(server).chat.completions.create(
            model="m", messages=[{"role": "user", "content": "x"}]
        )
    assert raised.value.response.headers["retry-after"] == retry_after


def test_a_refused_key_comes_back_in_the_message() -> None:
    with (
        failing(Fault("unauthorized")) as server,
        pytest.raises(openai.AuthenticationError, match="sk-canary"),
    ):
        client(server).chat.completions.create(
            model="m", messages=[{"role": "user", "content": "x"}]
        )


def test_a_page_comes_with_status_200() -> None:
    response = failed_once("html")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html"
    assert response.text.startswith("<!DOCTYPE html>")


def test_invalid_json_is_cut_but_as_long_as_promised() -> None:
    response = failed_once("invalid_json")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert len(response.content) == int(response.headers["content-length"])
    assert response.text.startswith('{"id"')
    with pytest.raises(json.JSONDecodeError):
        response.json()


def test_empty_answers() -> None:
    assert failed_once("empty_choices").json()["choices"] == []
    (choice,) = failed_once("null_content").json()["choices"]
    assert choice["message"] == {"role": "assistant", "content": None}


@pytest.mark.parametrize(("name", "reason"), [("length", "length"), ("liar", "stop")])
@pytest.mark.parametrize("parameter", ["max_tokens", "max_completion_tokens"])
def test_a_cut_answer_has_as_many_tokens_as_allowed(
    name: FaultName, reason: str, parameter: str
) -> None:
    answer = failed_once(name, **{parameter: 33}).json()
    (choice,) = answer["choices"]
    text = choice["message"]["content"]
    assert WHOLE.startswith(text) and 0 < len(text) < len(WHOLE)
    assert choice["finish_reason"] == reason
    assert answer["usage"]["completion_tokens"] == 33


def test_a_refusal_stands_in_its_own_field() -> None:
    with failing(Fault("refusal")) as server:
        done = client(server).chat.completions.create(
            model="m", messages=[{"role": "user", "content": "x"}]
        )
    message = done.choices[0].message
    assert message.content is None
    assert message.refusal is not None and "can't help" in message.refusal


def test_a_filtered_answer_is_empty() -> None:
    (choice,) = failed_once("content_filter").json()["choices"]
    assert (choice["finish_reason"], choice["message"]["content"]) == ("content_filter", "")


@pytest.mark.parametrize(
    ("prompt", "language"), [("What is freedom, {}?", "en"), ("Что такое свобода, {}?", "ru")]
)
def test_another_language_every_time_another_text(prompt: str, language: str) -> None:
    with ScriptedServer(str, faults=lambda prompt, nth: Fault("off_language")) as server:
        answers = [ask(server, prompt.format(n // 2)).json() for n in range(20)]
    texts = [answer["choices"][0]["message"]["content"] for answer in answers]
    assert len(set(texts)) == len(texts)
    for text in texts:
        assert looks_foreign(text, "ru" if language == "ru" else "en")
        runs = len(words(text)) - 3
        assert len(ngrams(words(text), 4)) > 0.7 * runs, "not a loop, which would be another fault"
