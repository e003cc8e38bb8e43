"""A whole run by batch: the scenes of a direct run, each prompt asked once, through kills too."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from distillnet import distill, resume
from distillnet.agents import batching
from distillnet.failpoints import VARIABLE
from distillnet.graphs import nodes
from distillnet.testing import Fault, ScriptedServer, broken_invariants, varied_prose
from tests.conftest import PHRASE, SUBJECT

_LENSES = 6


class Killed(BaseException):
    """Stands for a kill: nothing in the package catches it."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "_FIRST_WAIT", 0.01)


def settings(server: ScriptedServer, **more: Any) -> dict[str, Any]:
    return {
        "model": "openai:scripted",
        "base_url": server.base_url,
        "lenses": _LENSES,
        "train": False,
        "batch": True,
    } | more


def batches(server: ScriptedServer) -> int:
    return len(httpx.get(f"{server.base_url}/batches").json()["data"])


def test_a_run_by_batch_has_the_scenes_of_a_direct_one(
    server: ScriptedServer, tmp_path: Path
) -> None:
    run = distill(PHRASE, out=tmp_path / "run", **settings(server))
    assert broken_invariants(tmp_path / "run", server) == []
    assert batches(server) == 1
    assert set(server.requests.values()) == {1}
    direct = distill(PHRASE, out=tmp_path / "direct", **settings(server, batch=False))
    assert run.scenes == direct.scenes
    assert run.coverage == direct.coverage
    assert set(server.requests.values()) == {2}, "a direct run asks what the batch asked"


def test_what_fails_in_two_batches_is_a_gap_of_the_next_round(tmp_path: Path) -> None:
    failing: list[str] = []

    def faults(prompt: str, nth: int) -> Fault | None:
        """The first two prompts are never answered."""
        if len(failing) < 2 and prompt not in failing:
            failing.append(prompt)
        return Fault("server_error") if prompt in failing else None

    with ScriptedServer(lambda p: varied_prose(p, subject=SUBJECT), faults=faults) as server:
        run = distill(PHRASE, out=tmp_path / "run", **settings(server, coverage={"min_gain": 0.0}))
        assert batches(server) == 3
        assert {server.requests[prompt] for prompt in failing} == {2}
        assert broken_invariants(tmp_path / "run", server) == []
    assert run.coverage["stopped"] == "satisfied"
    assert run.coverage["verdicts"]["failed"] == 2
    assert sorted(scene.round for scene in run.scenes) == [1, 1, 1, 1, 2, 2]


def test_a_capped_run_that_was_killed_ends_when_resumed(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The checkpoint then holds cells that neither have an answer nor may be asked."""

    def reach(name: str) -> None:
        if name == "after_verdicts_before_store":
            raise Killed

    chosen = settings(server, budget_calls=2)
    with monkeypatch.context() as killing, pytest.raises(Killed):
        killing.setattr(nodes, "reach", reach)
        distill(PHRASE, out=tmp_path / "run", **chosen)
    run = distill(PHRASE, out=tmp_path / "run", **chosen)
    assert run.coverage["stopped"] == "budget"
    assert server.requests.total() == 2
    more = resume(tmp_path / "run", budget_calls=20)
    assert more.coverage["stopped"] == "satisfied"
    assert set(server.requests.values()) == {1}
    assert broken_invariants(tmp_path / "run", server) == []


def _process(arguments: list[str], **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", "from distillnet.cli import main; main()", *arguments],
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _run(server: ScriptedServer, out: Path, **environment: str) -> subprocess.Popen[str]:
    return _process(
        [
            *("run", PHRASE, "--batch", "--no-train", "--lenses", str(_LENSES)),
            *("--model", "openai:scripted", "--base-url", server.base_url, "--out", str(out)),
        ],
        **environment,
    )


def _resumed(out: Path) -> None:
    process = _process(["resume", str(out)])
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors


def test_killed_between_the_batch_and_its_note_it_is_found_again(
    server: ScriptedServer, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    process = _run(server, out, **{VARIABLE: "after_batch_before_note"})
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    _resumed(out)
    assert batches(server) == 1
    assert set(server.requests.values()) == {1}
    assert broken_invariants(out, server, kills=1) == []


def test_interrupted_while_it_waits_the_batch_is_fetched_later(
    server: ScriptedServer, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    process = _run(server, out)
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if "in progress" in line:
            process.send_signal(signal.SIGINT)
            break
    _, rest = process.communicate(timeout=120)
    assert process.returncode == 130, rest
    assert "Traceback" not in rest
    assert any("Ctrl-C leaves them there to be answered" in line for line in said)
    _resumed(out)
    assert batches(server) == 1
    assert set(server.requests.values()) == {1}
