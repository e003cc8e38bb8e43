"""HTTP/1.1, as far as clients of a chat API speak it."""

import json
from asyncio import IncompleteReadError, StreamReader
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

_REASONS = {status.value: status.phrase for status in HTTPStatus}


@dataclass(frozen=True)
class Request:
    """``path`` is without ``query``; the names of ``headers`` are in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    keep_alive: bool


@dataclass(frozen=True)
class Response:
    status: int
    body: bytes
    content_type: str = "application/json"
    retry_after: str | None = None

    def head(self, *, keep_alive: bool) -> bytes:
        lines = [
            f"HTTP/1.1 {self.status} {_REASONS.get(self.status, '')}",
            f"Content-Type: {self.content_type}",
            f"Content-Length: {len(self.body)}",
        ]
        if self.retry_after is not None:
            lines.append(f"Retry-After: {self.retry_after}")
        if not keep_alive:
            lines.append("Connection: close")
        return "\r\n".join([*lines, "", ""]).encode("latin-1")


def json_response(status: int, value: Any, *, retry_after: str | None = None) -> Response:
    return Response(status, json.dumps(value).encode(), retry_after=retry_after)


def not_found(what: str) -> Response:
    return json_response(404, {"error": {"message": f"no {what!r} here", "code": "not_found"}})


async def read_request(reader: StreamReader) -> Request | None:
    """The next request of a connection; None when the client has closed it.

    Raises ValueError or IncompleteReadError for what is not a whole HTTP request.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except IncompleteReadError:
        return None
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    method, target, version = first.split(" ")
    fields = (line.partition(":") for line in lines)
    headers = {name.lower(): value.strip() for name, _, value in fields}
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = await _chunked(reader)
    else:
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    path, _, query = target.partition("?")
    return Request(
        method,
        path,
        dict(parse_qsl(query)),
        headers,
        body,
        keep_alive=version == "HTTP/1.1" and headers.get("connection", "").lower() != "close",
    )


async def _chunked(reader: StreamReader) -> bytes:
    body = bytearray()
    while size := int((await reader.readline()).partition(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    while (await reader.readline()).strip():  # trailers
        pass
    return bytes(body)
