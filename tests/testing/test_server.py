"""The server as HTTP clients, the openai library and a test's own thread see it."""

import time
from urllib.parse import urlsplit

import httpx
import openai
import pytest

from distillnet.testing import TRANSPORT_FAULTS, Fault, ScriptedServer, mixed_faults
from tests.testing.conftest import HOURS, ask, chat_request, dial, read_all


def echo(**options: float) -> ScriptedServer:
    return ScriptedServer(lambda prompt: f"You asked: {prompt}", **options)  # type: ignore[arg-type]


def wait_for(server: ScriptedServer, requests: int) -> None:
    deadline = time.monotonic() + 20
    while server.requests.total() < requests and time.monotonic() < deadline:
        time.sleep(0.005)
    assert server.requests.total() == requests


def test_the_openai_library_gets_answer_and_usage() -> None:
    with echo() as server:
        client = openai.OpenAI(base_url=server.base_url, api_key="k", max_retries=0)
        done = client.chat.completions.create(
            model="small",
            messages=[
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "What is freedom?"},
            ],
        )
        assert [model.id for model in client.models.list()] == ["scripted"]
    assert done.model == "small"
    assert done.choices[0].message.content == "You asked: What is freedom?"
    assert done.choices[0].finish_reason == "stop"
    assert done.usage is not None
    assert (done.usage.prompt_tokens, done.usage.completion_tokens) == (3, 5)
    assert done.usage.total_tokens == 8


def test_everything_that_arrives_is_counted_and_kept() -> None:
    with echo() as server:
        ask(server, "one")
        before = server.calls
        ask(server, "two", max_tokens=9)
        ask(server, "one")
        httpx.get(f"{server.base_url}/models")
        assert server.calls == server.requests == {"one": 2, "two": 1}
        assert before == {"one": 1}, "a counter that was read must not change under the reader"
        assert [body.get("max_tokens") for body in server.bodies] == [None, 9, None]
        assert len(server.headers) == 4
        assert server.headers[0]["authorization"] == "Bearer sk-canary"
        stats = httpx.get(server.base_url.removesuffix("v1") + "stats").json()
    assert stats == {"requests": 3, "answered": 3, "faults": {}, "repeated": 1}


def test_one_connection_carries_many_requests() -> None:
    with echo() as server, dial(server) as connection:
        for prompt in ("one", "two"):
            connection.sendall(chat_request(prompt))
            reply = connection.recv(65536)
            assert reply.startswith(b"HTTP/1.1 200 OK\r\n")
            assert f"You asked: {prompt}".encode() in reply
        # Two at once: the second waits for the first.
        connection.sendall(chat_request("three") + chat_request("four", "Connection: close"))
        assert read_all(connection).count(b"You asked:") == 2


@pytest.mark.parametrize("version", [b"HTTP/1.1", b"HTTP/1.0"])
def test_a_client_that_wants_the_connection_closed_sees_it_closed(version: bytes) -> None:
    header = ["Connection: close"] if version == b"HTTP/1.1" else []
    with echo() as server, dial(server) as connection:
        connection.sendall(chat_request("one", *header).replace(b"HTTP/1.1", version))
        reply = read_all(connection)
    assert b"Connection: close" in reply and b"You asked: one" in reply


def test_a_chunked_request_is_put_together() -> None:
    body = chat_request("in pieces").partition(b"\r\n\r\n")[2]
    with echo() as server:
        reply = httpx.post(
            f"{server.base_url}/chat/completions",
            content=(body[place : place + 7] for place in range(0, len(body), 7)),
        )
        assert server.headers[0]["transfer-encoding"] == "chunked"
    assert reply.json()["choices"][0]["message"]["content"] == "You asked: in pieces"


def test_unknown_paths_are_not_found() -> None:
    with echo() as server:
        for path in ("/embeddings", "/files/none/content", "/batches/none"):
            assert httpx.get(server.base_url + path).status_code == 404
        assert httpx.get(server.base_url.removesuffix("/v1")).status_code == 404


@pytest.mark.parametrize(
    "garbage",
    [b"\x16\x03\x01\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n", b"G"],
)
def test_garbage_costs_its_connection_only(garbage: bytes) -> None:
    with echo() as server:
        with dial(server) as connection:
            connection.sendall(garbage)
            connection.shutdown(1)
            assert read_all(connection) == b""
        assert ask(server).status_code == 200


def test_a_script_that_raises_closes_the_connection_and_is_not_counted_as_an_answer() -> None:
    with ScriptedServer(lambda prompt: {"good": "yes"}[prompt]) as server:
        with pytest.raises(httpx.RemoteProtocolError):
            ask(server, "bad")
        assert ask(server, "good").status_code == 200
        assert server.calls == {"good": 1}
        assert server.requests == {"bad": 1, "good": 1}


def test_an_answer_nobody_waits_for_is_not_counted() -> None:
    with echo(delay=0.2) as server:
        with dial(server) as connection:
            connection.sendall(chat_request("left alone"))
            wait_for(server, 1)
        assert ask(server, "waited for").status_code == 200
        assert server.calls == {"waited for": 1}


def test_hanging_connections_hold_up_neither_other_clients_nor_the_end() -> None:
    def faults(prompt: str, nth: int) -> Fault | None:
        return Fault("hang", seconds=HOURS) if prompt == "hang" else None

    with ScriptedServer(lambda prompt: "Here.", faults=faults) as server:
        hanging = [dial(server) for _ in range(200)]
        for connection in hanging:
            connection.sendall(chat_request("hang"))
        wait_for(server, 200)
        assert ask(server).status_code == 200
    for connection in hanging:
        with connection:
            assert connection.recv(1) == b""
    assert server.calls.total() == 1


def test_a_slow_answer_does_not_hold_up_the_end() -> None:
    with echo(delay=HOURS) as server, dial(server) as connection:
        connection.sendall(chat_request("one"))
        wait_for(server, 1)
    assert server.calls == {}


def test_a_server_can_take_the_place_of_an_ended_one() -> None:
    with echo() as first, httpx.Client() as client:
        client.get(f"{first.base_url}/models")
        port = urlsplit(first.base_url).port
        assert port is not None
    with pytest.raises(httpx.ConnectError):
        ask(first)
    with echo(port=port) as second:
        assert second.base_url == first.base_url
        assert ask(second, "again").status_code == 200
        assert second.calls == {"again": 1}
    assert first.calls == {}


def test_under_mixed_faults_every_prompt_is_answered_once_at_last() -> None:
    def good(prompt: str) -> bool:
        try:
            (choice,) = ask(server, prompt).raise_for_status().json()["choices"]
        except (httpx.HTTPError, ValueError):
            return False
        return bool(choice["message"]["content"] == f"You asked: {prompt}")

    schedule = mixed_faults(0.5, seconds=0.01)
    prompts = [f"prompt {number}" for number in range(60)]
    with ScriptedServer(lambda prompt: f"You asked: {prompt}", faults=schedule) as server:
        for prompt in prompts:
            assert any(good(prompt) for _ in range(3))
        assert server.calls == dict.fromkeys(prompts, 1)
        assert set(server.faults) <= set(TRANSPORT_FAULTS)
        assert server.faults.total() > 10
        assert server.requests.total() == server.calls.total() + server.faults.total()
