import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from distillnet.errors import ConfigError
from distillnet.memory.ledger import Ledger
from distillnet.records import Attempt, Spent
from tests.memory.conftest import MakeCall, MakeCell, MakeScene

UNIT = np.eye(3, dtype=np.float32)
MOST = {"input_tokens": 500, "output_tokens": 320, "usd": 0.02}


def begun(ledger: Ledger, cell: str, **changes: Any) -> int:
    return ledger.begin_attempt(cell, **(MOST | changes))


def ended(number: int, cell: str, outcome: str | None = "ok", **changes: Any) -> Attempt:
    spent = {"input_tokens": 100, "output_tokens": 20, "usd": 0.001, "seconds": 0.5}
    return Attempt(number=number, cell=cell, outcome=outcome, **(spent | changes))


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
    assert ledger.vectors() == ledger.outcomes() == {} and ledger.attempts("a") == []
    assert ledger.spent() == Spent()
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
    assert not ledger.has_answer("a")
    ledger.record_call(call("a", "paid for"), prompt="first")
    assert ledger.has_answer("a")
    ledger.record_call(call("a", "", error="TimeoutError: slow"), prompt="later")
    ledger.record_call(call("a", "again"), prompt="later")
    assert ledger.call("a") == call("a", "paid for")
    assert ledger.prompt("a") == "first"
    assert len(ledger.calls()) == 1


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


def test_a_request_counts_in_full_until_it_has_ended(tmp_path: Path, call: MakeCall) -> None:
    path = tmp_path / "ledger.sqlite"
    first = Ledger(path)
    answered, refused, killed = begun(first, "a"), begun(first, "a"), begun(first, "b", usd=None)
    assert first.spent() == Spent(calls=3, input_tokens=1500, output_tokens=960, usd=0.04)
    assert first.outcomes() == {"unknown": 3}
    nothing = {"input_tokens": 0, "output_tokens": 0, "usd": 0.0}
    first.end_attempt(ended(refused, "a", "rate_limited", **nothing))
    first.record_call(call("a"), prompt="p", attempt=ended(answered, "a"))
    first.close()

    again = Ledger(path)
    assert again.spent() == Spent(calls=3, input_tokens=600, output_tokens=340, usd=0.001)
    assert again.outcomes() == {"ok": 1, "rate_limited": 1, "unknown": 1}
    assert again.attempts("a") == [
        ended(answered, "a"),
        ended(refused, "a", "rate_limited", **nothing),
    ]
    assert again.attempts("b") == [ended(killed, "b", None, **(MOST | {"usd": None, "seconds": 0}))]
    assert again.has_answer("a") and not again.has_answer("b")
    assert begun(again, "b") not in (answered, refused, killed)
    again.close()


def test_an_answer_and_the_end_of_its_request_are_kept_together_or_not_at_all(
    ledger: Ledger, call: MakeCall
) -> None:
    number = begun(ledger, "a")
    impossible = ended(number, "a", input_tokens=2**70)
    with pytest.raises(OverflowError):
        ledger.record_call(call("a"), prompt="p", attempt=impossible)
    assert not ledger.has_answer("a") and ledger.outcomes() == {"unknown": 1}
    ledger.record_call(call("a"), prompt="p", attempt=ended(number, "a"))
    assert ledger.has_answer("a") and ledger.outcomes() == {"ok": 1}


# Path's class depends on the system; a base made at run time is unknown to mypy.
class Ballast(type(Path())):  # type: ignore[misc]
    """Gives the database as much room as the file it removes took."""

    ledger: Ledger

    def unlink(self, missing_ok: bool = False) -> None:
        super().unlink()
        fill(self.ledger, spare_pages=64)


def fill(ledger: Ledger, *, spare_pages: int = 0) -> None:
    """Lets the database grow by so many pages from here, as a disk would that is nearly full."""
    (pages,) = ledger._db.execute("PRAGMA page_count").fetchone()
    ledger._db.execute(f"PRAGMA max_page_count={pages + spare_pages}")


def test_on_a_full_disk_the_answers_in_flight_take_the_room_kept_for_them(
    ledger: Ledger, tmp_path: Path, call: MakeCall
) -> None:
    ballast = tmp_path / ".ballast"
    assert ballast.stat().st_size >= 1_000_000
    ledger._db.ballast = Ballast(ballast)
    ledger._db.ballast.ledger = ledger
    numbers = [begun(ledger, id) for id in "ab"]
    fill(ledger)
    with pytest.raises(sqlite3.OperationalError, match="full"):
        ledger.write_fact("seed", "x" * 50_000)
    assert ballast.exists() and not ledger.is_full
    for id, number in zip("ab", numbers, strict=True):
        long = call(id, "x" * 50_000)
        ledger.record_call(long, prompt="p", attempt=ended(number, id))
        assert ledger.call(id) == long
        assert ledger.is_full and not ballast.exists()
    assert ledger.outcomes() == {"ok": 2}


def test_when_even_that_room_is_used_up_it_raises_and_stays_usable(
    ledger: Ledger, call: MakeCall
) -> None:
    number = begun(ledger, "a")
    fill(ledger)
    for _ in range(2):
        with pytest.raises(sqlite3.OperationalError, match="full"):
            ledger.record_call(call("a", "x" * 50_000), prompt="p", attempt=ended(number, "a"))
    assert not ledger.has_answer("a") and ledger.outcomes() == {"unknown": 1}
    fill(ledger, spare_pages=64)
    ledger.record_call(call("a"), prompt="p", attempt=ended(number, "a"))
    assert ledger.has_answer("a")


def test_room_is_kept_again_at_the_next_opening_and_not_for_readers(tmp_path: Path) -> None:
    path, ballast = tmp_path / "ledger.sqlite", tmp_path / ".ballast"
    Ledger(path).close()
    size = ballast.stat().st_size
    for left in (None, b"cut short by a full disk"):
        ballast.unlink()
        if left:
            ballast.write_bytes(left)
        Ledger(path, read_only=True).close()
        assert (ballast.read_bytes() if ballast.exists() else None) == left
        Ledger(path).close()
        assert ballast.stat().st_size == size


def test_a_reader_sees_what_is_there_and_leaves_nothing(
    ledger: Ledger, tmp_path: Path, call: MakeCall
) -> None:
    begun(ledger, "a")
    ledger.record_call(call("b"), prompt="p")
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    reader = Ledger(tmp_path / "ledger.sqlite", read_only=True)
    ledger.record_call(call("c"), prompt="p")
    assert reader.outcomes() == {"unknown": 1} and reader.has_answer("b")
    assert not reader.has_answer("c")
    reader.close()
    assert set(tmp_path.iterdir()) == set(before)


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
