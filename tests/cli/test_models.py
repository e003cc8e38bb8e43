"""'distillnet models check' as a stranger meets it."""

import json
from pathlib import Path

import pytest

from distillnet.testing import Fault, ScriptedServer
from tests.cli.test_cli import distillnet
from tests.models.conftest import KEY

BIRD = '{"bird": "owl", "wings": 2}'


def check(server: ScriptedServer, *more: str) -> tuple[str, ...]:
    model = ("--model", "openai:scripted", "--base-url", server.base_url)
    return ("models", "check", *model, *more)


def test_what_is_known_is_on_one_screen() -> None:
    with ScriptedServer(lambda prompt: BIRD) as server:
        done = distillnet(*check(server))
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) < 80
    known = {line[:12].strip(): line[12:] for line in lines}
    assert known["place"] == server.base_url
    assert known["access"].startswith("not needed")
    assert known["JSON schema"].startswith("honoured")
    assert "'scripted', finish_reason stop" in known["answer"]
    assert known["price"] == "free"
    assert not list(Path.cwd().iterdir()), "a check writes nothing"


def test_the_key_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    for fault in (None, Fault("unauthorized")):
        with ScriptedServer(lambda p: BIRD, faults=lambda p, n, f=fault: f) as server:
            for more in ((), ("--json",)):
                done = distillnet(*check(server, *more))
                assert "OPENAI_API_KEY" in done.stdout
                assert KEY not in done.stdout + done.stderr
                assert done.returncode == (7 if fault else 0)


def test_json_has_everything_also_when_it_fails() -> None:
    with ScriptedServer(lambda p: BIRD, faults=lambda p, n: Fault("html")) as server:
        done = distillnet(*check(server, "--json"))
    found = json.loads(done.stdout)
    assert (found["fault"], found["auth"], done.returncode) == ("html", "not known", 2)
    assert found["problem"] in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--model", "openai:any", "--base-url", "http://127.0.0.1:9/v1"], 2, "start it"),
        (["--model", "nobody:any"], 2, "nobody:any"),
        (["--model", "gpt"], 2, "provider:name"),
        (["--model", "openai:gpt-5-mini"], 7, "OPENAI_API_KEY"),
    ],
)
def test_what_is_wrong_ends_with_its_code(arguments: list[str], code: int, said: str) -> None:
    done = distillnet("models", "check", *arguments)
    assert done.returncode == code, done.stderr
    assert said in done.stderr and "Traceback" not in done.stderr


def test_a_hostile_server_does_not_steer_the_terminal() -> None:
    with ScriptedServer(lambda p: BIRD) as server:
        name = "openai:\x1b[2Jscripted\u202e"
        done = distillnet("models", "check", "--model", name, "--base-url", server.base_url)
    assert done.returncode == 0, done.stderr
    assert not set("\x1b\u202e") & set(done.stdout)
