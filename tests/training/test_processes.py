"""Work in processes of its own, where one may die and the user may lose patience."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import pytest

from distillnet.training.processes import in_processes


def doubled(number: int) -> int:
    if number < 0:
        os._exit(1)  # as the kernel ends who takes too much memory
    if not number:
        raise LookupError("nothing to double")
    return 2 * number


def test_all_results_come_back_by_number_and_are_told() -> None:
    told: dict[int, int] = {}
    done = in_processes(doubled, [4, 5, 6], 2, told.__setitem__)
    assert done == told == {0: 8, 1: 10, 2: 12}


def test_who_dies_is_missing_and_nothing_is_left_running() -> None:
    before = multiprocessing.active_children()
    assert 0 not in in_processes(doubled, [-1, 3], 2, lambda number, result: None)

    def impatient(number: int, result: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        in_processes(doubled, [1, 2, 3, 4], 1, impatient)
    with pytest.raises(LookupError, match="nothing to double"):
        in_processes(doubled, [0], 1, lambda number, result: None)
    assert multiprocessing.active_children() == before


_TWO_AT_WORK = """
import os, sys, time
from pathlib import Path
from distillnet.training.processes import in_processes

def work(folder):
    Path(folder, str(os.getpid())).touch()
    time.sleep(600)

if __name__ == "__main__":
    in_processes(work, [sys.argv[1]] * 2, 2, print)
"""


def _lives(pid: int) -> bool:
    psutil = import_module("psutil")  # it has no types
    seen = (process.info for process in psutil.process_iter(["pid", "status"]))
    return any(p["pid"] == pid and p["status"] != psutil.STATUS_ZOMBIE for p in seen)


def test_no_process_outlives_a_parent_that_was_killed(tmp_path: Path) -> None:
    script, folder = tmp_path / "two.py", tmp_path / "pids"
    script.write_text(_TWO_AT_WORK)
    folder.mkdir()
    parent = subprocess.Popen([sys.executable, script, folder])
    try:
        while len(list(folder.iterdir())) < 2:
            assert parent.poll() is None
            time.sleep(0.05)
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    pids = [int(path.name) for path in folder.iterdir()]
    patience = time.monotonic() + 60
    while any(map(_lives, pids)) and time.monotonic() < patience:
        time.sleep(0.05)
    left = [pid for pid in pids if _lives(pid)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left
