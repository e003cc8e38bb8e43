"""The teacher against an OpenAI-compatible server on loopback that also fails, as servers do."""

import asyncio
import json
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from distillnet.config import load_settings
from distillnet.errors import ModelAccessError, UsageError
from distillnet.models.chat import Teacher, is_access_error, open_teacher

MESSAGES = [("system", "You are a dog."), ("user", "What is freedom?")]
QUOTA = {"code": "insufficient_quota", "message": "You exceeded your current quota."}
ANSWER = {
    "id": "x",
    "object": "chat.completion",
    "created": 0,
    "model": "scripted",
    "choices": [
        {
            "index": 0,
            "finish_reason": "length",
            "message": {"role": "assistant", "content": "The leash knows."},
        }
    ],
    "usage": {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13},
}


class FaultyServer(ThreadingHTTPServer):
    """Answers each request as ``script`` says, then well: a status, "drop" or "hang"."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script: list[int | str] = []
        self.error: dict[str, str] = {"message": "no"}
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gave up is part of the test."""


class _Handler(BaseHTTPRequestHandler):
    server: FaultyServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append(json.loads(body))
        self.server.keys.append(self.headers["Authorization"])
        reply = self.server.script.pop(0) if self.server.script else 200
        if reply == "drop":
            self.connection.close()
            return
        if reply == "hang":
            time.sleep(0.5)
            reply = 200
        assert isinstance(reply, int)
        data = json.dumps(ANSWER if reply == 200 else {"error": self.server.error}).encode()
        self.send_response(reply)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@pytest.fixture
def faulty() -> Iterator[FaultyServer]:
    with FaultyServer() as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Lets no test wait between attempts; holds how long each wait would have been."""
    waited: list[float] = []
    sleep = asyncio.sleep

    async def instantly(seconds: float, *rest: Any) -> None:
        waited.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", instantly)
    return waited


def teacher(server: FaultyServer, **settings: Any) -> Teacher:
    return open_teacher(
        load_settings(model="openai:scripted", base_url=server.base_url, **settings)
    )


async def test_an_answer_comes_with_its_usage_and_reason(faulty: FaultyServer) -> None:
    answer = await teacher(faulty).ask(MESSAGES, seed=7)
    assert answer.text == "The leash knows."
    assert answer.response_metadata["finish_reason"] == "length"
    assert answer.usage_metadata is not None
    assert (answer.usage_metadata["input_tokens"], answer.usage_metadata["output_tokens"]) == (9, 4)
    (request,) = faulty.requests
    assert [message["content"] for message in request["messages"]] == [text for _, text in MESSAGES]


@pytest.mark.parametrize("fault", [408, 429, 500, 503, 529, "drop"])
async def test_a_passing_fault_is_tried_again(
    faulty: FaultyServer, waits: list[float], fault: int | str
) -> None:
    faulty.script = [fault]
    answer = await teacher(faulty).ask(MESSAGES, seed=7)
    assert answer.text == "The leash knows."
    assert len(faulty.requests) == 2 and len(waits) == 1


async def test_it_gives_up_after_four_attempts_of_one_layer(
    faulty: FaultyServer, waits: list[float]
) -> None:
    faulty.script = [503] * 99
    with pytest.raises(Exception, match="503"):
        await teacher(faulty).ask(MESSAGES, seed=7)
    assert len(faulty.requests) == 4
    assert len(waits) == 3 and 0 < waits[0] < waits[-1] <= 20


@pytest.mark.parametrize(
    ("status", "error", "access"),
    [
        (401, {"message": "bad key"}, True),
        (403, {"message": "forbidden"}, True),
        (429, QUOTA, True),
        (400, {"message": "bad request"}, False),
        (404, {"message": "no such model"}, False),
    ],
)
async def test_what_will_not_pass_is_not_tried_again(
    faulty: FaultyServer, waits: list[float], status: int, error: dict[str, str], access: bool
) -> None:
    faulty.script, faulty.error = [status], error
    with pytest.raises(Exception, match=str(status)) as raised:
        await teacher(faulty).ask(MESSAGES, seed=7)
    assert len(faulty.requests) == 1 and waits == []
    assert is_access_error(raised.value) is access


async def test_a_silent_server_is_timed_out_and_tried_again(
    faulty: FaultyServer, waits: list[float]
) -> None:
    faulty.script = ["hang"]
    answer = await teacher(faulty, timeout=0.2).ask(MESSAGES, seed=7)
    assert answer.text == "The leash knows."
    assert len(faulty.requests) == 2


async def test_only_what_the_settings_name_is_sent(faulty: FaultyServer) -> None:
    await teacher(faulty, max_tokens=99).ask(MESSAGES, seed=7)
    await teacher(faulty, temperature=0.3).ask(MESSAGES, seed=7)
    plain, warm = faulty.requests
    assert 99 in (plain.get("max_tokens"), plain.get("max_completion_tokens"))
    assert "temperature" not in plain and "seed" not in plain
    assert warm["temperature"] == 0.3


def test_what_shapes_the_answers_is_in_the_parameters(faulty: FaultyServer) -> None:
    plain, warm = teacher(faulty), teacher(faulty, temperature=0.3)
    assert plain.parameters["base_url"] == faulty.base_url
    assert warm.parameters == plain.parameters | {"temperature": 0.3}
    assert teacher(faulty, max_tokens=99).parameters["max_tokens"] == 99
    assert plain.name == "openai:scripted" and plain.capable and not plain.samples_by_seed
    assert teacher(faulty, concurrency=3).concurrency == 3


async def test_a_local_server_needs_no_key_and_a_key_stays_out_of_sight(
    faulty: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await teacher(faulty).ask(MESSAGES, seed=7)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    keyed = teacher(faulty)
    await keyed.ask(MESSAGES, seed=7)
    assert faulty.keys == ["Bearer none", "Bearer sk-secret"]
    assert "sk-secret" not in repr(keyed)


@pytest.mark.parametrize(
    ("model", "cure"),
    [
        ("gpt", "give 'embedded' or provider:name"),
        ("nonsense:model", "cannot be opened"),
        ("mistralai:mistral-large", "pip install"),
    ],
)
def test_a_model_that_cannot_be_opened_is_a_usage_error(model: str, cure: str) -> None:
    with pytest.raises(UsageError, match=cure) as raised:
        open_teacher(load_settings(model=model))
    assert repr(model) in str(raised.value)


def test_a_missing_key_is_an_access_error_that_names_the_variable() -> None:
    with pytest.raises(ModelAccessError, match="OPENAI_API_KEY"):
        open_teacher(load_settings(model="openai:gpt-5-mini"))


def test_the_embedded_model_writes_prose_and_samples_by_seed() -> None:
    embedded = open_teacher(load_settings(temperature=0.9, max_tokens=64, random_seed=3))
    assert (embedded.name, embedded.capable, embedded.samples_by_seed) == ("embedded", False, True)
    assert embedded.parameters["temperature"] == 0.9
    assert embedded.parameters["max_tokens"] == 64
    assert embedded.parameters["random_seed"] == 3
    assert open_teacher(load_settings()).parameters["temperature"] > 0


def test_without_torch_the_embedded_model_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(UsageError, match=r"pip install 'distillnet\[train\]'"):
        open_teacher(load_settings())
