"""What arrived at a server and what it sent, counted."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from distillnet.testing.faults import CONTENT_FAULTS, Fault, Faults

Answer = Callable[[str], str]


@dataclass(frozen=True)
class Chat:
    """A chat request, by its place among the requests of its prompt, and what becomes of it."""

    request: dict[str, Any]
    authorization: str
    nth: int
    fault: Fault | None
    answer: Answer

    @property
    def prompt(self) -> str:
        return prompt_of(self.request)

    @property
    def token_limit(self) -> int | None:
        names = ("max_completion_tokens", "max_tokens")
        return next((self.request[name] for name in names if self.request.get(name)), None)

    @property
    def text(self) -> str:
        """The good answer; raises what the script raises."""
        return self.answer(self.prompt)


def prompt_of(request: dict[str, Any]) -> str:
    """The content of the last message."""
    content: str = request["messages"][-1]["content"]
    return content


class Traffic:
    """Written by the server's thread; what others read are copies, whole at any moment."""

    def __init__(self, answer: Answer, faults: Faults | None) -> None:
        self._answer = answer
        self._script = faults or (lambda prompt, nth: None)
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._requests: Counter[str] = Counter()
        self._faults: Counter[str] = Counter()
        self._headers: list[dict[str, str]] = []
        self._bodies: list[dict[str, Any]] = []

    @property
    def calls(self) -> Counter[str]:
        """Complete, well-formed answers by prompt, those with a fault of content included."""
        with self._lock:
            return self._calls.copy()

    @property
    def requests(self) -> Counter[str]:
        """Chat requests by prompt, whatever became of them."""
        with self._lock:
            return self._requests.copy()

    @property
    def faults(self) -> Counter[str]:
        """Faults by name."""
        with self._lock:
            return self._faults.copy()

    @property
    def headers(self) -> list[dict[str, str]]:
        """The headers of every request, with lower-case names."""
        with self._lock:
            return self._headers.copy()

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """The chat requests."""
        with self._lock:
            return self._bodies.copy()

    def stats(self) -> dict[str, Any]:
        """What ``GET /stats`` answers; ``repeated`` prompts were answered more than once."""
        calls = self.calls
        return {
            "requests": self.requests.total(),
            "answered": calls.total(),
            "faults": dict(self.faults),
            "repeated": sum(count > 1 for count in calls.values()),
        }

    def count_headers(self, headers: dict[str, str]) -> None:
        with self._lock:
            self._headers.append(headers)

    def admit(self, request: dict[str, Any], *, authorization: str) -> Chat:
        """Counts a chat request that arrived and decides what becomes of it."""
        prompt = prompt_of(request)
        with self._lock:
            nth = self._requests[prompt]
            self._requests[prompt] += 1
            self._bodies.append(request)
        return Chat(request, authorization, nth, self._script(prompt, nth), self._answer)

    def count_sent(self, chat: Chat) -> None:
        """Before the first byte leaves, so that no client holds what is not yet counted."""
        with self._lock:
            if chat.fault:
                self._faults[chat.fault.name] += 1
            if not chat.fault or chat.fault.name in CONTENT_FAULTS:
                self._calls[chat.prompt] += 1
