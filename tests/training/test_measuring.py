"""What a training leaves for the estimates of later plans; with the small student."""

from pathlib import Path

import pytest

from distillnet import distill
from distillnet.models.speeds import read_training_speed
from distillnet.testing import ScriptedServer
from tests.conftest import PHRASE


def test_a_training_is_noted_by_the_session_that_trained(
    server: ScriptedServer, tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISTILLNET_CACHE", str(tmp_path / "cache"))
    chosen = {
        "model": "openai:scripted",
        "base_url": server.base_url,
        "lenses": 6,
        "student": str(tiny),
        "training": {"epochs": 2},
    }
    run = distill(PHRASE, out=tmp_path / "run", **chosen)
    speed = read_training_speed(str(tiny))
    assert speed is not None and speed.tokens_per_second > 0
    assert 20 < speed.tokens_per_scene < 2_000
    assert run.evaluation is not None and speed.seconds_per_item is not None
    took = speed.seconds_per_item * run.evaluation["asked"]
    assert took == pytest.approx(run.evaluation["seconds"])

    (tmp_path / "cache" / "speeds.json").unlink()
    distill(PHRASE, out=tmp_path / "run", **chosen)
    assert read_training_speed(str(tiny)) is None, "nothing was trained the second time"
