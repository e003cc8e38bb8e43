"""A server that fails in every way there is: every failure under its name, nothing lost."""

from pathlib import Path
from typing import Any

import pytest

from distillnet import distill, resume
from distillnet.errors import ModelAccessError, TooManyFailures
from distillnet.testing import (
    CONTENT_FAULTS,
    TRANSPORT_FAULTS,
    Fault,
    ScriptedServer,
    broken_invariants,
    mixed_faults,
    varied_prose,
)
from distillnet.tools.export import read_jsonl
from tests.conftest import PHRASE, SUBJECT

# What the ledger calls the faults that the server sends.
NOTED = {
    "hang": "idle_timeout",
    "slow_drip": "timeout",
    "reset": "connection",
    "null_content": "empty_answer",
    "empty_choices": "empty_answer",
}
VERDICTS = {
    "length": "truncated",
    "liar": "truncated",
    "refusal": "refusal",
    "content_filter": "refusal",
    "off_language": "wrong_language",
}


def answer(prompt: str) -> str:
    return varied_prose(prompt, subject=SUBJECT)


def settings(server: ScriptedServer, **more: Any) -> dict[str, Any]:
    return {
        "model": "openai:scripted",
        "base_url": server.base_url,
        "lenses": 40,
        "train": False,
        "max_rounds": 1,
        "idle_timeout": 0.5,
        "timeout": 0.8,
    } | more


def test_a_third_of_all_requests_may_fail(tmp_path: Path) -> None:
    with ScriptedServer(answer) as calm:
        expected = distill(PHRASE, out=tmp_path / "calm", **settings(calm))
    faults = mixed_faults(0.45, random_seed=3, seconds=1.2)
    with ScriptedServer(answer, faults=faults) as server:
        run = distill(PHRASE, out=tmp_path / "run", **settings(server))
    assert server.faults.total() > 0.3 * server.requests.total()
    counted: dict[str, int] = {"ok": 40}
    for name, count in server.faults.items():
        noted = NOTED.get(name, name)
        counted[noted] = counted.get(noted, 0) + count
    noted_as = dict(run.coverage["requests"])
    # On a busy machine the one may come before the other.
    for either in (noted_as, counted):
        either["late"] = either.pop("timeout", 0) + either.pop("idle_timeout", 0)
    assert noted_as == counted
    assert max(server.calls.values()) == 1
    assert not broken_invariants(run.directory, server)
    assert [scene.text for scene in run.scenes] == [scene.text for scene in expected.scenes]
    run.require_whole()


@pytest.mark.parametrize("name", CONTENT_FAULTS)
def test_a_bad_answer_gets_its_verdict_and_is_not_asked_for_again(
    tmp_path: Path, name: Any
) -> None:
    with ScriptedServer(answer, faults=lambda prompt, nth: Fault(name)) as server:
        run = distill(PHRASE, out=tmp_path / "run", **settings(server, lenses=5))
    found = {verdict: n for verdict, n in run.coverage["verdicts"].items() if n}
    assert found == {VERDICTS[name]: 5}
    assert server.requests.total() == 5
    assert read_jsonl(run.directory / "scenes.jsonl") == []


@pytest.mark.parametrize("name", TRANSPORT_FAULTS)
def test_too_many_failures_end_with_their_name(tmp_path: Path, name: Any) -> None:
    def faults(prompt: str, nth: int) -> Fault:
        return Fault(name, retry_after="0", seconds=1.2)

    with ScriptedServer(answer, faults=faults) as server:
        run = distill(
            PHRASE, out=tmp_path / "run", **settings(server, lenses=3, attempts=2, concurrency=8)
        )
        assert server.requests.total() == 6, "two attempts for each of three calls"
        with pytest.raises(TooManyFailures, match=f"100%.*6 {NOTED.get(name, name)}"):
            run.require_whole()
        assert run.coverage["verdicts"]["failed"] == 3
        assert not broken_invariants(run.directory, server)


@pytest.mark.parametrize("name", ["unauthorized", "quota"])
def test_a_refused_key_or_quota_stops_at_once(tmp_path: Path, name: Any) -> None:
    """Only what was in flight is asked; what was paid for is kept, and resume goes on."""
    seen: list[str] = []

    def faults(prompt: str, nth: int) -> Fault | None:
        seen.append(prompt)
        return Fault(name) if len(seen) > 10 and not healed else None

    healed = False
    with ScriptedServer(answer, faults=faults, delay=0.02) as server:
        with pytest.raises(ModelAccessError, match="then resume"):
            distill(PHRASE, out=tmp_path / "run", **settings(server, concurrency=4))
        assert server.calls.total() == 10
        assert server.requests.total() <= 14
        healed = True
        run = resume(tmp_path / "run")
        assert len({prompt for prompt in server.calls}) == 40
        assert max(server.calls.values()) == 1
        assert not broken_invariants(run.directory, server)
