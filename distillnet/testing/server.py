"""An OpenAI-compatible server on loopback that answers, and fails, as its script says."""

import asyncio
import json
import socket
import threading
from collections import Counter
from contextlib import suppress
from types import TracebackType
from typing import Any

from distillnet.testing.batch import Batches
from distillnet.testing.broken import BREAKING, break_connection
from distillnet.testing.faults import Faults
from distillnet.testing.replies import reply
from distillnet.testing.traffic import Answer, Traffic
from distillnet.testing.wire import Request, Response, json_response, not_found, read_request

_BACKLOG = 1024
_MODELS = {
    "object": "list",
    "data": [{"id": "scripted", "object": "model", "created": 0, "owned_by": "distillnet"}],
}


class ScriptedServer:
    """Chat completions, models and batches under ``base_url``, in a thread of its own.

    ``answer(prompt)`` gets the last message and must not block; when it raises, the connection is
    closed without an answer. ``faults(prompt, nth)`` says what is sent instead of the good answer
    to the nth request of a prompt, from 0. ``delay`` is the latency in seconds; port 0 takes any
    free one. The counters are copies: read them again to see more.

    >>> with ScriptedServer(lambda prompt: "Hello.") as server:
    ...     server.calls.total()
    0
    """

    def __init__(
        self,
        answer: Answer,
        *,
        delay: float = 0.0,
        port: int = 0,
        faults: Faults | None = None,
    ) -> None:
        self._traffic = Traffic(answer, faults)
        self._batches = Batches(self._traffic)
        self._delay = delay
        self._socket = socket.create_server(("127.0.0.1", port), backlog=_BACKLOG)
        self._port: int = self._socket.getsockname()[1]
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def calls(self) -> Counter[str]:
        """Complete, well-formed answers by prompt, those with a fault of content included."""
        return self._traffic.calls

    @property
    def requests(self) -> Counter[str]:
        """Chat requests by prompt, whatever became of them."""
        return self._traffic.requests

    @property
    def faults(self) -> Counter[str]:
        """Faults sent, by name."""
        return self._traffic.faults

    @property
    def headers(self) -> list[dict[str, str]]:
        """The headers of every request, with lower-case names."""
        return self._traffic.headers

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """The chat requests themselves."""
        return self._traffic.bodies

    def __enter__(self) -> "ScriptedServer":
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        listener = await asyncio.start_server(self._converse, sock=self._socket, backlog=_BACKLOG)
        self._started.set()
        await self._stop.wait()
        # No wait_closed(): it waits for clients; asyncio.run cancels the open conversations.
        listener.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            # A client that was killed, or a script that raised, is part of the test.
            with suppress(Exception):
                while request := await read_request(reader):
                    if not await self._respond(request, reader, writer):
                        break
            writer.close()
        except asyncio.CancelledError:
            # The server stops. Raised on, asyncio's streams of Python 3.11 would log it.
            writer.transport.abort()

    async def _respond(
        self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Whether the connection stays open."""
        self._traffic.count_headers(request.headers)
        if (request.method, request.path) == ("POST", "/v1/chat/completions"):
            chat = self._traffic.admit(
                json.loads(request.body), authorization=request.headers.get("authorization", "")
            )
            await asyncio.sleep(self._delay)
            if reader.at_eof() or writer.is_closing():  # the client has gone
                return False
            if chat.fault and chat.fault.name in BREAKING:
                self._traffic.count_sent(chat)
                await break_connection(chat, chat.fault, writer)
                return False
            response = reply(chat)
            self._traffic.count_sent(chat)
        else:
            response = self._look_up(request)
        writer.write(response.head(keep_alive=request.keep_alive) + response.body)
        await writer.drain()
        return request.keep_alive

    def _look_up(self, request: Request) -> Response:
        match request.method, request.path.split("/"):
            case "GET", ["", "stats"]:
                return json_response(200, self._traffic.stats())
            case "GET", ["", "v1", "models"]:
                return json_response(200, _MODELS)
            case _, ["", "v1", *_]:
                return self._batches.respond(request)
        return not_found(request.path)
