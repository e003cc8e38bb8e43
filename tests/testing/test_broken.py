"""Each fault that breaks the connection, down to the bytes."""

import json
from contextlib import suppress

import httpx
import openai
import pytest

from distillnet.testing import Fault, ScriptedServer, broken
from distillnet.testing.faults import FaultName
from tests.testing.conftest import HOURS, ask, chat_request, dial, failing, read_all


def received(server: ScriptedServer) -> bytes:
    with dial(server) as connection:
        connection.sendall(chat_request("What is freedom?"))
        return read_all(connection)


def test_a_hang_says_nothing_and_closes_at_last() -> None:
    with failing(Fault("hang", seconds=0.05)) as server:
        assert received(server) == b""


def test_a_hang_outlasts_the_patience_of_the_client() -> None:
    with failing(Fault("hang", seconds=HOURS)) as server:
        client = openai.OpenAI(base_url=server.base_url, api_key="k", max_retries=0, timeout=0.2)
        with pytest.raises(openai.APITimeoutError):
            client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}])
        assert client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "x"}]
        ).choices


def test_a_reset_comes_before_any_byte() -> None:
    with failing(Fault("reset")) as server, pytest.raises(ConnectionResetError):
        received(server)


@pytest.mark.parametrize("fault", [Fault("cut_body"), Fault("slow_drip", seconds=0.3)])
def test_less_arrives_than_was_promised(fault: Fault) -> None:
    with failing(fault) as server:
        head, _, body = received(server).partition(b"\r\n\r\n")
        whole = ask(server).content
    promised = int(head.rpartition(b"Content-Length: ")[2].split()[0])
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert 0 < len(body) < promised == len(whole)
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)


def test_a_drip_leaves_long_pauses_between_its_bytes() -> None:
    with failing(Fault("slow_drip", seconds=HOURS)) as server, dial(server) as connection:
        connection.sendall(chat_request("What is freedom?"))
        start = connection.recv(65536)
        assert ask(server).status_code == 200, "others are served meanwhile"
        connection.setblocking(False)
        with suppress(BlockingIOError):
            start += connection.recv(65536)
    assert start.partition(b"\r\n\r\n")[2] == b"{"


def test_a_drip_never_comes_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broken, "_DRIPS_PER_SECOND", 10_000)
    with failing(Fault("slow_drip", seconds=0.1)) as server:
        body = received(server).partition(b"\r\n\r\n")[2]
        assert body == ask(server).content[:-1]


@pytest.mark.parametrize("name", ["hang", "slow_drip", "reset", "cut_body"])
def test_what_breaks_is_no_answer_and_the_next_one_is_good(name: FaultName) -> None:
    with failing(Fault(name, seconds=0.05)) as server:
        with pytest.raises(httpx.TransportError):
            ask(server)
        assert ask(server).status_code == 200
        assert server.calls.total() == 1
        assert server.requests.total() == 2
        assert server.faults == {name: 1}
