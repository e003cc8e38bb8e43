"""Disks that fill up, directories that cannot be written, files that others hold or have broken."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from distillnet import distill, resume
from distillnet.config import load_settings
from distillnet.errors import RunLocked, StorageError
from distillnet.graphs.context import open_context
from distillnet.memory.ledger import Ledger
from distillnet.testing import ScriptedServer, broken_invariants, paid_prompts, varied_prose
from tests.conftest import PHRASE, SUBJECT

CLI = [sys.executable, "-c", "from distillnet.cli import main; main()"]
# In a mount namespace of its own: a disk with room for the ballast, the vector store and some of
# the answers, which is then given more.
SMALL_DISK = """
set -u
mount -t tmpfs -o size=16m tmpfs "$DISK" || exit 99
fallocate -l 13400k "$DISK/filler" || exit 98
"$@" 2>"$OUT/first.txt"
echo $? >"$OUT/first.code"
rm "$DISK/filler"
cp -r "$DISK/run" "$OUT/between"
"$@" 2>"$OUT/second.txt"
echo $? >"$OUT/second.code"
cp -r "$DISK/run" "$OUT/run"
"""


def settings(server: ScriptedServer, **more: Any) -> dict[str, Any]:
    return {
        "model": "openai:scripted",
        "base_url": server.base_url,
        "lenses": 6,
        "train": False,
    } | more


def test_a_full_disk_loses_no_answer(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode:
        pytest.skip("no mount namespace to be had here")

    def answer(prompt: str) -> str:
        return varied_prose(prompt, subject=SUBJECT, words=400)

    with ScriptedServer(answer, delay=0.02) as server:
        command = [*CLI, "run", PHRASE, "--model", "openai:scripted", "--no-train"]
        command += ["--lenses", "60", "--base-url", server.base_url, "--out", str(disk / "run")]
        done = subprocess.run(
            ["unshare", "-rm", "bash", "-c", SMALL_DISK, "bash", *command],
            env=os.environ
            | {
                "DISK": str(disk),
                "OUT": str(tmp_path),
                "DISTILLNET_CONCURRENCY": "4",
            },
            capture_output=True,
            check=False,
        )
        if done.returncode == 99:
            pytest.skip("no tmpfs to be mounted here")
        assert done.returncode == 0, done.stderr.decode()
        said = (tmp_path / "first.txt").read_text()
        assert (tmp_path / "first.code").read_text().strip() == "1", said
        assert "the disk is full" in said and "Traceback" not in said
        kept = paid_prompts(tmp_path / "between")
        assert 0 < len(kept) < 60
        said = (tmp_path / "second.txt").read_text()
        assert (tmp_path / "second.code").read_text().strip() == "0", said
        assert not broken_invariants(tmp_path / "run", server, kills=1)
        assert kept < paid_prompts(tmp_path / "run") == server.calls.keys()
        assert max(server.calls.values()) == 1, "an answer was paid for and lost"


def test_a_read_only_directory_is_named_with_the_cure(
    server: ScriptedServer, tmp_path: Path
) -> None:
    script = 'mount -t tmpfs -o ro tmpfs "$DISK" || exit 99; exec "$@"'
    command = [*CLI, "run", PHRASE, "--model", "openai:scripted", "--no-train"]
    command += ["--base-url", server.base_url, "--out", str(tmp_path / "run")]
    done = subprocess.run(
        ["unshare", "-rm", "bash", "-c", script, "bash", *command],
        env=os.environ | {"DISK": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode in (1, 99) and "unshare" in done.stderr + done.stdout:
        pytest.skip("no mount namespace to be had here")
    assert done.returncode == 2
    assert "cannot write to" in done.stderr and "Traceback" not in done.stderr
    assert server.requests.total() == 0


def test_a_second_process_is_told_who_was_first(server: ScriptedServer, tmp_path: Path) -> None:
    with open_context(tmp_path / "run", load_settings(**settings(server))):
        with pytest.raises(RunLocked) as caught:
            distill(PHRASE, out=tmp_path / "run", **settings(server))
        command = [*CLI, "run", PHRASE, "--model", "openai:scripted", "--no-train"]
        command += ["--base-url", server.base_url, "--out", str(tmp_path / "run")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert f"process {os.getpid()} on {socket.gethostname()}" in str(caught.value)
    assert done.returncode == 6
    assert f"process {os.getpid()} on" in done.stderr and "Traceback" not in done.stderr
    distill(PHRASE, out=tmp_path / "run", **settings(server))


def test_a_ledger_that_another_program_holds_stops_the_run_and_loses_nothing(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distillnet.memory.database._LOCKED_SECONDS", 0.1)
    distill(PHRASE, out=tmp_path / "run", **settings(server, lenses=2))
    with sqlite3.connect(tmp_path / "run" / "ledger.sqlite", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="another program holds"):
            distill(PHRASE, out=tmp_path / "run", **settings(server))
        assert server.calls.total() == 2
        other.execute("ROLLBACK")
    run = resume(tmp_path / "run", lenses=6)
    assert len(run.scenes) == 6
    assert not broken_invariants(tmp_path / "run", server)
    assert max(server.calls.values()) == 1


@pytest.mark.parametrize("damage", ["deleted", "no index", "garbage"])
def test_a_broken_vector_store_is_rebuilt_and_said_so(
    server: ScriptedServer, tmp_path: Path, damage: str
) -> None:
    first = distill(PHRASE, out=tmp_path / "run", **settings(server))
    chroma = tmp_path / "run" / "chroma"
    if damage == "deleted":
        shutil.rmtree(chroma)
    elif damage == "no index":
        with sqlite3.connect(chroma / "chroma.sqlite3") as db:
            db.execute("DROP TABLE embeddings_queue")
    else:
        (chroma / "chroma.sqlite3").write_bytes(os.urandom(100_000))
    notes: list[str] = []
    second = distill(
        PHRASE,
        out=tmp_path / "run",
        on_event=lambda event: notes.append(event.get("note", "")),
        **settings(server),
    )
    assert any("from the ledger" in note for note in notes)
    assert [scene.id for scene in second.scenes] == [scene.id for scene in first.scenes]
    assert server.requests.total() == 6


def test_a_ledger_that_is_none_is_not_touched(server: ScriptedServer, tmp_path: Path) -> None:
    path = tmp_path / "run" / "ledger.sqlite"
    path.parent.mkdir()
    path.write_bytes(b"my own file, not a database\n" * 100)
    command = [*CLI, "run", PHRASE, "--model", "openai:scripted", "--no-train"]
    command += ["--base-url", server.base_url, "--out", str(tmp_path / "run")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 5
    assert "ledger.sqlite" in done.stderr and "Traceback" not in done.stderr
    assert path.read_bytes().startswith(b"my own file")


def test_clocks_that_jump_change_nothing(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import itertools
    import time

    jumps = itertools.cycle([0.0, 4e9, 1.0, 2e9])
    monkeypatch.setattr(time, "time", lambda: next(jumps))
    run = distill(PHRASE, out=tmp_path / "run", **settings(server, budget_minutes=5))
    assert len(run.scenes) == 6
    minutes = Ledger(tmp_path / "run" / "ledger.sqlite").fact("minutes")
    assert 0 <= minutes < 5
