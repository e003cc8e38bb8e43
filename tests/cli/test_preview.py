"""'distillnet preview' as a stranger meets it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from distillnet.testing import Fault, ScriptedServer, varied_prose
from distillnet.testing.faults import FaultName
from tests.cli.test_cli import distillnet
from tests.conftest import PHRASE, SUBJECT

HOSTILE = f"\x1b[2J\x1b]0;owned\x07\u202e {varied_prose('x', subject=SUBJECT)}"


@pytest.fixture(autouse=True)
def nothing_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DISTILLNET_CACHE", str(tmp_path / "cache"))


def options(server: ScriptedServer, *more: str) -> tuple[str, ...]:
    return (
        *(PHRASE, "--model", "openai:scripted", "--base-url", server.base_url),
        *("--lenses", "6", "--no-train", "--out", "run", *more),
    )


def test_it_shows_samples_and_both_estimates(server: ScriptedServer) -> None:
    done = distillnet("preview", *options(server))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line[:6] for line in lines if " of 3" in line[:8]] == ["1 of 3", "2 of 3", "3 of 3"]
    assert sum("accepted" in line and "tokens read" in line for line in lines) == 3
    (pace,) = [line for line in lines if line.startswith("answering")]
    assert "not known" in pace and " s" in pace
    assert max(map(len, lines)) < 80
    assert "asking openai:scripted for 3 of 6 cells" in done.stderr

    assert distillnet("run", *options(server), "--yes").returncode == 0
    assert server.requests.total() == 6 and set(server.requests.values()) == {1}


def test_json_has_everything(server: ScriptedServer) -> None:
    done = distillnet("preview", *options(server, "-n", "2", "--json"))
    found = json.loads(done.stdout)
    assert found["directory"] == "run" and found["stopped"] is None
    assert len(found["samples"]) == 2 == server.requests.total()
    assert found["samples"][0]["text"].startswith(SUBJECT)
    assert found["before"]["answering"] is None and found["after"]["answering"]["least"] > 0


def test_answers_do_not_steer_the_terminal() -> None:
    with ScriptedServer(lambda prompt: HOSTILE) as server:
        done = distillnet("preview", *options(server, "-n", "1"))
        raw = distillnet("preview", *options(server, "-n", "1", "--json"))
    assert SUBJECT.split(",")[0] in done.stdout
    for text in (done.stdout, raw.stdout):
        assert not set("\x1b\x07\u202e") & set(text)


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        ("server_error", 3, "none of the 3 calls was answered"),
        ("html", 3, "none of the 3 calls was answered"),
        ("unauthorized", 7, "invalid_api_key"),
        ("quota", 7, "insufficient_quota"),
    ],
)
def test_where_nothing_is_answered_the_fault_is_shown(
    fault: FaultName, code: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISTILLNET_ATTEMPTS", "1")
    always = Fault(fault)
    with ScriptedServer(lambda p: "", faults=lambda prompt, nth: always) as server:
        done = distillnet("preview", *options(server))
    assert done.returncode == code, done.stderr
    assert said in done.stderr and "Traceback" not in done.stderr
    if code == 3:
        assert done.stdout.count("failed     after") == 3 and fault in done.stdout
    assert "whole run" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["preview", ""], 2, "no words in the seed"),
        (["preview", PHRASE, "-n", "0"], 2, "0"),
        (["preview", PHRASE, "--model", "openai:gpt-5-mini"], 7, "OPENAI_API_KEY"),
    ],
)
def test_a_mistake_is_one_sentence(arguments: list[str], code: int, said: str) -> None:
    done = distillnet(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr and "Traceback" not in done.stderr
    assert not Path("runs").exists()


def test_interrupted_once_it_keeps_and_shows_what_was_answered() -> None:
    with ScriptedServer(lambda p: varied_prose(p, subject=SUBJECT), delay=1.0) as server:
        arguments = ("preview", *options(server, "-n", "6"))
        process = subprocess.Popen(
            [sys.executable, "-c", "from distillnet.cli import main; main()", *arguments],
            env=os.environ | {"DISTILLNET_CONCURRENCY": "2"},
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 60
        while server.requests.total() < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        shown, errors = process.communicate(timeout=60)
        assert process.returncode == 130, errors
        assert "the same command again goes on" in errors and "Traceback" not in errors
        assert shown.count("accepted;") == server.calls.total() == 2
        assert distillnet(*arguments).returncode == 0
        assert server.requests.total() == 6 and set(server.requests.values()) == {1}
