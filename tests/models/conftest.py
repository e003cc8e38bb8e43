"""Clients of the scripted server, and a clock for which no test has to wait."""

import asyncio
import selectors
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest

from distillnet.config import load_settings
from distillnet.models.chat import Teacher, open_teacher
from distillnet.testing import Fault, ScriptedServer

KEY = "sk-canary-0123456789"
MESSAGES = [("system", "You are a dog."), ("user", "What is freedom?")]
T = TypeVar("T")


def teacher(server: ScriptedServer, **settings: Any) -> Teacher:
    return open_teacher(
        load_settings(**({"model": "openai:scripted", "base_url": server.base_url} | settings))
    )


def failing(fault: Fault) -> ScriptedServer:
    """Fails the first request of every prompt, then answers."""
    return ScriptedServer(
        lambda prompt: "The leash knows.",
        faults=lambda prompt, nth: fault if nth == 0 else None,
    )


class _Jump(selectors.SelectSelector):
    """Where a loop would wait, its time moves on instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = time.monotonic()

    def select(self, timeout: float | None = None) -> Any:
        assert timeout is not None, "everything waits for something that will never happen"
        self.now += timeout
        return super().select(0)


def simulate(work: Coroutine[Any, Any, T]) -> T:
    """The result of ``work``, which waits for time but for nothing else outside of it."""
    clock = _Jump()
    loop = asyncio.SelectorEventLoop(clock)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: clock.now)
        try:
            return loop.run_until_complete(work)
        finally:
            loop.close()
