"""Every command block of the README runs as printed; the Makefile installs by its three lines."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from distillnet.testing import ScriptedServer, varied_prose

# What a reader types has the defaults.
pytestmark = pytest.mark.usefixtures("seeks_facts", "seeks_angles")

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LOCAL_PORT = 8765


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def lines(prefix: str) -> list[str]:
    return [line for b in blocks("bash") for line in b.splitlines() if line.startswith(prefix)]


def test_every_line_is_of_a_kind_that_is_tested() -> None:
    kinds = ("make run", "make test", "pip install", "distillnet ")
    assert all(line.startswith(kinds) for block in blocks("bash") for line in block.splitlines())
    assert len(blocks("python")) == 2


def test_the_makefile_installs_by_the_same_lines() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    wanted = [f"$(PIP) {line.removeprefix('pip ')}" for line in lines("pip install")]
    assert [line.strip() for line in makefile.splitlines() if "$(PIP) install" in line] == wanted


@pytest.mark.slow
def test_make_run_does_the_main_job_and_reuses_it() -> None:
    if not Path(sys.prefix, ".ready").exists():
        pytest.skip("this environment was not made by make")
    environment = os.environ | {"VENV": sys.prefix}
    environment.pop("MAKEFLAGS", None)
    first = subprocess.run(
        ["make", "run"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert first.returncode == 0, first.stderr
    assert "student" in first.stdout
    folder = ROOT / re.search(r"^files +(\S+)/ ", first.stdout, re.MULTILINE)[1]  # type: ignore[index]
    for name in [
        "run.yaml",
        "ledger.sqlite",
        "chroma",
        "scenes.jsonl",
        "scenes.yaml",
        "transformation_map.yaml",
        "drift_log.md",
        "coverage.json",
        "dataset/train.jsonl",
        "adapter",
        "evaluation.json",
        "report.html",
    ]:
        assert (folder / name).exists(), name
    scenes = (folder / "scenes.jsonl").read_bytes()
    second = subprocess.run(
        ["make", "run"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert second.stdout == first.stdout
    assert (folder / "scenes.jsonl").read_bytes() == scenes


@pytest.mark.slow
def test_the_commands_run_as_printed(tmp_path: Path) -> None:
    def answer(prompt: str) -> str:
        return varied_prose(prompt, subject="All happy families are alike")

    (tmp_path / "examples").symlink_to(ROOT / "examples")
    with ScriptedServer(answer) as strong, ScriptedServer(answer, port=LOCAL_PORT):
        environment = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "OPENAI_API_KEY": "for-the-loopback-server",
            "OPENAI_BASE_URL": strong.base_url,
        }
        for line in lines("distillnet "):
            done = subprocess.run(
                line,
                shell=True,
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{line}\n{done.stderr}"
            assert done.stdout
        assert strong.calls.total() >= 8


@pytest.mark.slow
def test_the_python_blocks_run_as_printed(tmp_path: Path) -> None:
    for index, block in enumerate(blocks("python")):
        path = tmp_path / f"block_{index}.py"
        path.write_text(block, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, path.name], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
