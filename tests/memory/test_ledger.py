import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from distillnet.errors import ConfigError
from distillnet.memory.ledger import Ledger
from tests.memory.conftest import MakeCall, MakeCell, MakeScene

UNIT = np.eye(3, dtype=np.float32)


def test_everything_is_there_after_reopening(
    tmp_path: Path, cell: MakeCell, call: MakeCall, scene: MakeScene
) -> None:
    path = tmp_path / "ledger.sqlite"
    first = Ledger(path)
    first.write_fact("seed", {"statement": "Свобода", "n": [1, None, 0.5]})
    first.add_cells([cell("a"), cell("b")])
    first.record_call(call("a", "Река знает.\u2028\0"), prompt="Прочитай.")
    first.record_scenes([(scene("a"), UNIT[0])])
    first.close()

    again = Ledger(path)
    assert again.fact("seed") == {"statement": "Свобода", "n": [1, None, 0.5]}
    assert again.cells() == [cell("a"), cell("b")]
    assert again.cell("b") == cell("b")
    assert again.call("a") == call("a", "Река знает.\u2028\0")
    assert again.prompt("a") == "Прочитай."
    assert again.scenes() == [scene("a")]
    assert again.vectors()["a"].tolist() == [1, 0, 0]
    again.close()


def test_what_was_never_written_is_none(ledger: Ledger) -> None:
    assert ledger.fact("seed") is ledger.call("a") is ledger.prompt("a") is None
    assert ledger.cells() == ledger.calls() == ledger.scenes() == []
    assert ledger.vectors() == {} and ledger.count_calls() == 0
    assert not ledger.has_answer("a") and not ledger.is_judged("a")


def test_a_fact_is_replaced(ledger: Ledger) -> None:
    ledger.write_fact("gaps", [1])
    ledger.write_fact("gaps", None)
    assert ledger.fact("gaps") is None


def test_cells_keep_their_first_place_and_content(ledger: Ledger, cell: MakeCell) -> None:
    ledger.add_cells([cell("b"), cell("a")])
    ledger.add_cells([cell("c"), cell("a", lens="koan")])
    assert [entry.id for entry in ledger.cells()] == ["b", "a", "c"]
    assert ledger.cell("a").lens == "irony"


def test_a_success_replaces_a_failure_and_nothing_replaces_a_success(
    ledger: Ledger, call: MakeCall
) -> None:
    ledger.record_call(call("a", "", error="TimeoutError: slow"), prompt="first")
    assert not ledger.has_answer("a") and ledger.count_calls() == 1
    ledger.record_call(call("a", "paid for"), prompt="first")
    assert ledger.has_answer("a")
    ledger.record_call(call("a", "", error="TimeoutError: slow"), prompt="later")
    ledger.record_call(call("a", "again"), prompt="later")
    assert ledger.call("a") == call("a", "paid for")
    assert ledger.prompt("a") == "first"
    assert ledger.count_calls() == len(ledger.calls()) == 1


@pytest.mark.parametrize(
    ("text", "kept"), [("x\ud800y", "x\ufffdy"), ("\ud83d\ude00", "\U0001f600")]
)
def test_an_answer_with_lone_surrogates_is_kept(
    ledger: Ledger, call: MakeCall, text: str, kept: str
) -> None:
    ledger.record_call(call("a", text), prompt=text)
    ledger.record_call(call("b", "", error=text), prompt="p")
    ledger.write_fact("seed", {"statement": text})
    assert ledger.call("a") == call("a", kept)
    assert ledger.call("b") == call("b", "", error=kept)
    assert ledger.prompt("a") == kept
    assert ledger.fact("seed") == {"statement": kept}


def test_an_answer_survives_the_death_of_its_process(tmp_path: Path, call: MakeCall) -> None:
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from distillnet.memory.ledger import Ledger\n"
        "from distillnet.records import Call\n"
        "ledger = Ledger(Path(sys.argv[1]))\n"
        "ledger.record_call(Call.model_validate_json(sys.argv[2]), prompt='p')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    path, paid = tmp_path / "ledger.sqlite", call("a", "paid for")
    died = subprocess.run([sys.executable, "-c", code, path, paid.model_dump_json()], timeout=60)
    assert died.returncode == -9
    again = Ledger(path)
    assert again.call("a") == paid
    again.close()


def test_scenes_come_in_the_order_of_their_cells(
    ledger: Ledger, cell: MakeCell, scene: MakeScene
) -> None:
    ledger.add_cells(cell(id) for id in "cab")
    ledger.record_scenes([(scene("b"), UNIT[1]), (scene("a", verdict="echo"), UNIT[0])])
    ledger.record_scenes([(scene("c", verdict="failed"), None)])
    assert [entry.id for entry in ledger.scenes()] == ["c", "a", "b"]
    assert ledger.scenes(accepted=True) == [scene("b")]
    assert [entry.verdict for entry in ledger.scenes(accepted=False)] == ["failed", "echo"]
    assert list(ledger.vectors()) == ["a", "b"]
    assert list(ledger.vectors(accepted=True)) == ["b"]
    assert ledger.vectors(accepted=False)["a"].dtype == np.float32


def test_a_failed_cell_is_judged_anew(ledger: Ledger, cell: MakeCell, scene: MakeScene) -> None:
    ledger.add_cells([cell("a")])
    ledger.record_scenes([(scene("a", "", verdict="failed"), None)])
    assert not ledger.is_judged("a")
    ledger.record_scenes([(scene("a"), UNIT[0])])
    assert ledger.is_judged("a")
    assert ledger.scenes() == [scene("a")] and list(ledger.vectors()) == ["a"]


def test_nodes_may_read_it_from_other_threads(ledger: Ledger, call: MakeCall) -> None:
    seen: list[bool] = []
    ledger.record_call(call("a"), prompt="p")
    thread = threading.Thread(target=lambda: seen.append(ledger.has_answer("a")))
    thread.start()
    thread.join()
    assert seen == [True]


def test_a_file_that_is_no_ledger_is_a_config_error(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"not a database " * 100)
    with pytest.raises(ConfigError, match=r"cannot open .*ledger.sqlite"):
        Ledger(path)
    assert path.read_bytes().startswith(b"not a database")


def test_a_ledger_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version=99")
    with pytest.raises(ConfigError, match=r"newer DistillNet .format 99.: upgrade"):
        Ledger(path)
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
