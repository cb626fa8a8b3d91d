"""A small DNS server for the names that the shop needs (RFC 1035, A records only)."""

import asyncio
import signal
import socket
import struct
from typing import cast

from shopkit import settings, telemetry

TTL_S = 2
SERVER_FAILURE, NO_SUCH_NAME = 2, 3


def answer(question: bytes) -> bytes:
    """Answer one question from the zone; "servfail" in the zone stands for a broken upstream."""
    name = _name(question)
    record = settings.world("zone", {}).get(name)
    if record is None or record == "servfail":
        code = NO_SUCH_NAME if record is None else SERVER_FAILURE
        return question[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, 0, 0, 0) + question[12:]
    header = question[:2] + struct.pack(">HHHHH", 0x8180, 1, 1, 0, 0)
    pointer = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, TTL_S, 4) + socket.inet_aton(record)
    return header + question[12:] + pointer


def _name(question: bytes) -> str:
    labels, at = [], 12
    while length := question[at]:
        labels.append(question[at + 1 : at + 1 + length].decode())
        at += length + 1
    return ".".join(labels)


class _Server(asyncio.DatagramProtocol):
    """Answers each datagram."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not isinstance: on Python 3.11 the real transport is no subclass.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._transport.sendto(answer(data), addr)


async def _serve() -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    await loop.create_datagram_endpoint(_Server, local_addr=("127.0.0.1", settings.PORT))
    telemetry.ready()
    await ended.wait()


def main() -> None:
    """Serve until told to end."""
    asyncio.run(_serve())
    telemetry.shutdown()
