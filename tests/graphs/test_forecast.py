"""A plan costs nothing, and what it shows is what a run then does."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from distillnet import Plan, distill, load_roles, open_context, plan
from distillnet.config import load_settings
from distillnet.errors import SeedError, UnknownName, UsageError
from distillnet.graphs import examining, forecast
from distillnet.memory.ledger import Ledger
from distillnet.testing import ScriptedServer
from tests.conftest import PHRASE

RUSSIAN = "Свобода есть осознанная необходимость."


@pytest.fixture(autouse=True)
def nothing_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DISTILLNET_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("a plan uses no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def at(server: ScriptedServer, **more: Any) -> dict[str, Any]:
    return {"model": "openai:scripted", "base_url": server.base_url, "lenses": 6} | more


def sent(server: ScriptedServer) -> list[list[tuple[str, str]]]:
    return [
        [(message["role"], message["content"]) for message in body["messages"]]
        for body in server.bodies
    ]


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("seed", [PHRASE, RUSSIAN])
@pytest.mark.parametrize("model", ["embedded", "openai:gpt-5-mini", "anthropic:any", "nobody:any"])
def test_it_needs_no_network_no_key_no_package_and_writes_nothing(
    seed: str, model: str, tmp_path: Path
) -> None:
    made = plan(seed, model=model, lenses=5)
    assert len(made.cells) == 5
    assert made.language == ("ru" if seed == RUSSIAN else "en")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("seed", [PHRASE, RUSSIAN])
def test_the_prompts_are_those_that_the_server_receives(
    seed: str, server: ScriptedServer, tmp_path: Path
) -> None:
    settings = at(server, train=False, max_rounds=1)
    made = plan(seed, **settings)
    assert server.requests.total() == 0
    distill(seed, out=tmp_path / "run", **settings)
    planned = [[(part.role, part.text) for part in cell.prompt] for cell in made.cells]
    assert sorted(sent(server)) == sorted(planned)


def test_a_book_takes_its_passages_in_turn(server: ScriptedServer, tmp_path: Path) -> None:
    text = "\n\n".join(f"Chapter {i}. " + "The river runs to the sea. " * 80 for i in range(4))
    Path("book.txt").write_text(text, encoding="utf-8")
    settings = at(server, train=False, max_rounds=1)
    made = plan("book.txt", **settings)
    assert {cell.passage for cell in made.cells} == set(range(min(6, len(made.seed.passages))))
    distill("book.txt", out=tmp_path / "run", **settings)
    planned = [[(part.role, part.text) for part in cell.prompt] for cell in made.cells]
    assert sorted(sent(server)) == sorted(planned)


@pytest.mark.parametrize("seed", [PHRASE, RUSSIAN])
async def test_the_examiner_is_asked_what_was_planned(
    seed: str, server: ScriptedServer, tmp_path: Path
) -> None:
    settings = at(server)
    made = plan(seed, **settings)
    with open_context(tmp_path / "run", load_settings(**settings)) as context:
        context.ledger.write_fact("seed", made.seed.model_dump(mode="json"))
        facts = await examining.find(context)
        assert facts
        await context.teacher.aclose()
    assert [("user", made.exam_prompts[0])] in sent(server)
    assert len(made.exam_prompts) == 1
    assert len(sent(server)) <= made.estimate.exam_calls.most


def test_rules_write_the_exam_that_no_teacher_is_asked_for() -> None:
    made = plan(PHRASE)
    assert made.exam_prompts == ()
    assert made.estimate.items.least == made.estimate.items.most > 4


def test_the_cells_of_the_first_round_are_the_plans(server: ScriptedServer, tmp_path: Path) -> None:
    settings = at(server, train=False)
    made = plan(PHRASE, **settings)
    distill(PHRASE, out=tmp_path / "run", **settings)
    cells = Ledger(tmp_path / "run" / "ledger.sqlite", read_only=True).cells()
    first = [cell for cell in cells if cell.round == 1]
    assert [(c.id, c.lens, c.role, c.form, c.passage) for c in first] == [
        (c.id, c.lens, c.role, c.form, c.passage) for c in made.cells
    ]


def test_the_directory_and_the_files_are_those_of_the_run(server: ScriptedServer) -> None:
    settings = at(server, train=False)
    made = plan(PHRASE, **settings)
    run = distill(PHRASE, **settings)
    assert str(run.directory) == made.directory
    written = {path.name for path in run.directory.iterdir() if not path.name.startswith(".")}
    assert written == {file.split("/")[0] for file in made.files}


def test_calls_at_least_and_at_most(tmp_path: Path, server: ScriptedServer) -> None:
    settings = at(server, train=False, coverage={"min_gain": 0.0}, attempts=1)
    made = plan(PHRASE, **settings)
    distill(PHRASE, out=tmp_path / "run", **settings)
    assert server.calls.total() == made.estimate.calls.least == 6
    with ScriptedServer(lambda prompt: "I'm sorry, but I cannot help with that.") as refusing:
        settings = at(refusing, train=False, coverage={"min_gain": 0.0}, attempts=1)
        distill(PHRASE, out=tmp_path / "refused", **settings)
        assert refusing.requests.total() == made.estimate.requests.most == 18


def test_the_price_its_day_and_its_source(monkeypatch: pytest.MonkeyPatch) -> None:
    priced = plan(PHRASE, model="openai:gpt-5-mini")
    assert priced.price and priced.price.source.startswith("https://")
    assert priced.estimate.usd and priced.estimate.usd.most > 0
    free = plan(PHRASE)
    assert free.estimate.usd and free.estimate.usd.most == 0
    unknown = plan(PHRASE, model="openai:never-heard-of")
    assert unknown.price is unknown.estimate.usd is None


def test_of_the_key_only_its_variable_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not plan(PHRASE, model="openai:gpt-5-mini").key_is_set
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-0123456789")
    made = plan(PHRASE, model="openai:gpt-5-mini")
    assert (made.key, made.key_is_set) == ("OPENAI_API_KEY", True)
    assert "canary" not in made.model_dump_json()
    assert (plan(PHRASE).key, plan(PHRASE).key_is_set) == ("", False)


def test_hosts_contacted(monkeypatch: pytest.MonkeyPatch) -> None:
    def hosts(**settings: Any) -> list[tuple[str, str]]:
        return [(c.purpose, c.host) for c in plan(PHRASE, lenses=3, **settings).contacts]

    assert hosts() == []
    assert hosts(model="openai:gpt-5-mini") == [("teacher", "api.openai.com")]
    assert hosts(model="anthropic:any") == [("teacher", "")]
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:8000/v1")
    assert hosts(model="openai:any") == [("teacher", "127.0.0.1:8000")]
    monkeypatch.setenv("LANGCHAIN_TRACING_V2", "true")
    assert hosts(embeddings="openai:text-embedding-3-small") == [
        ("embeddings", ""),
        ("tracing", "api.smith.langchain.com"),
    ]


def test_the_terms_of_the_teacher() -> None:
    free = plan(PHRASE)
    assert free.terms and free.terms.allowed == "yes"
    bound = plan(PHRASE, model="openai:gpt-5-mini")
    assert bound.terms and bound.terms.allowed != "yes"


def test_the_embedded_models_tokens_are_counted_where_its_tokenizer_is(tmp_path: Path) -> None:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit

    assert plan(PHRASE, max_rounds=1).estimate.basis == "characters"
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    folder = tmp_path / "cache" / "SmolLM2-135M-Instruct"
    folder.mkdir(parents=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    found = plan(PHRASE, max_rounds=1).estimate
    words = sum(len(part.text.split()) for c in plan(PHRASE).cells for part in c.prompt)
    assert found.basis == "tokenizer"
    # A mark before each role, and one for the answer.
    assert found.input_tokens.least == found.input_tokens.most == words + 32 * 3


@pytest.mark.usefixtures("seeks_facts", "seeks_angles")
def test_settings_that_are_not_the_default_are_kept_and_hashed() -> None:
    made = plan(PHRASE, lenses=4, training={"epochs": 2})
    assert made.settings == {"lenses": 4, "training": {"epochs": 2}}
    assert made.fingerprint == forecast.fingerprint(made)
    assert made.fingerprint != plan(PHRASE, lenses=4).fingerprint


def test_every_role_of_the_cast_and_every_lens_is_in_it() -> None:
    made = plan(PHRASE, lenses=4)
    assert {role.name for role in made.roles} == set(load_roles())
    assert [lens.name for lens in made.lenses] == [cell.lens for cell in made.cells]
    assert len(made.held_out) == 10


def test_mistakes_are_those_of_a_run() -> None:
    with pytest.raises(SeedError, match="no words"):
        plan("")
    with pytest.raises(UnknownName, match="Did you mean 'philosopher'"):
        plan(PHRASE, roles=("philosofer",))
    with pytest.raises(UsageError, match="at most 100"):
        plan(PHRASE, lenses=400)
    with pytest.raises(UsageError, match="provider:name"):
        plan(PHRASE, model="gpt")


def test_a_plan_is_plain_json_and_back() -> None:
    made = plan(RUSSIAN, model="openai:gpt-5-mini")
    assert Plan.model_validate(json.loads(made.model_dump_json())) == made
