"""The faults that break the connection."""

import asyncio
import socket
import struct

from distillnet.testing.faults import Fault, FaultName
from distillnet.testing.replies import completion
from distillnet.testing.traffic import Chat
from distillnet.testing.wire import json_response

BREAKING: tuple[FaultName, ...] = ("hang", "slow_drip", "reset", "cut_body")
_DRIPS_PER_SECOND = 20


async def break_connection(chat: Chat, fault: Fault, writer: asyncio.StreamWriter) -> None:
    """Fails ``chat`` by a fault of ``BREAKING``; the caller closes the connection afterwards."""
    match fault.name:
        case "hang":
            await asyncio.sleep(fault.seconds)
        case "reset":
            # A linger time of zero makes the kernel send RST in place of FIN.
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        case "cut_body" | "slow_drip":
            whole = json_response(200, completion(chat, chat.text))
            writer.write(whole.head(keep_alive=True))
            if fault.name == "cut_body":
                writer.write(whole.body[: len(whole.body) // 2])
                return
            body = whole.body[:-1]
            drips = min(len(body), max(1, int(fault.seconds * _DRIPS_PER_SECOND)))
            for place in range(drips):
                writer.write(body[place : place + 1])
                await writer.drain()  # raises when the client has gone
                await asyncio.sleep(fault.seconds / drips)
