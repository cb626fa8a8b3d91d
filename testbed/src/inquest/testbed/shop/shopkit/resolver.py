"""Looks names up at the shop's name server, over UDP, with a short cache."""

import asyncio
import os
import struct
import time

from shopkit import settings
from shopkit.errors import ServiceError

CACHE_S = 2.0
TIMEOUT_S = 1.0
NO_SUCH_NAME = 3

_cache: dict[str, tuple[float, str]] = {}


async def resolve(name: str) -> str:
    """Return the IPv4 address of `name`; ServiceError 502 where there is none."""
    until, found = _cache.get(name, (0.0, ""))
    if time.monotonic() < until:
        return found
    server = settings.address("nameserver")
    host, port = server.split(":")
    loop = asyncio.get_running_loop()
    transport, asker = await loop.create_datagram_endpoint(_Asker, remote_addr=(host, int(port)))
    try:
        transport.sendto(question(int.from_bytes(os.urandom(2)), name))
        answer = await asyncio.wait_for(asker.answer, TIMEOUT_S)
    except (TimeoutError, OSError):
        raise ServiceError(502, f"lookup {name} on {server}: i/o timeout") from None
    finally:
        transport.close()
    code = answer[3] & 0x0F
    if code:
        why = "no such host" if code == NO_SUCH_NAME else "server misbehaving"
        raise ServiceError(502, f"lookup {name} on {server}: {why}")
    address = ".".join(str(byte) for byte in answer[-4:])
    _cache[name] = (time.monotonic() + CACHE_S, address)
    return address


def question(ident: int, name: str) -> bytes:
    """Encode a DNS query for the A record of `name` (RFC 1035 §4.1)."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    header = struct.pack(">HHHHHH", ident, 0x0100, 1, 0, 0, 0)
    return header + labels + b"\0" + struct.pack(">HH", 1, 1)


class _Asker(asyncio.DatagramProtocol):
    """Waits for one answer."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, _addr: object) -> None:
        if not self.answer.done():
            self.answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(exc)
