"""What a run leaves for the estimates of later plans."""

from pathlib import Path
from typing import Any

import pytest

from distillnet import distill, plan
from distillnet.models.speeds import Speed, read_speed
from distillnet.testing import Fault, ScriptedServer, varied_prose
from distillnet.tools.export import read_jsonl
from tests.conftest import PHRASE, SUBJECT


@pytest.fixture(autouse=True)
def nothing_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DISTILLNET_CACHE", str(tmp_path / "cache"))


def at(server: ScriptedServer, **more: Any) -> dict[str, Any]:
    chosen = {"model": "openai:scripted", "base_url": server.base_url, "lenses": 6, "train": False}
    return chosen | more


def known_of(server: ScriptedServer) -> Speed | None:
    host = server.base_url.removeprefix("http://").removesuffix("/v1")
    return read_speed("openai:scripted", host)


def test_a_run_notes_its_pace(tmp_path: Path) -> None:
    first = plan(PHRASE, lenses=6).cells[0].prompt[-1].text

    def answer(prompt: str) -> str:
        return "I'm unable to help." if prompt == first else varied_prose(prompt, subject=SUBJECT)

    with ScriptedServer(answer, delay=0.1) as server:
        distill(PHRASE, out=tmp_path / "run", **at(server, concurrency=3, max_rounds=1))
        speed = known_of(server)
        sizes = [len(m["content"].encode()) for body in server.bodies for m in body["messages"]]
        read = [sum(len(m["content"].split()) for m in b["messages"][-1:]) for b in server.bodies]
    assert speed is not None
    assert (speed.calls, speed.concurrency) == (6, 3)
    assert speed.accepted == pytest.approx(5 / 6)
    # Six calls of 0.1 s and more, three at once.
    assert 0 < speed.calls_per_second <= 30
    assert speed.input_tokens_per_byte == pytest.approx(sum(read) / sum(sizes))
    texts = [scene["text"] for name in ("scenes", "rejected") for scene in _rows(tmp_path, name)]
    assert speed.output_tokens == pytest.approx(sum(len(t.split()) for t in texts) / 6)


def test_only_this_sessions_calls_count(server: ScriptedServer, tmp_path: Path) -> None:
    distill(PHRASE, out=tmp_path / "run", **at(server))
    first = known_of(server)
    (tmp_path / "cache" / "speeds.json").unlink()
    distill(PHRASE, out=tmp_path / "run", **at(server))
    assert first is not None and known_of(server) is None, "nothing was called the second time"


def test_two_calls_are_too_few(server: ScriptedServer, tmp_path: Path) -> None:
    distill(PHRASE, out=tmp_path / "run", **at(server, lenses=2))
    assert known_of(server) is None


def test_failed_calls_are_no_answers(tmp_path: Path) -> None:
    first = plan(PHRASE, lenses=6).cells[0].prompt[-1].text

    def fault(prompt: str, nth: int) -> Fault | None:
        return Fault("server_error") if prompt == first else None

    with ScriptedServer(lambda p: varied_prose(p, subject=SUBJECT), faults=fault) as server:
        distill(PHRASE, out=tmp_path / "run", **at(server, attempts=1, max_rounds=1))
        speed = known_of(server)
    assert speed is not None and (speed.calls, speed.accepted) == (5, 1.0)


def _rows(tmp_path: Path, name: str) -> list[dict[str, Any]]:
    return read_jsonl(tmp_path / "run" / f"{name}.jsonl")
