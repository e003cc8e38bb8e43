"""The server as a process of its own."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress

import httpx
import pytest

from distillnet.testing import varied_prose


def started(*options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "distillnet.testing", "--subject", "Freedom", *options]
    # The line must come at once, though nobody asked for unbuffered output.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True)


def post(base_url: str, prompt: str) -> httpx.Response:
    body = {"model": "m", "messages": [{"role": "user", "content": prompt}]}
    return httpx.post(f"{base_url}/chat/completions", json=body)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_counts_and_ends(number: signal.Signals) -> None:
    with started("--delay", "0.01", "--port", "0") as process:
        assert process.stdout is not None
        base_url = json.loads(process.stdout.readline())["base_url"]
        for prompt in ("one", "one", "two"):
            (choice,) = post(base_url, prompt).json()["choices"]
            assert choice["message"]["content"] == varied_prose(prompt, subject="Freedom")
        stats = httpx.get(base_url.removesuffix("v1") + "stats").json()
        process.send_signal(number)
        assert process.wait(20) == 0
    assert stats == {"requests": 3, "answered": 3, "faults": {}, "repeated": 1}


def test_every_request_fails_when_the_share_is_one() -> None:
    with started("--fault-share", "1") as process:
        assert process.stdout is not None
        base_url = json.loads(process.stdout.readline())["base_url"]
        with suppress(httpx.HTTPError):
            post(base_url, "one")
        stats = httpx.get(base_url.removesuffix("v1") + "stats").json()
        process.terminate()
    assert stats["answered"] == 0
    assert sum(stats["faults"].values()) == 1
