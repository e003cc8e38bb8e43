"""For tests of roles and runs: a deterministic server and a check for role plugins.

``ScriptedServer`` is a fake model and named so: it is for tests and benchmarks only.
"""

import hashlib
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from distillnet.agents.role import Role, check_role

_WORDS = [
    "river",
    "harbour",
    "ladder",
    "lantern",
    "orchard",
    "engine",
    "violin",
    "anchor",
    "bridge",
    "furnace",
    "compass",
    "thread",
    "winter",
    "market",
    "shepherd",
    "mirror",
    "kettle",
    "garden",
    "island",
    "feather",
    "hammer",
    "valley",
    "ribbon",
    "candle",
    "carries",
    "opens",
    "measures",
    "repairs",
    "forgets",
    "borrows",
    "guards",
    "divides",
    "answers",
    "outlives",
    "gathers",
    "quiet",
    "narrow",
    "patient",
    "hollow",
    "bright",
    "crooked",
    "early",
    "stubborn",
    "distant",
    "ordinary",
    "sudden",
    "gentle",
]


def assert_valid_role(role: type[Role]) -> None:
    """For a plugin's own tests: raises ConfigError, naming the fault, when the role is broken."""
    check_role(role)


def varied_prose(prompt: str, *, subject: str, words: int = 60) -> str:
    """Prose about ``subject`` that depends only on ``prompt`` and differs for every prompt."""
    rng = random.Random(hashlib.sha256(prompt.encode()).digest())
    sentences: list[str] = []
    while len(" ".join(sentences).split()) < words:
        chosen = rng.sample(_WORDS, 9)
        sentences.append(f"{subject}: the {' '.join(chosen[:4])} and the {' '.join(chosen[4:])}.")
    return " ".join(sentences)


Answer = Callable[[str], str]


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed, or a script that raised, is part of the test."""


class ScriptedServer:
    """An OpenAI-compatible server on loopback whose answers are a function of the prompt.

    ``answer(prompt)`` gets the last user message. ``calls`` counts answered requests by prompt,
    which is how a test sees that nothing was paid for twice. ``delay`` is in seconds; port 0 takes
    any free one.
    """

    def __init__(self, answer: Answer, *, delay: float = 0.0, port: int = 0) -> None:
        self.calls: Counter[str] = Counter()
        self._answer = answer
        self._delay = delay
        self._lock = threading.Lock()
        self._server = _QuietServer(("127.0.0.1", port), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> "ScriptedServer":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _reply(self, request: dict[str, Any]) -> dict[str, Any]:
        prompt = request["messages"][-1]["content"]
        text = self._answer(prompt)
        time.sleep(self._delay)
        tokens = len(text.split())
        return {
            "id": "scripted",
            "object": "chat.completion",
            "created": 0,
            "model": request["model"],
            "choices": [
                {
                    "index": 0,
                    "finish_reason": "stop",
                    "message": {"role": "assistant", "content": text},
                }
            ],
            "usage": {
                "prompt_tokens": len(prompt.split()),
                "completion_tokens": tokens,
                "total_tokens": len(prompt.split()) + tokens,
            },
        }

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                request = json.loads(self.rfile.read(length))
                reply = server._reply(request)
                body = json.dumps(reply).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                self.wfile.flush()
                with server._lock:
                    server.calls[request["messages"][-1]["content"]] += 1

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        return Handler
