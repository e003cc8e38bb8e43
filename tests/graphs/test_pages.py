"""A run that is to grow to a number of pages, against a teacher that knows so many angles."""

from pathlib import Path
from typing import Any

import numpy as np

from distillnet import Run, distill
from distillnet.config import Gates
from distillnet.memory.ledger import Ledger
from distillnet.testing import ScriptedServer
from distillnet.testing.known_angles import KnownAngles
from tests.conftest import PHRASE


def grown(model: KnownAngles, directory: Path, **settings: Any) -> Run:
    with ScriptedServer(model.sample) as server:
        return run_on(server, directory, **settings)


def run_on(server: ScriptedServer, directory: Path, **settings: Any) -> Run:
    return distill(
        PHRASE,
        out=directory,
        model="openai:scripted",
        base_url=server.base_url,
        train=False,
        **settings,
    )


def test_with_few_angles_it_dries_up(tmp_path: Path) -> None:
    model = KnownAngles(5, subject="freedom and necessity")
    run = grown(model, tmp_path / "run", lenses=8, pages=20)
    assert run.coverage["stopped"] == "dried_up"
    assert run.coverage["pages"] < 10
    told = {model.angle_of(scene.text) for scene in run.scenes}
    assert told == set(range(5))
    assert 5 <= run.coverage["angles"]["seen"] <= 12
    kinds = {gap["kind"] for gap in run.coverage["gaps"]}
    assert kinds == {"angle"} and "of 20 pages" in run.coverage["gaps"][0]["reason"]


def test_with_many_it_reaches_its_pages_and_repeats_nothing(tmp_path: Path) -> None:
    model = KnownAngles(2_000, subject="freedom and necessity")
    run = grown(model, tmp_path / "run", lenses=8, pages=4)
    assert run.coverage["stopped"] == "satisfied"
    assert run.coverage["pages"] >= 4 and run.coverage["rounds"] > 2
    ledger = Ledger(tmp_path / "run" / "ledger.sqlite", read_only=True)
    vectors = np.stack(list(ledger.vectors(accepted=True).values()))
    cosines = np.triu(vectors @ vectors.T, 1)
    assert cosines.max() <= Gates().repeat_cosine
    told = {model.angle_of(scene.text) for scene in run.scenes}
    assert run.coverage["angles"]["seen"] > 0.7 * len(told)


def test_more_lenses_do_not_seek_the_pages_that_are_there(tmp_path: Path) -> None:
    model = KnownAngles(2_000, subject="freedom and necessity")
    with ScriptedServer(model.sample) as server:
        first = run_on(server, tmp_path / "run", lenses=8, pages=2)
        asked = server.requests.total()
        assert first.coverage["rounds"] > 2
        assert run_on(server, tmp_path / "run", lenses=8, pages=2) == first
        assert server.requests.total() == asked
        more = run_on(server, tmp_path / "run", lenses=10, pages=2)
        # The two lenses that joined and nothing else.
        assert server.requests.total() == asked + 2
        assert run_on(server, tmp_path / "run", lenses=10, pages=2) == more
    assert more.coverage["stopped"] == "satisfied" and more.coverage["rounds"] == 1
    assert more.coverage["pages"] > first.coverage["pages"] >= 2
