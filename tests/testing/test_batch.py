"""The Batch API through the openai library: up, waiting, down, counted."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types import Batch

from distillnet.testing import Fault, ScriptedServer, varied_prose

PROMPTS = ["What is freedom?", "Что такое свобода?\u2028\r\n\x85", "ни \ud800 два"]


def answer(prompt: str) -> str:
    return varied_prose(prompt, subject="Freedom")


def client(server: ScriptedServer) -> openai.OpenAI:
    return openai.OpenAI(base_url=server.base_url, api_key="k", max_retries=0)


def row(name: str, prompt: str) -> dict[str, Any]:
    body = {"model": "small", "messages": [{"role": "user", "content": prompt}], "max_tokens": 7}
    return {"custom_id": name, "method": "POST", "url": "/v1/chat/completions", "body": body}


def start(api: openai.OpenAI, prompts: list[str]) -> str:
    lines = [json.dumps(row(f"cell-{n}", prompt)) for n, prompt in enumerate(prompts)]
    content = ("\n".join(lines) + "\n").encode()
    file = api.files.create(file=("cells.jsonl", content), purpose="batch")
    assert (file.purpose, file.filename, file.bytes) == ("batch", "cells.jsonl", len(content))
    batch = api.batches.create(
        input_file_id=file.id,
        endpoint="/v1/chat/completions",
        completion_window="24h",
        metadata={"run": "one"},
    )
    assert batch.status == "validating"
    return batch.id


def finished(api: openai.OpenAI, prompts: list[str]) -> Batch:
    name = start(api, prompts)
    api.batches.retrieve(name)
    return api.batches.retrieve(name)


def rows(api: openai.OpenAI, file: str | None) -> dict[str, dict[str, Any]]:
    assert file is not None
    lines = [json.loads(line) for line in api.files.content(file).iter_lines()]
    return {line["custom_id"]: line["response"] for line in lines}


def test_a_batch_goes_through_its_states_and_answers_every_row() -> None:
    with ScriptedServer(answer) as server:
        api = client(server)
        name = start(api, PROMPTS)
        assert api.batches.retrieve(name).status == "in_progress"
        assert server.calls == {}
        # Another process may come back for it.
        api = client(server)
        batch = api.batches.retrieve(name)
        assert batch.status == "completed"
        assert batch.metadata == {"run": "one"}
        assert batch.error_file_id is None
        assert batch.request_counts is not None
        assert (batch.request_counts.total, batch.request_counts.completed) == (3, 3)
        assert api.batches.retrieve(name) == batch, "asked again, it must not be answered again"
        results = rows(api, batch.output_file_id)
        assert server.calls == server.requests == dict.fromkeys(PROMPTS, 1)
    assert list(results) == ["cell-2", "cell-1", "cell-0"], "the order is not promised"
    for place, prompt in enumerate(PROMPTS):
        result = results[f"cell-{place}"]
        assert result["status_code"] == 200
        assert result["body"]["choices"][0]["message"]["content"] == answer(prompt)
        assert result["body"]["model"] == "small"


def test_rows_fail_as_the_script_says() -> None:
    def faults(prompt: str, nth: int) -> Fault | None:
        if nth > 0:
            return None
        return {"bad": Fault("server_error"), "cut": Fault("length")}.get(prompt)

    with ScriptedServer(answer, faults=faults) as server:
        api = client(server)
        first = finished(api, ["good", "bad", "cut"])
        (failed,) = rows(api, first.error_file_id).values()
        answered = rows(api, first.output_file_id)
        second = finished(api, ["bad"])
        assert server.faults == {"server_error": 1, "length": 1}
        assert server.calls == {"good": 1, "bad": 1, "cut": 1}
    assert failed["status_code"] == 500 and "server_error" in str(failed["body"])
    assert set(answered) == {"cell-0", "cell-2"}
    assert answered["cell-2"]["body"]["choices"][0]["finish_reason"] == "length"
    assert answered["cell-2"]["body"]["usage"]["completion_tokens"] == 7
    for batch, good, bad in ((first, 2, 1), (second, 1, 0)):
        assert batch.request_counts is not None
        assert (batch.request_counts.completed, batch.request_counts.failed) == (good, bad)


def test_a_row_out_of_time_ends_its_batch_as_expired_and_quota_as_failed() -> None:
    names = {"late": Fault("expired"), "poor": Fault("quota")}
    with ScriptedServer(answer, faults=lambda prompt, nth: names.get(prompt)) as server:
        api = client(server)
        expired, failed = finished(api, ["good", "late"]), finished(api, ["fine", "poor"])
        assert expired.error_file_id and expired.output_file_id
        (line,) = api.files.content(expired.error_file_id).iter_lines()
        assert server.calls == {"good": 1}
    assert (expired.status, failed.status) == ("expired", "failed")
    assert json.loads(line)["error"]["code"] == "batch_expired"
    assert failed.output_file_id is failed.error_file_id is None
    assert failed.errors and failed.errors.data
    assert failed.errors.data[0].code == "insufficient_quota"


def test_batches_are_listed_by_pages_and_cancelled() -> None:
    with ScriptedServer(answer) as server:
        api = client(server)
        made = [start(api, [str(number)]) for number in range(5)]
        assert api.batches.cancel(made[0]).status == "cancelling"
        assert api.batches.retrieve(made[0]).status == "cancelled"
        page = api.batches.list(limit=2)
        assert [batch.id for batch in page.data] == [made[4], made[3]] and page.has_more
        assert [batch.id for batch in page] == made[::-1], "the library asks for the further pages"
        assert server.requests == {}


@pytest.fixture(scope="module")
def files() -> Iterator[httpx.Client]:
    with ScriptedServer(answer) as server, httpx.Client(base_url=server.base_url) as running:
        yield running


@given(content=st.binary())
def test_a_file_comes_back_as_it_was_sent(files: httpx.Client, content: bytes) -> None:
    upload = {"file": ("a b.jsonl", content)}
    sent = files.post("/files", data={"purpose": "batch"}, files=upload)
    assert files.get(f"/files/{sent.json()['id']}/content").content == content
