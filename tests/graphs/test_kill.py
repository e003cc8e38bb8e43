"""kill -9 and Ctrl-C: nothing finished is paid for twice, the scenes come out the same."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.kill import kill_many
from distillnet import failpoints
from distillnet.testing import ScriptedServer, broken_invariants, paid_prompts, varied_prose
from tests.conftest import PHRASE, SUBJECT

_CLI = [sys.executable, "-c", "from distillnet.cli import main; main()"]
_LENSES = 40


@pytest.mark.slow
def test_killed_again_and_again_it_loses_and_repeats_nothing(tmp_path: Path) -> None:
    """At random times, after random requests, and at each failpoint; the server fails, too."""
    tally = kill_many(tmp_path, kills=2 * len(failpoints.NAMES), lenses=_LENSES, fault_share=0.1)
    assert tally.kills.keys() == {"time", "request", *failpoints.NAMES}
    assert tally.lost == 0, "an answer that was in the ledger is gone"
    assert tally.paid_twice == 0, "an answer that was in the ledger was paid for again"
    assert tally.broken == []
    assert tally.faults


def _interrupted(out: Path, server: ScriptedServer, *, times: int) -> tuple[int, str]:
    """A run that gets ``times`` SIGINTs after its fifth call; its exit code and what it said."""
    command = [*_CLI, "run", PHRASE, "--model", "openai:scripted", "--no-train"]
    command += ["--lenses", str(_LENSES), "--base-url", server.base_url, "--out", str(out)]
    process = subprocess.Popen(
        command,
        env=os.environ | {"DISTILLNET_CONCURRENCY": "4"},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    deadline = time.monotonic() + 60
    while server.calls.total() < 5 and time.monotonic() < deadline:
        time.sleep(0.02)
    for _ in range(times):
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
    _, said = process.communicate(timeout=60)
    return process.returncode, said


def test_interrupted_once_it_keeps_the_calls_in_flight(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with ScriptedServer(lambda p: varied_prose(p, subject=SUBJECT), delay=0.5) as server:
        code, said = _interrupted(out, server, times=1)
        assert code == 130
        assert "Ctrl-C again" in said and "distillnet resume" in said and "Traceback" not in said
        # Every request that was sent has been answered and kept; no new one was sent.
        assert paid_prompts(out) == server.calls.keys() == server.requests.keys()
        assert len(paid_prompts(out)) < _LENSES
        done = subprocess.run([*_CLI, "resume", str(out)], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        assert max(server.requests.values()) == 1, "an answer was asked for twice"
        assert not broken_invariants(out, server)
    assert len(paid_prompts(out)) == _LENSES


def test_interrupted_twice_it_stops_at_once_and_repeats_only_what_was_in_flight(
    tmp_path: Path,
) -> None:
    out = tmp_path / "run"
    with ScriptedServer(lambda p: varied_prose(p, subject=SUBJECT), delay=0.5) as server:
        code, said = _interrupted(out, server, times=2)
        assert code == 130
        # By the run itself or, where it was cut off before it could, by the command.
        assert "goes on" in said and "Traceback" not in said
        paid = paid_prompts(out)
        done = subprocess.run([*_CLI, "resume", str(out)], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        again = {prompt for prompt, count in server.requests.items() if count > 1}
        assert len(again) <= 4 and not again & paid
        assert not broken_invariants(out, server, kills=1)
