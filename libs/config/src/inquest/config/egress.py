"""Connections that go where they may: a name is resolved once, and what was checked is what is connected to."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

import httpcore
import httpx

Refusal = Callable[[str, str], str]
"""Returns why a host may not be reached at an address; empty where it may."""

Found = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[Any, ...]]
"""One address of a name, as `getaddrinfo` tells it."""
ConnectionT = TypeVar("ConnectionT")
_CONNECTIONS_IDLE_S = 30.0


class Refused(Exception):
    """The address is not one that may be reached."""


async def connected(host: str, port: int, refusal: Refusal) -> socket.socket:
    """Return a socket connected to the first address of the name that may be reached. Raises Refused and OSError."""
    return await _first(await _resolved(host, port), host, refusal, _connect)


async def _resolved(host: str, port: int) -> Iterable[Found]:
    return await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)


async def _first(
    found: Iterable[Found], host: str, refusal: Refusal, connect: Callable[[Found], Awaitable[ConnectionT]]
) -> ConnectionT:
    """Return the connection to the first address that may be reached, or raise what stood in the way at last."""
    failure: Exception = Refused("the name has no address")
    for one in found:
        if refused := refusal(host, str(one[-1][0])):
            failure = Refused(refused)
            continue
        try:
            return await connect(one)
        except (OSError, httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            failure = error
    raise failure


async def _connect(found: Found) -> socket.socket:
    family, kind, protocol, _, address = found
    connection = socket.socket(family, kind, protocol)
    try:
        connection.setblocking(False)  # noqa: FBT003 - the signature of socket
        await asyncio.get_running_loop().sock_connect(connection, address)
    except BaseException:
        connection.close()
        raise
    return connection


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Resolves and checks before it connects. TLS still checks the certificate against the name."""

    def __init__(self, refusal: Refusal) -> None:
        self._refusal = refusal
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature of httpcore
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of the name that may be reached."""
        try:
            async with asyncio.timeout(timeout):
                found = await _resolved(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("the name was not found in time") from error
        except OSError as error:
            raise httpcore.ConnectError(f"the name is not known: {error.strerror or error}") from error

        async def connect(one: Found) -> httpcore.AsyncNetworkStream:
            return await self._inner.connect_tcp(str(one[-1][0]), port, timeout, local_address, socket_options)

        return await _first(found, host, self._refusal, connect)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature of httpcore
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Never: what is asked has an address."""
        del timeout, socket_options
        raise Refused(f"{path} is not an address")

    async def sleep(self, seconds: float) -> None:
        """Wait, for httpcore's own retries."""
        await asyncio.sleep(seconds)


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's own transport over guarded connections."""

    def __init__(
        self, refusal: Refusal, context: ssl.SSLContext, connections_max: int, *, keeps_alive: bool = True
    ) -> None:
        super().__init__(verify=context)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=connections_max,
            max_keepalive_connections=connections_max if keeps_alive else 0,
            keepalive_expiry=_CONNECTIONS_IDLE_S,
            network_backend=GuardedBackend(refusal),
        )
