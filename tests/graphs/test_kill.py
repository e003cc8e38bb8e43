"""kill -9 at random moments: nothing finished is paid for twice, the scenes come out the same."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from distillnet.testing import ScriptedServer, varied_prose
from distillnet.tools.export import read_jsonl
from tests.conftest import PHRASE, SUBJECT

_KILLS = 20
_LENSES = 90
_CONCURRENCY = 3


def _command(server: ScriptedServer, out: Path) -> list[str]:
    return [
        *(sys.executable, "-c", "from distillnet.cli import main; main()", "run", PHRASE),
        *("--model", "openai:scripted", "--base-url", server.base_url, "--no-train"),
        *("--lenses", str(_LENSES), "--out", str(out)),
    ]


def _paid(out: Path) -> set[str]:
    """Prompts whose answers are in the ledger."""
    path = out / "ledger.sqlite"
    if not path.exists():
        return set()
    with sqlite3.connect(path) as db:
        try:
            rows = db.execute("SELECT prompt FROM calls WHERE NOT failed").fetchall()
        except sqlite3.OperationalError:  # killed before the tables were made
            return set()
    return {prompt.split("[user]\n", 1)[1] for (prompt,) in rows}


@pytest.mark.slow
def test_killed_at_random_moments_it_loses_and_repeats_nothing(tmp_path: Path) -> None:
    rng = random.Random(5)
    environment = os.environ | {"DISTILLNET_CONCURRENCY": str(_CONCURRENCY)}
    out = tmp_path / "run"
    with ScriptedServer(lambda p: varied_prose(p, subject=SUBJECT), delay=0.15) as server:
        kills = repeated = 0
        while True:
            paid = _paid(out)
            before = {prompt: server.calls[prompt] for prompt in paid}
            process = subprocess.Popen(
                _command(server, out),
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
            try:
                # From the first imports to past the first calls: a start takes a second or two.
                _, errors = process.communicate(timeout=rng.uniform(0.3, 3.5))
            except subprocess.TimeoutExpired:
                if kills < _KILLS:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.communicate()
                    kills += 1
                    continue
                _, errors = process.communicate(timeout=120)
            finally:
                repeated += sum(server.calls[p] - n for p, n in before.items())
            assert process.returncode == 0, errors.decode()
            if kills >= _KILLS:
                break
            # It finished between two kills: begin a fresh one, the count goes on.
            out = tmp_path / f"run-{kills}"
        calls = server.calls.copy()
    assert kills == _KILLS
    assert repeated == 0, "an answer that was in the ledger was paid for again"
    assert set(calls) >= _paid(out)

    with ScriptedServer(lambda p: varied_prose(p, subject=SUBJECT)) as undisturbed:
        calm = tmp_path / "calm"
        subprocess.run(_command(undisturbed, calm), check=True, capture_output=True)
    scenes = [row | {"model": None} for row in read_jsonl(out / "scenes.jsonl")]
    texts = [row["text"] for row in read_jsonl(calm / "scenes.jsonl")]
    assert [scene["text"] for scene in scenes] == texts
    assert len({scene["id"] for scene in scenes}) == len(scenes) == _LENSES


def test_interrupted_once_it_ends_with_130_and_resumes(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with ScriptedServer(lambda p: varied_prose(p, subject=SUBJECT), delay=0.1) as server:
        process = subprocess.Popen(
            _command(server, out),
            env=os.environ | {"DISTILLNET_CONCURRENCY": "2"},
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while server.calls.total() < 5 and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 130
        assert b"Traceback" not in errors
        assert b"distillnet resume" in errors
        paid = len(_paid(out))
        assert paid >= 4
        done = subprocess.run(
            [sys.executable, "-c", "from distillnet.cli import main; main()", "resume", str(out)],
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
    assert len(read_jsonl(out / "scenes.jsonl")) == _LENSES
    assert sum(n - 1 for n in server.calls.values()) <= 2, "only calls in flight may be repeated"
