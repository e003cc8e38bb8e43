"""What must hold of a run directory whatever happened on the way there."""

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from distillnet.testing.server import ScriptedServer


def paid_prompts(directory: Path) -> set[str]:
    """The last messages of all calls whose answers are in the ledger; also of a killed run."""
    path = directory / "ledger.sqlite"
    if not path.exists():
        return set()
    with sqlite3.connect(path) as db:
        try:
            rows = db.execute("SELECT prompt FROM calls WHERE NOT failed").fetchall()
        except sqlite3.OperationalError:  # killed before the tables were made
            return set()
    return {prompt.split("[user]\n", 1)[1] for (prompt,) in rows}


def broken_invariants(
    directory: Path, server: ScriptedServer, *, kills: int = 0, secrets: Iterable[str] = ()
) -> list[str]:
    """A sentence for each promise that a finished run has broken; empty when all are kept.

    Every JSONL line parses; ids are unique; the exported scenes are the accepted ones of the
    ledger; each answer is in it once; the ledger counts the requests that the server counts, after
    ``kills`` at least as many; no secret byte stands in any file.
    """
    wrong: list[str] = []
    rows = {path: _rows(path, wrong) for path in sorted(directory.rglob("*.jsonl"))}
    for path, found in rows.items():
        ids = [row["id"] for row in found if "id" in row]
        if len(ids) != len(set(ids)):
            wrong.append(f"{path.name} holds an id twice")
    with sqlite3.connect(directory / "ledger.sqlite") as db:
        accepted = [
            id
            for (id,) in db.execute(
                "SELECT id FROM scenes WHERE verdict = 'accepted' ORDER BY place"
            )
        ]
        (noted,) = db.execute("SELECT count(*) FROM attempts").fetchone()
        (unknown,) = db.execute("SELECT count(*) FROM attempts WHERE outcome IS NULL").fetchone()
    if [row["id"] for row in rows.get(directory / "scenes.jsonl", [])] != accepted:
        wrong.append("scenes.jsonl is not what the ledger says was accepted")
    arrived = server.requests.total()
    if noted < arrived or (not kills and (noted != arrived or unknown)):
        wrong.append(f"the ledger notes {noted} requests, the server counts {arrived}")
    if missing := paid_prompts(directory) - server.calls.keys():
        wrong.append(f"{len(missing)} answers in the ledger were never sent")
    for path in directory.rglob("*"):
        if path.is_file() and any(secret.encode() in path.read_bytes() for secret in secrets):
            wrong.append(f"{path.name} holds a secret")
    return wrong


def _rows(path: Path, wrong: list[str]) -> list[dict[str, Any]]:
    rows = []
    with path.open(encoding="utf-8", newline="\n") as file:
        for number, line in enumerate(file, start=1):
            try:
                rows.append(json.loads(line))
            except ValueError:
                wrong.append(f"{path.name}:{number} does not parse")
    return rows
