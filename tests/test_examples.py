"""Every example runs, on a run made by the scripted teacher."""

import os
import subprocess
import sys
from pathlib import Path

from distillnet import distill
from distillnet.testing import ScriptedServer, varied_prose
from tests.conftest import PHRASE, SUBJECT

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
    assert names == {"graph_by_hand.py", "rag.py"}


def test_graph_by_hand(server: ScriptedServer, tmp_path: Path) -> None:
    events = run(
        "graph_by_hand.py",
        str(tmp_path / "run"),
        PHRASE,
        DISTILLNET_MODEL="openai:scripted",
        DISTILLNET_BASE_URL=server.base_url,
    )
    assert "'stage': 'coverage'" in events


def test_rag(tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(prompt: str) -> str:
        if "Question: What is freedom?" not in prompt:
            return varied_prose(prompt, subject=SUBJECT)
        asked.append(prompt)
        return "It is to know what must be [1]."

    with ScriptedServer(answer) as server:
        made = distill(
            PHRASE,
            out=tmp_path / "run",
            model="openai:scripted",
            base_url=server.base_url,
            lenses=5,
            train=False,
        )
        said = run(
            *("rag.py", str(tmp_path / "run"), "What is freedom?", "openai:scripted"),
            OPENAI_BASE_URL=server.base_url,
            OPENAI_API_KEY="for-the-loopback-server",
        )
    assert said == "It is to know what must be [1].\n"
    (prompt,) = asked
    assert sum(scene.text in prompt for scene in made.scenes) == 3
