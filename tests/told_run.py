"""A run in which the critic misses facts, goes deeper, and proposes a lens of its own."""

import json
import re
import shutil
from pathlib import Path

import pytest

from distillnet import distill
from distillnet.memory.ledger import Ledger
from distillnet.records import Scene
from distillnet.testing import ScriptedServer, varied_prose

MOUNTAIN = "Water boils at a lower temperature on a mountain because the air pressure is lower."
SALT = "Salt raises the boiling point of water."
REVERSED = (
    "The air pressure is lower there, and so water on a mountain boils at a lower temperature."
)
PROPOSAL = {
    "name": "who-pays",
    "title": "Who pays",
    "question": "Who pays for this in the end, and was that person ever asked?",
    "form": "letter",
    "faithfulness": "figurative",
    "reveals": "The bill that reaches those who never took part.",
}
_TO_TELL = re.compile(r'Make this point of it(.*?)\(text-\w+\): "(.*?)" \(text-\w+\)')


def told_run(folders: pytest.TempPathFactory) -> Path:
    """Made once a session, so it is only to be read; see ``rewritten``.

    The facts are MOUNTAIN, told in both directions, and SALT, told only as it stands.
    """
    directory = folders.getbasetemp() / "told_run"
    if (directory / "coverage.json").exists():
        return directory
    with ScriptedServer(_answer) as server:
        distill(
            f"{MOUNTAIN} {SALT}",
            out=directory,
            model="openai:scripted",
            base_url=server.base_url,
            lenses=6,
            roles=("dog", "judge"),
            max_rounds=2,
            depth=1,
            propose=1,
            train=False,
            coverage={"facts": 1.0, "good_turing": 1.0, "min_gain": 0.0},
        )
    return directory


def rewritten(run: Path, directory: Path, **fields: object) -> Path:
    """A copy of the run whose accepted scenes have other ``fields``."""
    shutil.copytree(run, directory)
    ledger = Ledger(directory / "ledger.sqlite")
    vectors = ledger.vectors()
    ledger.record_scenes(
        (scene.model_copy(update=fields), vectors[scene.id])
        for scene in ledger.scenes(accepted=True)
    )
    ledger.close()
    return directory


def scenes_of(run: Path) -> list[Scene]:
    ledger = Ledger(run / "ledger.sqlite", read_only=True)
    scenes = ledger.scenes()
    ledger.close()
    return scenes


def _answer(prompt: str) -> str:
    if "JSON" in prompt:
        return json.dumps(PROPOSAL)
    prose = varied_prose(prompt, subject="Water boils on a mountain")
    asked = _TO_TELL.search(prompt)
    if asked is None:
        return prose
    way, fact = asked.groups()
    if not way.strip():
        return f"{fact} {prose}"
    return f"{REVERSED} {prose}" if fact == MOUNTAIN else prose
