"""A canary for a key: whatever the server does with it, it stands in no file and on no screen."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from distillnet.testing import Fault, ScriptedServer, broken_invariants, varied_prose
from tests.conftest import PHRASE, SUBJECT

CANARY = "sk-canary-6b1f0e9d2c7a4853"
CLI = [sys.executable, "-c", "from distillnet.cli import main; main()"]


def run(out: Path, *more: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [*CLI, "run", PHRASE, "--model", "openai:scripted", "--no-train", "--lenses", "5"]
    return subprocess.run(
        [*command, "--out", str(out), *more],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def holders(folder: Path) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [str(path) for path in files if CANARY.encode() in path.read_bytes()]


def test_a_server_that_repeats_the_key_in_answers_and_errors(tmp_path: Path) -> None:
    """It is sent as the header it belongs in, and comes to rest nowhere."""

    def answer(prompt: str) -> str:
        return f"{varied_prose(prompt, subject=SUBJECT)} Your key is {CANARY}, is it not?"

    def faults(prompt: str, nth: int) -> Fault | None:
        return Fault("server_error") if nth == 0 and len(prompt) % 2 else None

    out = tmp_path / "run"
    with ScriptedServer(answer, faults=faults) as server:
        done = run(out, "--base-url", server.base_url, OPENAI_API_KEY=CANARY)
        assert done.returncode == 0, done.stderr
        assert {headers["authorization"] for headers in server.headers} == {f"Bearer {CANARY}"}
        assert not broken_invariants(out, server, secrets=[CANARY])
    assert CANARY not in done.stdout + done.stderr
    assert "[OPENAI_API_KEY]" in (out / "scenes.jsonl").read_text(encoding="utf-8")
    assert "key_variable: OPENAI_API_KEY" in (out / "run.yaml").read_text(encoding="utf-8")


def test_a_refusal_that_repeats_the_key(tmp_path: Path) -> None:
    with ScriptedServer(
        lambda prompt: "never", faults=lambda prompt, nth: Fault("unauthorized")
    ) as server:
        done = run(tmp_path / "run", "--base-url", server.base_url, OPENAI_API_KEY=CANARY)
    assert done.returncode == 7
    assert CANARY not in done.stdout + done.stderr
    assert holders(tmp_path) == []


def test_a_key_in_a_dotenv_file_or_under_another_name(tmp_path: Path) -> None:
    with ScriptedServer(lambda prompt: varied_prose(prompt, subject=SUBJECT)) as server:
        Path(".env").write_text(f"MY_GATEWAY_KEY={CANARY}\n")
        environment = {"DISTILLNET_API_KEY_ENV": "MY_GATEWAY_KEY"}
        done = run(tmp_path / "run", "--base-url", server.base_url, **environment)
        assert done.returncode == 0, done.stderr
        assert server.headers[-1]["authorization"] == f"Bearer {CANARY}"
    assert holders(tmp_path) == [str(tmp_path / ".env")]
    assert "MY_GATEWAY_KEY" in (tmp_path / "run" / "run.yaml").read_text()


@pytest.mark.parametrize("address", ["http://me:{}@{}", "http://{1}?api_key={0}"])
def test_a_key_in_an_address_is_refused_and_not_repeated(tmp_path: Path, address: str) -> None:
    with ScriptedServer(lambda prompt: "never") as server:
        url = address.format(CANARY, server.base_url.removeprefix("http://"))
        by_option = run(tmp_path / "run", "--base-url", url)
        by_environment = run(tmp_path / "run", OPENAI_BASE_URL=url)
        assert server.requests.total() == 0
    for done in (by_option, by_environment):
        assert done.returncode == 2
        assert "environment" in done.stderr and "Traceback" not in done.stderr
        assert CANARY not in done.stdout + done.stderr
    assert holders(tmp_path) == []
