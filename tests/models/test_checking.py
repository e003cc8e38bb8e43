"""One call to a server that is well, and to one that is not."""

import json
import socket
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from distillnet.config import load_settings
from distillnet.errors import (
    DistillNetError,
    ModelAccessError,
    TooManyFailures,
    UsageError,
)
from distillnet.models.checking import Check, check
from distillnet.testing import Fault, ScriptedServer
from distillnet.testing.faults import FaultName
from tests.models.conftest import KEY

BIRD = '{"bird": "owl", "wings": 2}'


async def look(server: ScriptedServer, **settings: Any) -> Check:
    return await check(
        load_settings(**({"model": "openai:scripted", "base_url": server.base_url} | settings))
    )


async def test_a_server_that_is_well() -> None:
    with ScriptedServer(lambda prompt: BIRD) as server:
        found = await look(server)
    found.require_usable()
    assert (found.auth, found.structured, found.finish_reason) == ("not needed", "honoured", "stop")
    assert found.reported_model == "scripted"
    assert found.milliseconds is not None and found.milliseconds >= 0
    assert found.output_tokens == len(BIRD.split()) and found.input_tokens
    assert found.price is not None and found.price.output == 0
    (request,) = server.bodies
    assert request["response_format"]["type"] == "json_schema"
    assert "JSON" not in json.dumps(request["messages"]), "the schema alone asks for it"


@pytest.mark.parametrize(
    "answer",
    [
        "An owl has two wings.",
        f"```json\n{BIRD}\n```",
        '{"bird": "owl"}',
        '{"bird": "owl", "wings": "two"}',
        '{"bird": "owl", "wings": true}',
        '{"bird": "owl", "wings": 2, "eyes": 2}',
        "[2]",
        "[" * 100_000,
    ],
)
async def test_a_schema_that_is_not_kept_to(answer: str) -> None:
    with ScriptedServer(lambda prompt: answer) as server:
        found = await look(server)
    assert (found.structured, found.fault) == ("ignored", None)


@pytest.mark.parametrize("status", [400, 422])
async def test_a_server_that_refuses_a_schema_is_asked_without(status: int) -> None:
    asked = []

    async def answer(request: web.Request) -> web.Response:
        asked.append("response_format" in await request.json())
        if asked[-1]:
            return web.json_response({"error": {"message": "unknown field"}}, status=status)
        message = {"role": "assistant", "content": "An owl, with two."}
        return web.json_response({"choices": [{"message": message, "finish_reason": "stop"}]})

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    async with TestServer(app) as server:
        found = await check(load_settings(model="openai:any", base_url=str(server.make_url("/v1"))))
    assert (found.structured, found.fault, asked) == ("refused", None, [True, False])
    assert found.input_tokens is None and "no usage" in found.remarks[0]


async def test_a_server_that_does_not_know_the_model() -> None:
    app = web.Application()
    async with TestServer(app) as server:
        found = await check(load_settings(model="openai:any", base_url=str(server.make_url("/v1"))))
    with pytest.raises(UsageError, match="may not know this model"):
        found.require_usable()


async def test_the_key_is_sent_and_never_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with ScriptedServer(lambda prompt: BIRD) as server:
        found = await look(server, model=f"openai:named-{KEY}")
        assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    assert (found.auth, found.key, found.key_is_set) == ("ok", "OPENAI_API_KEY", True)
    assert found.reported_model == "named-[OPENAI_API_KEY]"


PROBLEMS: list[tuple[FaultName, type[DistillNetError], str]] = [
    ("unauthorized", ModelAccessError, "the key in OPENAI_API_KEY was refused"),
    ("quota", ModelAccessError, "its quota is used up"),
    ("rate_limited", TooManyFailures, "takes no more requests now; it asks to wait 7 s"),
    ("server_error", TooManyFailures, "the server is there, but fails"),
    ("overloaded", TooManyFailures, "overloaded"),
    ("hang", TooManyFailures, "nothing came for 0.3 s"),
    ("slow_drip", TooManyFailures, "no whole answer within 0.6 s"),
    ("reset", TooManyFailures, "breaks the connection off"),
    ("cut_body", TooManyFailures, "broke off before its end"),
    ("html", UsageError, "no model: such a URL mostly ends in /v1"),
    ("invalid_json", TooManyFailures, "does not speak JSON"),
    ("null_content", TooManyFailures, "without a text"),
    ("empty_choices", TooManyFailures, "without a text"),
]


@pytest.mark.parametrize(("name", "raised", "said"), PROBLEMS)
async def test_what_is_wrong_is_said_plainly(
    name: FaultName, raised: type[DistillNetError], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    fault = Fault(name, "7" if name == "rate_limited" else None, seconds=30)
    with ScriptedServer(lambda prompt: BIRD, faults=lambda prompt, nth: fault) as server:
        found = await look(server, idle_timeout=0.3, timeout=0.6)
    assert found.problem is not None and said in found.problem
    assert KEY not in found.model_dump_json()
    with pytest.raises(raised, match="openai:scripted"):
        found.require_usable()
    assert server.requests.total() == 1, "a check is one call"
    expected = {"unauthorized": "refused", "quota": "ok"}.get(name, "not known")
    assert found.auth == expected


@pytest.mark.parametrize(
    ("name", "remark"),
    [
        ("length", "the answer was cut off at 512 tokens"),
        ("liar", "the answer was cut off at 512 tokens, though the server says 'stop'"),
        ("refusal", "the model refused a harmless question"),
        ("content_filter", "the model refused a harmless question"),
    ],
)
async def test_odd_answers_are_remarked(name: FaultName, remark: str) -> None:
    with ScriptedServer(lambda p: BIRD, faults=lambda prompt, nth: Fault(name)) as server:
        found = await look(server)
    assert any(remark in said for said in found.remarks), found.remarks
    assert (found.structured, found.fault) == ("not tested", None)


async def test_a_server_that_wants_a_key_and_has_none() -> None:
    fault = Fault("unauthorized")
    with ScriptedServer(lambda p: BIRD, faults=lambda prompt, nth: fault) as server:
        found = await look(server)
    assert found.auth == "no key"
    assert "OPENAI_API_KEY" in (found.problem or "")


async def test_a_provider_without_its_key_is_not_called() -> None:
    found = await check(load_settings(model="openai:gpt-5-mini"))
    assert (found.auth, found.fault) == ("no key", "no_key")
    assert found.price is not None and found.terms is not None
    with pytest.raises(ModelAccessError, match="OPENAI_API_KEY"):
        found.require_usable()


async def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    url = f"http://127.0.0.1:{port}/v1"
    found = await check(load_settings(model="openai:any", base_url=url))
    with pytest.raises(UsageError, match=f"no server at {url}: start it"):
        found.require_usable()


@pytest.mark.parametrize("model", ["nobody:any", "embeded"])
async def test_an_unknown_model_is_a_mistake(model: str) -> None:
    with pytest.raises(UsageError, match=model):
        await check(load_settings(model=model))


@pytest.mark.slow
async def test_the_embedded_model_answers() -> None:
    found = await check(load_settings())
    found.require_usable()
    assert (found.auth, found.structured, found.url) == ("not needed", "not tested", None)
    assert found.tokens_per_second is not None and found.tokens_per_second > 0
    assert found.output_tokens is not None and 0 < found.output_tokens <= 48
    assert found.terms is not None and found.terms.allowed == "yes"
