import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from distillnet.models.weights import EMBEDDED, cache_folder
from distillnet.testing import ScriptedServer, varied_prose

# Before any test module imports torch; see models/weights.py.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# Nothing is compiled; with bitsandbytes each process would import torch's compiler, a second long.
os.environ.setdefault("TORCHDYNAMO_DISABLE", "1")
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # As under nohup; the processes that tests start would ignore it, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)

PHRASE = "Freedom is the recognition of necessity."
SUBJECT = "Freedom, recognition and necessity"
_FACTS = "DISTILLNET_COVERAGE__FACTS"
_OWN_ANGLE = "DISTILLNET_COVERAGE__OWN_ANGLE"
_OF_THE_TESTS = {"DISTILLNET_CACHE", _FACTS, _OWN_ANGLE}


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What tests measure of their scripted servers is not taken for the user's own speeds."""
    cache, weights = tmp_path_factory.mktemp("cache"), cache_folder() / EMBEDDED
    if weights.is_dir():
        (cache / EMBEDDED).symlink_to(weights)
    os.environ["DISTILLNET_CACHE"] = str(cache)


@pytest.fixture(autouse=True, scope="session")
def nothing_more_sought() -> None:
    """Only what a test plans is asked.

    Cells for the seed's facts, and for lenses that repeat others, would add rounds to every run:
    ``varied_prose`` always makes about the same point.
    """
    os.environ |= {_FACTS: "0", _OWN_ANGLE: "0"}


@pytest.fixture
def seeks_facts(clean_environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The seed's facts are sought in both directions, as by default."""
    monkeypatch.delenv(_FACTS)


@pytest.fixture
def seeks_angles(clean_environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lens is covered by an angle of its own, as by default."""
    monkeypatch.delenv(_OWN_ANGLE)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees the user's settings, keys or working directory."""
    for name in os.environ:
        if name.startswith("DISTILLNET_") and name not in _OF_THE_TESTS:
            monkeypatch.delenv(name)
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "LANGSMITH_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A scripted teacher that says something different, and on the topic, to every prompt."""
    with ScriptedServer(lambda prompt: varied_prose(prompt, subject=SUBJECT)) as running:
        yield running
