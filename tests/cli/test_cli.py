"""The command line as a stranger meets it: exit codes, streams, one sentence for a mistake."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from distillnet.testing import ScriptedServer
from tests.conftest import PHRASE


def distillnet(*arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from distillnet.cli import main; main()", *arguments],
        capture_output=True,
        text=True,
        input=stdin,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["run", ""], 2, "no words in the seed"),
        (["run", "missing.txt"], 2, "missing.txt"),
        (["run", PHRASE, "--lenses", "4000"], 2, "at most 100"),
        (["run", PHRASE, "--lenses", "none"], 2, "integer"),
        (["run", PHRASE, "--roles", "philosofer"], 2, "Did you mean 'philosopher'?"),
        (["run", PHRASE, "--roles", "mine.py"], 2, "mine.py"),
        (["run", PHRASE, "--model", "gpt"], 2, "provider:name"),
        (["run", PHRASE, "--model", "nobody:gpt"], 2, "nobody"),
        (["run", PHRASE, "--model", "openai:gpt-5-mini"], 7, "OPENAI_API_KEY"),
        (["run", PHRASE, "--student", "nowhere"], 2, "nowhere"),
        (["run", PHRASE, "--max-rounds", "0"], 5, "max_rounds"),
        (["resume", "nowhere"], 2, "nowhere"),
        (["report", "nowhere"], 2, "nowhere"),
        (["train", "nowhere"], 2, "nowhere"),
        (["evaluate", "nowhere"], 2, "nowhere"),
        (["lenses", "--family", "logica"], 2, "Did you mean 'logical'?"),
    ],
)
def test_a_mistake_is_one_sentence(arguments: list[str], code: int, said: str) -> None:
    done = distillnet(*arguments)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not Path("runs").exists()


def test_data_on_stdout_talk_on_stderr(server: ScriptedServer) -> None:
    done = distillnet(
        *("run", "-", "--model", "openai:scripted", "--base-url", server.base_url),
        *("--lenses", "5", "--no-train", "--json", "--out", "run"),
        stdin=PHRASE,
    )
    assert done.returncode == 0, done.stderr
    verdict = json.loads(done.stdout)
    assert verdict["coverage"]["lenses"]["covered"] == 5
    assert "round 1" in done.stderr
    assert "\r" not in done.stderr and "\x1b" not in done.stderr
    assert max(map(len, done.stderr.splitlines())) < 80


def test_the_verdict_is_readable(server: ScriptedServer) -> None:
    done = distillnet(
        *("run", PHRASE, "--model", "openai:scripted", "--base-url", server.base_url),
        *("--lenses", "5", "--no-train", "--out", "run"),
    )
    assert "5 of 5 lenses" in done.stdout
    assert "stopped    satisfied" in done.stdout
    assert "run/report.html" in done.stdout
    path = distillnet("report", "run").stdout.strip()
    assert Path(path).read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_role_file_joins_a_run(server: ScriptedServer, tmp_path: Path) -> None:
    Path("lighthouse.py").write_text(
        "from distillnet import Role\n\n\n"
        "class Lighthouse(Role):\n"
        '    name = "lighthouse"\n'
        '    stance = "You are a lighthouse. You speak of distance, weather and return."\n',
        encoding="utf-8",
    )
    assert "lighthouse" in distillnet("roles", "--file", "lighthouse.py").stdout
    done = distillnet(
        *("run", PHRASE, "--model", "openai:scripted", "--base-url", server.base_url),
        *("--lenses", "3", "--roles", "lighthouse.py,dog", "--no-train", "--out", "run"),
    )
    assert done.returncode == 0, done.stderr
    scenes = Path("run/scenes.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["role"] for line in scenes} == {"lighthouse", "dog"}


def test_interrupted_anywhere_it_says_how_any_command_goes_on() -> None:
    """What was interrupted need not be a run: a race, a merge or a training goes on as it began."""
    script = """
from distillnet import cli
def interrupt(standalone_mode: bool) -> None:
    raise KeyboardInterrupt
cli.cli.main = interrupt
cli.main()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    said = "distillnet: interrupted; the same command again goes on\n"
    assert (done.returncode, done.stdout, done.stderr) == (130, "", said)


def test_lists_can_be_piped_into_head() -> None:
    listing = f"{sys.executable} -c 'from distillnet.cli import main; main()' lenses | head -1"
    done = subprocess.run(listing, shell=True, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("rhetorical")
    assert done.stderr == ""
