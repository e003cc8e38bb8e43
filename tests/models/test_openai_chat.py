"""Our client against servers that answer, fail and lie over real connections."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from pydantic import SecretStr

from distillnet.models.faults import ModelFault
from distillnet.models.openai_chat import OpenAIChat
from distillnet.testing import Fault, ScriptedServer
from tests.models.conftest import KEY, MESSAGES, failing

GOOD = {"role": "assistant", "content": "The leash knows."}
USAGE = {"prompt_tokens": 9, "completion_tokens": 4}


@asynccontextmanager
async def client(base_url: str, **options: Any) -> AsyncIterator[OpenAIChat]:
    chat = OpenAIChat(model="scripted", base_url=base_url, **options)
    try:
        yield chat
    finally:
        await chat.aclose()


async def ask(base_url: str, **options: Any) -> AIMessage:
    async with client(base_url, **options) as chat:
        return await chat.ainvoke(MESSAGES)


async def answered(body: str, *, status: str = "200 OK", head: str = "") -> AIMessage:
    """What the client makes of an answer that is sent just so."""
    connections: list[asyncio.StreamWriter] = []

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        await reader.readuntil(b"\r\n\r\n")
        length = f"Content-Length: {len(body.encode())}\r\n"
        writer.write(f"HTTP/1.1 {status}\r\n{length}{head}\r\n{body}".encode())
        await writer.drain()

    listener = await asyncio.start_server(respond, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    try:
        return await ask(f"http://127.0.0.1:{port}/v1", timeout=10)
    finally:
        listener.close()
        assert len(connections) == 1
        for writer in connections:
            writer.close()


def completion(message: Any = GOOD, *, finish_reason: Any = "stop", usage: Any = USAGE) -> str:
    choice = {"index": 0, "finish_reason": finish_reason, "message": message}
    return json.dumps({"choices": [choice], "usage": usage})


async def test_an_answer_comes_with_its_usage_and_reason() -> None:
    with ScriptedServer(lambda prompt: "The leash knows.") as server:
        answer = await ask(server.base_url)
    assert answer.content == "The leash knows."
    assert answer.response_metadata["finish_reason"] == "stop"
    assert answer.usage_metadata is not None
    assert (answer.usage_metadata["input_tokens"], answer.usage_metadata["output_tokens"]) == (3, 3)


@pytest.mark.parametrize(
    ("fault", "kind", "seconds"),
    [
        (Fault("rate_limited", retry_after="7"), "rate_limited", 7.0),
        (Fault("rate_limited"), "rate_limited", None),
        (Fault("overloaded", retry_after="0.5"), "overloaded", 0.5),
        (Fault("server_error"), "server_error", None),
        (Fault("hang", seconds=30), "idle_timeout", None),
        (Fault("slow_drip", seconds=30), "timeout", None),
        (Fault("reset"), "connection", None),
        (Fault("cut_body"), "cut_body", None),
        (Fault("slow_drip", seconds=0.1), "cut_body", None),
        (Fault("html"), "html", None),
        (Fault("invalid_json"), "invalid_json", None),
        (Fault("null_content"), "empty_answer", None),
        (Fault("empty_choices"), "empty_answer", None),
        (Fault("unauthorized"), "access", None),
        (Fault("quota"), "access", None),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else "",
)
async def test_every_fault_has_its_own_name_and_is_met_once(
    fault: Fault, kind: str, seconds: float | None
) -> None:
    with failing(fault) as server:
        async with client(server.base_url, timeout=0.6, idle_timeout=0.2) as chat:
            with pytest.raises(ModelFault) as raised:
                await chat.ainvoke(MESSAGES)
            assert (raised.value.kind, raised.value.retry_after) == (kind, seconds)
            assert server.requests.total() == 1
            assert (await chat.ainvoke(MESSAGES)).content == "The leash knows."


async def test_a_server_that_is_not_there_is_a_fault_of_the_connection() -> None:
    with ScriptedServer(lambda prompt: "") as gone:
        pass
    with pytest.raises(ModelFault) as raised:
        await ask(gone.base_url)
    assert raised.value.kind == "connection"


async def test_faults_of_content_are_answers() -> None:
    reasons = {}
    for name in ("length", "liar", "refusal", "content_filter", "off_language"):
        with failing(Fault(name)) as server:
            answer = await ask(server.base_url, max_tokens=500)
        assert answer.usage_metadata is not None
        reasons[name] = (
            answer.response_metadata["finish_reason"],
            bool(answer.content),
            answer.usage_metadata["output_tokens"] >= 500,
        )
    assert reasons == {
        "length": ("length", True, True),
        "liar": ("stop", True, True),
        "refusal": ("refusal", True, False),
        "content_filter": ("content_filter", False, False),
        "off_language": ("stop", True, False),
    }


async def test_what_is_sent_is_what_was_asked_for() -> None:
    with ScriptedServer(lambda prompt: "Yes.") as server:
        await ask(server.base_url + "/", parameters={"temperature": 0.3}, max_tokens=99)
        async with client(server.base_url, limit_name="max_completion_tokens") as chat:
            await chat.ainvoke(MESSAGES, max_tokens=7)
        first, second = server.bodies
    messages = [
        {"role": "system", "content": "You are a dog."},
        {"role": "user", "content": "What is freedom?"},
    ]
    assert first == {
        "model": "scripted",
        "messages": messages,
        "max_tokens": 99,
        "temperature": 0.3,
    }
    assert second == {"model": "scripted", "messages": messages, "max_completion_tokens": 7}


async def test_a_key_is_in_its_header_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Some read passwords out of this file, and send them in the place of the key.
    (tmp_path / "netrc").write_text(f"default login me password {KEY}-netrc\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    with ScriptedServer(lambda prompt: "Yes.") as server:
        async with client(server.base_url, api_key=SecretStr(KEY)) as chat:
            await chat.ainvoke(MESSAGES)
            assert KEY not in repr(chat) + str(chat._session) + json.dumps(server.bodies)
        await ask(server.base_url)
        keyed, keyless = server.headers
    assert keyed["authorization"] == f"Bearer {KEY}" and keyed["openai-organization"] == "org-1"
    assert "authorization" not in keyless and KEY not in str(keyless)


async def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with ScriptedServer(lambda prompt: "Yes.") as server:
        monkeypatch.setenv("http_proxy", server.base_url.removesuffix("/v1"))
        with pytest.raises(ModelFault):
            await ask("http://teacher.invalid/v1")
        assert server.headers[0]["host"] == "teacher.invalid"
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert (await ask(server.base_url)).content == "Yes."


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        [],
        {"prompt_tokens": 9},
        {"prompt_tokens": "many", "completion_tokens": 4},
        {"prompt_tokens": float("inf"), "completion_tokens": 4},
    ],
)
async def test_usage_that_cannot_be_read_is_unknown(usage: Any) -> None:
    answer = await answered(completion(usage=usage))
    assert answer.content == "The leash knows." and answer.usage_metadata is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("", "invalid_json"),
        ("[]", "invalid_json"),
        ("null", "invalid_json"),
        ("[" * 100_000, "invalid_json"),
        ("{}", "empty_answer"),
        (json.dumps({"choices": None}), "empty_answer"),
        (json.dumps({"choices": [None]}), "empty_answer"),
        (json.dumps({"choices": [{"message": "hello"}]}), "empty_answer"),
        (completion(None), "empty_answer"),
        (completion({"content": ""}), "empty_answer"),
        (completion({"content": ["a", "b"]}), "empty_answer"),
        (completion({"content": {"text": "a"}}), "empty_answer"),
    ],
    ids=lambda value: value[:40],
)
async def test_what_is_no_answer_is_a_fault(body: str, kind: str) -> None:
    with pytest.raises(ModelFault) as raised:
        await answered(body)
    assert raised.value.kind == kind


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (json.dumps({"error": {"code": "x", "message": "no"}}), "HTTP 400: x no"),
        (json.dumps({"error": "no"}), 'HTTP 400: {"error": "no"}'),
        (json.dumps({"detail": "no"}), 'HTTP 400: {"detail": "no"}'),
        ("no\n\nreally", "HTTP 400: no really"),
        (json.dumps([1]), "HTTP 400: [1]"),
    ],
)
async def test_what_an_error_says_is_kept(body: str, said: str) -> None:
    with pytest.raises(ModelFault) as raised:
        await answered(body, status="400 Bad Request")
    assert (raised.value.kind, raised.value.said) == ("rejected", said)


async def test_a_date_to_wait_for_is_compared_with_the_server_s_clock() -> None:
    head = "Date: Fri, 13 Nov 2020 09:59:20 GMT\r\nRetry-After: Fri, 13 Nov 2020 10:00:00 GMT\r\n"
    with pytest.raises(ModelFault) as raised:
        await answered("{}", status="429 Too Many Requests", head=head)
    assert (raised.value.kind, raised.value.retry_after) == ("rate_limited", 40.0)


async def test_a_redirect_is_not_followed() -> None:
    """The key would go where it points."""
    with ScriptedServer(lambda prompt: "Yes.") as other:
        head = f"Location: {other.base_url}/chat/completions\r\n"
        with pytest.raises(ModelFault, match="HTTP 307"):
            await answered("", status="307 Temporary Redirect", head=head)
        assert other.headers == []


async def test_an_answer_without_an_end_is_given_up() -> None:
    with ScriptedServer(lambda prompt: "x") as server:
        async with client(server.base_url) as chat:
            with pytest.raises(ModelFault, match="over 20 bytes") as raised:
                await chat.download("GET", "/models", most_bytes=20)
            assert not raised.value.may_pass
            text, content_type = await chat.download("GET", "/models", most_bytes=2000)
    assert "scripted" in text and content_type == "application/json"


async def test_many_requests_share_their_connections() -> None:
    with ScriptedServer(lambda prompt: "Yes.", delay=0.05) as server:
        async with client(server.base_url) as chat:
            await asyncio.gather(*(chat.ainvoke(MESSAGES) for _ in range(8)))
            open_connections = sum(map(len, chat._session.connector._conns.values()))
            await asyncio.gather(*(chat.ainvoke(MESSAGES) for _ in range(8)))
            assert sum(map(len, chat._session.connector._conns.values())) == open_connections
    assert server.requests.total() == 16


def test_it_is_asynchronous_only() -> None:
    chat = OpenAIChat(model="scripted", base_url="http://127.0.0.1:9/v1")
    with pytest.raises(NotImplementedError, match="ainvoke"):
        chat.invoke(MESSAGES)
