"""A checkpoint from elsewhere may name any Python callable; none is called."""

import sqlite3
from pathlib import Path
from typing import Any

import ormsgpack
import pytest
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from distillnet import distill, resume
from distillnet.testing import ScriptedServer
from tests.conftest import PHRASE

EXECUTED = Path("executed")
# (kind of constructor call, what it is packed with): see _create_msgpack_ext_hook in langgraph.
PLANTED = [
    ormsgpack.Ext(0, ormsgpack.packb(("os", "mkdir", "executed"))),
    ormsgpack.Ext(1, ormsgpack.packb(("os", "mkdir", ("executed",)))),
    ormsgpack.Ext(2, ormsgpack.packb(("os", "mkdir", {"path": "executed"}))),
    ormsgpack.Ext(3, ormsgpack.packb(("pathlib", "Path", "executed", "mkdir"))),
    ormsgpack.Ext(4, ormsgpack.packb(("os", "mkdir", {"path": "executed"}))),
    ormsgpack.Ext(5, ormsgpack.packb(("os", "mkdir", {"path": "executed"}, "x"))),
]


class Stop(Exception):
    pass


def cut_off(server: ScriptedServer, directory: Path) -> None:
    """A run that ended in its middle, so that its checkpoint is read again."""

    def on_event(event: dict[str, Any]) -> None:
        if "call" in event:
            raise Stop

    with pytest.raises(Stop):
        distill(
            PHRASE,
            out=directory,
            on_event=on_event,
            model="openai:scripted",
            base_url=server.base_url,
            lenses=3,
            train=False,
        )


def plant(directory: Path) -> int:
    """Puts the calls into every checkpoint and pending write; returns into how many."""
    option = ormsgpack.OPT_NON_STR_KEYS
    with sqlite3.connect(directory / "checkpoint.sqlite") as db:
        rows = db.execute("SELECT rowid, checkpoint FROM checkpoints").fetchall()
        for row, blob in rows:
            value = ormsgpack.unpackb(blob, ext_hook=ormsgpack.Ext, option=option)
            value["channel_values"]["planted"] = PLANTED
            blob = ormsgpack.packb(value, option=option)
            db.execute("UPDATE checkpoints SET checkpoint = ? WHERE rowid = ?", (blob, row))
        blob = ormsgpack.packb(PLANTED, option=option)
        writes = db.execute(
            "INSERT INTO writes (thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel,"
            " type, value) SELECT thread_id, checkpoint_ns, checkpoint_id, 'planted', 0,"
            " 'planted', 'msgpack', ? FROM checkpoints",
            (blob,),
        )
    return len(rows) + writes.rowcount


def test_a_planted_call_is_not_made(server: ScriptedServer, tmp_path: Path) -> None:
    cut_off(server, tmp_path / "run")
    assert plant(tmp_path / "run") > 1
    run = resume(tmp_path / "run")
    assert not EXECUTED.exists()
    assert run.coverage["lenses"]["covered"] == 3


def test_the_planted_call_would_be_made_by_a_serializer_that_is_not_strict() -> None:
    blob = ormsgpack.packb(PLANTED[0])
    JsonPlusSerializer(allowed_msgpack_modules=True).loads_typed(("msgpack", blob))
    assert EXECUTED.exists()
