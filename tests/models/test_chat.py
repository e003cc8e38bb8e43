"""What the settings name, and asking it once."""

import asyncio
import sys

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from distillnet.config import load_settings
from distillnet.errors import MissingExtra, ModelAccessError, UsageError
from distillnet.models.chat import Teacher, open_teacher
from distillnet.models.embedded import EmbeddedChat
from distillnet.models.faults import ModelFault
from distillnet.models.openai_chat import OpenAIChat
from distillnet.models.spec import describe_teacher
from distillnet.testing import Fault, ScriptedServer
from distillnet.testing.faults import FaultName
from tests.models.conftest import KEY, MESSAGES, failing, teacher


async def test_one_question_is_one_request(server: ScriptedServer) -> None:
    opened = teacher(server, max_tokens=99, temperature=0.3, top_p=0.9)
    answer = await opened.ask(MESSAGES, seed=7)
    await opened.ask(MESSAGES, seed=7, limit=20)
    await opened.aclose()
    assert "necessity" in answer.text
    first, second = server.bodies
    assert [message["content"] for message in first["messages"]] == [text for _, text in MESSAGES]
    assert (first["temperature"], first["top_p"], first["max_tokens"]) == (0.3, 0.9, 99)
    assert second == first | {"max_tokens": 20}


async def test_nothing_is_sent_that_was_not_asked_for(server: ScriptedServer) -> None:
    await teacher(server).ask(MESSAGES, seed=7)
    assert set(server.bodies[0]) == {"model", "messages", "max_tokens"}


@pytest.mark.parametrize("name", ["server_error", "rate_limited", "reset", "html", "quota"])
async def test_a_fault_is_raised_and_nothing_is_tried_again(name: FaultName) -> None:
    with failing(Fault(name)) as server:
        with pytest.raises(ModelFault):
            await teacher(server).ask(MESSAGES, seed=7)
        assert server.requests.total() == 1


async def test_silence_and_slowness_have_their_own_limits() -> None:
    kinds = []
    for fault in (Fault("hang", seconds=30), Fault("slow_drip", seconds=30)):
        for limits in ({"idle_timeout": 0.2}, {"timeout": 0.4}):
            with failing(fault) as server, pytest.raises(ModelFault) as raised:
                await teacher(server, **({"timeout": 0.4} | limits)).ask(MESSAGES, seed=7)
            kinds.append(raised.value.kind)
    # A slow server is not silent.
    assert kinds == ["idle_timeout", "timeout", "timeout", "timeout"]


async def test_a_run_that_is_cancelled_is_no_fault() -> None:
    with failing(Fault("hang", seconds=30)) as server:
        asked = asyncio.create_task(teacher(server).ask(MESSAGES, seed=7))
        while not server.requests:
            await asyncio.sleep(0.01)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked


async def test_no_answer_of_any_library_holds_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    spoken = AIMessage([{"type": "text", "text": f"Bearer {KEY}"}])
    theirs = GenericFakeChatModel(messages=iter([spoken]))
    with ScriptedServer(lambda prompt: f"Bearer {KEY}") as server:
        ours = teacher(server)
        for chat in (ours.chat, theirs):
            answer = await Teacher(chat, ours.spec).ask(MESSAGES, seed=7)
            assert answer.text == "Bearer [OPENAI_API_KEY]" and KEY not in repr(answer)
        assert server.headers[0]["authorization"] == f"Bearer {KEY}"
        assert KEY not in repr(ours)


async def test_a_local_server_needs_no_key(server: ScriptedServer) -> None:
    await teacher(server).ask(MESSAGES, seed=7)
    assert "authorization" not in server.headers[0]


async def test_a_model_on_this_machine_that_cannot_be_opened_says_so() -> None:
    spec = describe_teacher(load_settings())
    with pytest.raises(UsageError, match="no model at '/nowhere'"):
        await Teacher(EmbeddedChat(model="/nowhere"), spec).ask(MESSAGES, seed=7)


def test_what_shapes_the_answers_is_in_the_parameters(server: ScriptedServer) -> None:
    plain, warm = teacher(server).spec, teacher(server, temperature=0.3).spec
    assert plain.parameters["base_url"] == plain.url == server.base_url
    assert warm.parameters == plain.parameters | {"temperature": 0.3}
    assert teacher(server, max_tokens=99).spec.parameters["max_tokens"] == 99
    assert plain.name == "openai:scripted" and plain.capable and not plain.samples_by_seed
    assert teacher(server, concurrency=3).spec.concurrency == 3
    assert (plain.timeout, teacher(server, timeout=9.0).spec.timeout) == (600.0, 9.0)
    # What does not shape them is not.
    careful = {"timeout": 9.0, "idle_timeout": 3.0, "attempts": 2, "concurrency": 3}
    assert teacher(server, **careful).spec.parameters == plain.parameters


def test_a_model_is_described_without_its_key_or_package(monkeypatch: pytest.MonkeyPatch) -> None:
    for model, url, key in (
        ("openai:gpt-5-mini", "https://api.openai.com/v1", "OPENAI_API_KEY"),
        ("anthropic:claude-x", "", "ANTHROPIC_API_KEY"),
        ("embedded", None, ""),
    ):
        spec = describe_teacher(load_settings(model=model))
        assert (spec.name, spec.url, spec.key) == (model, url, key)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:8000/v1/")
    spec = describe_teacher(load_settings(model="openai:x", api_key_env="MINE"))
    assert (spec.url, spec.key) == ("http://127.0.0.1:8000/v1", "MINE")


def test_openai_itself_is_asked_by_the_name_it_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    chat = open_teacher(load_settings(model="openai:gpt-5-mini")).chat
    assert isinstance(chat, OpenAIChat)
    assert (chat.model, chat.limit_name) == ("gpt-5-mini", "max_completion_tokens")
    assert chat.api_key is not None and chat.api_key.get_secret_value() == KEY


def test_another_provider_is_opened_by_langchain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://x.example")
    monkeypatch.setenv("OPENAI_API_VERSION", "2026-01-01")
    settings = load_settings(model="azure_openai:gpt-x", timeout=9.0, temperature=0.3)
    with pytest.raises(ModelAccessError, match=r"AZURE_OPENAI_API_KEY=\.\.\."):
        open_teacher(settings)
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", KEY)
    opened = open_teacher(settings)
    chat = opened.chat
    assert type(chat).__name__ == "AzureChatOpenAI" and opened.spec.url == ""
    # The one layer of retries is ours.
    assert (chat.max_retries, chat.request_timeout, chat.temperature) == (0, 9.0, 0.3)  # type: ignore[attr-defined]
    monkeypatch.setenv("MINE", f"{KEY}-mine")
    own = open_teacher(load_settings(model="azure_openai:gpt-x", api_key_env="MINE")).chat
    assert own.openai_api_key.get_secret_value() == f"{KEY}-mine"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("model", "cure"),
    [
        ("gpt", "give 'embedded' or provider:name"),
        ("openai:", "give 'embedded' or provider:name"),
        ("nonsense:model", "cannot be opened"),
        ("mistralai:mistral-large", "pip install"),
    ],
)
def test_a_model_that_cannot_be_opened_is_a_usage_error(model: str, cure: str) -> None:
    with pytest.raises(UsageError, match=cure) as raised:
        open_teacher(load_settings(model=model))
    assert repr(model) in str(raised.value)


@pytest.mark.parametrize("own", [None, "MY_KEY"])
def test_a_missing_key_is_an_access_error_that_names_the_variable(own: str | None) -> None:
    with pytest.raises(ModelAccessError, match=rf"\({own or 'OPENAI_API_KEY'}=\.\.\.\)"):
        open_teacher(load_settings(model="openai:gpt-5-mini", api_key_env=own))


def test_the_embedded_model_writes_prose_and_samples_by_seed() -> None:
    spec = open_teacher(load_settings(temperature=0.9, max_tokens=64, random_seed=3)).spec
    assert (spec.name, spec.capable, spec.samples_by_seed) == ("embedded", False, True)
    shaped = {name: spec.parameters[name] for name in ("temperature", "max_tokens", "random_seed")}
    assert shaped == {"temperature": 0.9, "max_tokens": 64, "random_seed": 3}
    assert open_teacher(load_settings()).spec.parameters["temperature"] > 0


def test_without_torch_the_embedded_model_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtra, match=r"pip install 'distillnet\[train\]'"):
        open_teacher(load_settings())
