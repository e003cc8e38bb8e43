import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from distillnet.config import load_settings
from distillnet.models.spec import describe_teacher
from distillnet.models.speeds import (
    Speed,
    TrainingSpeed,
    host_of,
    note_speed,
    note_training_speed,
    read_speed,
    read_training_speed,
)


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("DISTILLNET_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def speed(**more: Any) -> Speed:
    return Speed.model_validate(
        {
            "model": "openai:scripted",
            "host": "127.0.0.1:8000",
            "as_of": "2026-11-22",
            "calls": 40,
            "calls_per_second": 2.5,
            "concurrency": 16,
            "input_tokens_per_byte": 0.25,
            "output_tokens": 190.0,
            "accepted": 0.8,
        }
        | more
    )


def training(**more: Any) -> TrainingSpeed:
    return TrainingSpeed.model_validate(
        {
            "student": "embedded",
            "as_of": "2026-11-22",
            "tokens_per_second": 120.0,
            "tokens_per_scene": 310.5,
            "seconds_per_item": None,
        }
        | more
    )


def test_what_was_noted_is_read_by_model_and_place() -> None:
    assert read_speed("openai:scripted", "127.0.0.1:8000") is None
    here, there = speed(), speed(host="127.0.0.1:9000", accepted=None)
    for one in (here, there, speed(model="embedded", host="")):
        note_speed(one)
    note_training_speed(training())
    assert read_speed("openai:scripted", "127.0.0.1:8000") == here
    assert read_speed("openai:scripted", "127.0.0.1:9000") == there
    assert read_speed("openai:other", "127.0.0.1:9000") is None
    assert read_training_speed("embedded") == training()
    assert read_training_speed("another") is None


def test_a_later_measurement_replaces_a_training() -> None:
    note_training_speed(training())
    note_training_speed(training(tokens_per_second=90.0, seconds_per_item=0.5))
    assert read_training_speed("embedded") == training(tokens_per_second=90, seconds_per_item=0.5)


@pytest.mark.parametrize(
    ("later", "kept"),
    [
        ({"calls": 40}, True),
        ({"calls": 41}, True),
        ({"calls": 3}, False),
        ({"calls": 3, "as_of": "2026-11-30"}, False),
        ({"calls": 3, "as_of": "2026-12-01"}, True),
    ],
)
def test_a_few_calls_do_not_replace_many_of_the_same_month(
    later: dict[str, Any], kept: bool
) -> None:
    note_speed(speed())
    note_speed(speed(calls_per_second=9.0, **later))
    known = read_speed("openai:scripted", "127.0.0.1:8000")
    assert known is not None and (known.calls_per_second == 9.0) is kept


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "{",
        "[]",
        '{"models": [{"model": "x"}]}',
        json.dumps({"models": [speed().model_dump() | {"calls_per_second": -1}]}),
        '{"models": [], "students": [], "of": "a later version"}',
    ],
)
def test_a_broken_file_is_ignored_and_replaced(cache: Path, broken: str) -> None:
    cache.mkdir()
    (cache / "speeds.json").write_text(broken, encoding="utf-8")
    assert read_speed("openai:scripted", "127.0.0.1:8000") is None
    note_speed(speed())
    assert read_speed("openai:scripted", "127.0.0.1:8000") == speed()


def test_a_cache_that_cannot_be_written_stops_nobody(cache: Path) -> None:
    cache.write_text("a file in the place of the folder", encoding="utf-8")
    note_speed(speed())
    assert read_speed("openai:scripted", "127.0.0.1:8000") is None


def test_notes_made_at_once_are_all_kept() -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: note_speed(speed(host=f"127.0.0.1:{n}")), range(24)))
    assert all(read_speed("openai:scripted", f"127.0.0.1:{n}") for n in range(24))


def test_only_the_newest_places_are_remembered() -> None:
    for port in range(105):
        note_speed(speed(host=f"127.0.0.1:{port}"))
    assert read_speed("openai:scripted", "127.0.0.1:4") is None
    assert read_speed("openai:scripted", "127.0.0.1:5") is not None


@pytest.mark.parametrize(
    ("model", "base_url", "host"),
    [
        ("embedded", None, ""),
        ("openai:gpt-5-mini", None, "api.openai.com"),
        ("openai:any", "http://127.0.0.1:8000/v1", "127.0.0.1:8000"),
        ("openai:any", "http://[::1]:8000/v1", "[::1]:8000"),
        ("anthropic:any", None, "anthropic"),
        ("ollama:qwen3", "http://gpu:11434", "gpu:11434"),
    ],
)
def test_the_place_of_a_model(model: str, base_url: str | None, host: str) -> None:
    assert host_of(describe_teacher(load_settings(model=model, base_url=base_url))) == host
