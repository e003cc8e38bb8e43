"""Every example runs, on a run made by the scripted teacher."""

import os
import subprocess
import sys
from pathlib import Path

from distillnet import distill
from distillnet.testing import ScriptedServer
from tests.conftest import PHRASE

EXAMPLES = Path(__file__).parents[1] / "examples"


def run(name: str, *arguments: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_all_examples_are_tested() -> None:
    names = {path.name for path in EXAMPLES.glob("*.py")}
    assert names == {"search_by_meaning.py", "graph_by_hand.py"}


def test_search_by_meaning(server: ScriptedServer, tmp_path: Path) -> None:
    distill(
        PHRASE,
        out=tmp_path / "run",
        model="openai:scripted",
        base_url=server.base_url,
        lenses=5,
        train=False,
    )
    found = run("search_by_meaning.py", str(tmp_path / "run"), "What is freedom?")
    assert len(found.splitlines()) == 3


def test_graph_by_hand(server: ScriptedServer, tmp_path: Path) -> None:
    events = run(
        "graph_by_hand.py",
        str(tmp_path / "run"),
        PHRASE,
        DISTILLNET_MODEL="openai:scripted",
        DISTILLNET_BASE_URL=server.base_url,
    )
    assert "'stage': 'coverage'" in events
