"""The Batch API's client: the same requests as one by one, and results whatever they look like."""

import json
from typing import Any

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from langchain_core.messages import AIMessage
from pydantic import SecretStr

from distillnet.models.faults import ModelFault
from distillnet.models.openai_batch import Batch, BatchApi
from distillnet.models.openai_chat import OpenAIChat
from distillnet.testing import Fault, ScriptedServer, varied_prose

PROMPTS = {
    "a": [("system", "You are a dog."), ("user", "What is freedom?")],
    "b": [("system", "You are a dog."), ("user", "Что такое свобода?\u2028 ни \ud800")],
}


def api(url: str) -> BatchApi:
    return BatchApi(
        OpenAIChat(
            model="small", base_url=url, parameters={"temperature": 0.5}, api_key=SecretStr("k")
        )
    )


async def ended(batches: BatchApi, prompts: dict[str, list[tuple[str, str]]]) -> Batch:
    batch = await batches.create(await batches.upload(prompts))
    while not batch.has_ended:
        batch = await batches.batch(batch.id)
    return batch


def answering(**more: Any) -> ScriptedServer:
    return ScriptedServer(lambda prompt: varied_prose(prompt, subject="Freedom"), **more)


async def test_a_batch_asks_and_is_answered_as_one_by_one() -> None:
    with answering() as server:
        batches = api(server.base_url)
        batch = await ended(batches, PROMPTS)
        results = await batches.results(batch)
        direct = {id: await batches.chat.ainvoke(prompt) for id, prompt in PROMPTS.items()}
        await batches.chat.aclose()
        one, two, *alone = server.bodies
        assert [two, one] == alone, "the rows come out in reverse order"
    assert batch.progress == "2 of 2"
    for id, answer in direct.items():
        result = results[id]
        assert isinstance(result, AIMessage)
        assert result.text == answer.text
        assert result.usage_metadata == answer.usage_metadata
        assert result.response_metadata == answer.response_metadata


async def test_each_row_fails_under_its_own_name() -> None:
    faults = {"bad": Fault("server_error"), "late": Fault("expired"), "no": Fault("refusal")}
    prompts = {name: [("user", name)] for name in ("good", *faults)}
    with answering(faults=lambda prompt, nth: faults.get(prompt)) as server:
        batches = api(server.base_url)
        batch = await ended(batches, prompts)
        results = await batches.results(batch)
        await batches.chat.aclose()
    assert batch.status == "expired"
    assert batch.fault.kind == "unfinished"
    kinds = {id: r.kind for id, r in results.items() if isinstance(r, ModelFault)}
    assert kinds == {"bad": "server_error", "late": "unfinished"}
    refusal = results["no"]
    assert isinstance(refusal, AIMessage)
    assert refusal.response_metadata["finish_reason"] == "refusal"


async def test_a_batch_without_quota_is_refused() -> None:
    with answering(faults=lambda prompt, nth: Fault("quota")) as server:
        batches = api(server.base_url)
        batch = await ended(batches, PROMPTS)
        assert await batches.results(batch) == {}
        await batches.chat.aclose()
    assert (batch.status, batch.fault.kind) == ("failed", "access")


async def test_a_batch_is_found_by_its_file_on_whatever_page() -> None:
    with answering() as server:
        batches = api(server.base_url)
        file = await batches.upload(PROMPTS)
        assert await batches.find(file) is None
        made = await batches.create(file)
        other = await batches.upload(PROMPTS)
        for _ in range(101):
            await batches.create(other)
        found = await batches.find(file)
        await batches.chat.aclose()
    assert found is not None and found.id == made.id


def row(**more: Any) -> dict[str, Any]:
    return {"custom_id": "a", "response": {"status_code": 200, "body": {}}, "error": None} | more


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (row(), "empty_answer"),
        (row(response={"status_code": 200, "body": [1]}), "empty_answer"),
        (row(response={"status_code": 200, "body": "text"}), "empty_answer"),
        (row(response={"status_code": 400, "body": None}), "rejected"),
        (row(response={"status_code": 429, "body": {"error": {"code": "x"}}}), "rate_limited"),
        (row(response=None, error={"code": "batch_expired", "message": "late"}), "unfinished"),
        (row(response=None), "unfinished"),
        (row(response=7), None),
        (row(response={"status_code": "many", "body": {}}), None),
        ([1], None),
    ],
)
async def test_lines_of_every_shape_are_a_fault_or_nothing(line: Any, kind: str | None) -> None:
    content = b"not JSON\n\n" + json.dumps(line).encode() + b"\n" + b'"\xff"\n' + b"[" * 100_000
    with answering() as server:
        sent = httpx.post(
            f"{server.base_url}/files",
            data={"purpose": "batch"},
            files={"file": ("results.jsonl", content)},
        )
        batches = api(server.base_url)
        batch = Batch(
            id="b", status="completed", input_file_id="f", output_file_id=sent.json()["id"]
        )
        result = (await batches.results(batch)).get("a")
        await batches.chat.aclose()
    assert (isinstance(result, ModelFault) and result.kind) == (kind or False)
    assert batch.fault.kind == "invalid_json", "what a completed batch does not say is a fault"


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (401, {"error": {"message": "Incorrect key."}}, "access"),
        (404, {"error": {"message": "no such page"}}, "rejected"),
        (200, {"id": 7}, "invalid_json"),
        (200, {"status": "completed", "input_file_id": "f"}, "invalid_json"),
        (200, [], "invalid_json"),
    ],
)
async def test_an_answer_that_is_no_batch_is_a_fault(status: int, said: Any, kind: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response(said, status=status)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as server:
        batches = api(str(server.make_url("/v1")))
        for request in (batches.upload(PROMPTS), batches.create("f"), batches.batch("b")):
            with pytest.raises(ModelFault) as caught:
                await request
            assert caught.value.kind == kind
        await batches.chat.aclose()
