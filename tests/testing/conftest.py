"""Clients of the scripted server, one plain and one raw."""

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx

from distillnet.testing import Fault, ScriptedServer

HOURS = 10_000.0


def ask(server: ScriptedServer, prompt: str = "What is freedom?", **more: Any) -> httpx.Response:
    """One chat request over a connection of its own; ``more`` goes into its body."""
    body = {"model": "scripted", "messages": [{"role": "user", "content": prompt}], **more}
    return httpx.post(
        f"{server.base_url}/chat/completions",
        json=body,
        headers={"Authorization": "Bearer sk-canary"},
        verify=False,  # no TLS here, and reading the certificates takes longer than the request
    )


def dial(server: ScriptedServer) -> socket.socket:
    port = urlsplit(server.base_url).port
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def chat_request(prompt: str, *headers: str) -> bytes:
    body = json.dumps(
        {"model": "scripted", "messages": [{"role": "user", "content": prompt}]}
    ).encode()
    head = ["POST /v1/chat/completions HTTP/1.1", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(head).encode() + body


def read_all(connection: socket.socket) -> bytes:
    """Everything until the server closes."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def failing(fault: Fault) -> ScriptedServer:
    """Fails the first request of every prompt, then answers in eight words."""
    return ScriptedServer(
        lambda prompt: "One two three four five six seven eight.",
        faults=lambda prompt, nth: fault if nth == 0 else None,
    )
