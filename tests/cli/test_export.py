"""``distillnet export`` as a stranger meets it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from distillnet.tools.export import read_jsonl
from tests.cli.test_cli import distillnet
from tests.graphs.exported_run import scenes_in, write_exported_run
from tests.test_imports import HEAVY


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scenes = scenes_in("en")
    angles = {scene.id: number // 2 for number, scene in enumerate(scenes[:16])}
    return write_exported_run(tmp_path_factory.mktemp("exported") / "run", scenes, angles)


def exported(run: Path, *arguments: str) -> str:
    done = distillnet("export", str(run), *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_what_was_written_is_said_in_a_few_lines(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    text = exported(run, "--out", str(out), "--order", "curriculum", "--fiction", "leave-out")
    lines = text.splitlines()
    assert lines[0].split() == ["folder", str(out)]
    rows = len(read_jsonl(out / "train.jsonl")), len(read_jsonl(out / "test.jsonl"))
    assert lines[1].startswith(f"train.jsonl  {rows[0]} rows, ")
    assert lines[2].startswith(f"test.jsonl   {rows[1]} rows, ")
    assert "4 levels: concreteness 0." in text
    assert "9 scenes left out" in text
    assert "its answers may train a model. " in text
    assert max(len(line) for line in lines[1:]) < 80


def test_json_is_what_the_function_returns(run: Path, tmp_path: Path) -> None:
    found = json.loads(exported(run, "--out", str(tmp_path / "out"), "--json"))
    assert found["train"]["rows"] + found["test"]["rows"] == 24
    assert (found["order"], found["fiction"], found["format"]) == ("planned", "keep", "messages")


def test_without_options_it_goes_into_the_run(run: Path) -> None:
    exported(run, "--test-share", "0", "--format", "alpaca")
    assert {path.name for path in (run / "export").iterdir()} == {"README.md", "train.jsonl"}
    assert "instruction" in read_jsonl(run / "export" / "train.jsonl")[0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--order", "random"], "'planned', 'curriculum'"),
        (["--test-share", "0.9"], "give 0 to 0.5"),
        (["--test-share", "half"], "not a valid float"),
        (["--out", "/dev/null/out"], "cannot write to '/dev/null/out'"),
    ],
)
def test_a_mistake_is_one_sentence(run: Path, arguments: list[str], said: str) -> None:
    done = distillnet("export", str(run), *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr and "Traceback" not in done.stderr


def test_no_run_is_one_sentence() -> None:
    done = distillnet("export", "nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no run in 'nowhere'" in done.stderr


def test_the_help_tells_what_each_choice_does() -> None:
    text = " ".join(distillnet("export", "--help").stdout.split())
    assert "leave-out: drops fictional scenes, and all that contradict a fact" in text
    assert "no angle stands in both files" in text


def test_nothing_heavy_is_loaded(run: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from distillnet.cli import cli; cli.main(sys.argv[1:], standalone_mode=False)"
        "; print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "export", str(run), "--out", str(tmp_path / "out")],
        check=True,
        capture_output=True,
        text=True,
    )
    assert not set(done.stderr.split()) & (HEAVY | {"openai", "langgraph"})
