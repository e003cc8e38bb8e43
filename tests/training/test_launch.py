"""``distillnet train`` in several processes, as ``torchrun`` and ``accelerate launch`` start it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from distillnet.api import train
from tests.graphs.exported_run import scenes_in, write_exported_run

pytestmark = pytest.mark.slow

TEXT = "The lamp of Orvel burns blue at noon and red at night, as every sailor knows. "
Rows = Callable[..., Path]


@pytest.fixture
def run(rows: Rows, tmp_path: Path) -> Path:
    """A run with a data set."""
    directory = write_exported_run(tmp_path / "run", scenes_in("en"), {})
    data = rows([(f"Say it {n} times.", TEXT * (1 + n % 3)) for n in range(24)])
    shutil.copytree(data.parent, directory / "dataset")
    return directory


def started(run: Path, tiny: Path, tokens: int) -> subprocess.Popen[str]:
    launcher = ["torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m", "distillnet"]
    options = ["--student", str(tiny), "--replay", "0", "--tokens", str(tokens), "--packing", "on"]
    return subprocess.Popen(
        [sys.executable, "-m", *launcher, "train", str(run), *options],
        # Nothing here is compiled, and importing the compiler takes each process seconds.
        env={**os.environ, "TORCHDYNAMO_DISABLE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def student(run: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    from safetensors.torch import load_file

    folder = run / "adapter"
    report: dict[str, Any] = json.loads((folder / "training.json").read_text())
    return report, load_file(folder / "adapter_model.safetensors")


def test_two_processes_train_the_student_that_one_trains(
    run: Path, tiny: Path, tmp_path: Path
) -> None:
    alone = shutil.copytree(run, tmp_path / "alone")
    process = started(run, tiny, 600)
    train(alone, student=str(tiny), tokens=600, replay=0, packing="on")
    out, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    assert out == f"{run / 'adapter'}\n"  # one of the two tells
    assert said.count("step 1 of") == 1 and "Traceback" not in said

    (report, weights), (single, expected) = student(run), student(alone)
    assert report["tokens"] == single["tokens"] == 600
    assert [loss for *_, loss in report["loss"]] == pytest.approx(
        [loss for *_, loss in single["loss"]], rel=1e-2
    )
    assert all((weights[name] - expected[name]).abs().max() < 2e-3 for name in expected)
    assert {path.name for path in run.iterdir()} == {path.name for path in alone.iterdir()}
    assert str(tiny) in (run / "run.yaml").read_text()


def test_a_run_that_is_held_ends_all_with_one_sentence(run: Path, tiny: Path) -> None:
    with FileLock(run / ".lock"):
        process = started(run, tiny, 600)
        out, said = process.communicate(timeout=300)
    assert (process.returncode != 0, out) == (True, "")
    ours = [line for line in said.splitlines() if line.startswith("distillnet: ")]
    assert len(ours) == 1 and f"works in {run}" in ours[0]
    assert "RunLocked" not in said
    assert not (run / "adapter").exists()


def test_the_end_of_the_first_is_the_end_of_all(run: Path, tiny: Path) -> None:
    process = started(run, tiny, 300_000)
    assert process.stderr
    for line in process.stderr:
        if "step 1 of" in line:
            break
    owner = re.match(r"process (\d+) ", (run / ".owner").read_text())
    assert owner
    os.kill(int(owner[1]), signal.SIGKILL)
    began = time.monotonic()
    _, said = process.communicate(timeout=60)
    assert process.returncode != 0 and time.monotonic() - began < 60
    assert "distillnet: " not in said and "RuntimeError" not in said
    assert not (run / "adapter").exists()
