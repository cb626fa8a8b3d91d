"""Connections that go where they may: a name is resolved once, and what was checked is what is connected to."""

import asyncio
import socket
import ssl
from collections.abc import Iterable

import httpcore
import httpx

from inquest.gateway.domain.addresses import Reach

_CONNECTIONS_IDLE_S = 30.0


class Refused(Exception):
    """The address is not one that the provider may reach."""


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Resolves and checks before it connects. TLS still checks the certificate against the name."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
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
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(f"the name {host} is not known: {error.strerror or error}") from error
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for *_, address in found:
            if refusal := self._reach.refusal(host, str(address[0])):
                failure = Refused(refusal)
                continue
            try:
                return await self._inner.connect_tcp(str(address[0]), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature of httpcore
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Never: a provider has an address."""
        del timeout, socket_options
        raise Refused(f"{path} is not an address")

    async def sleep(self, seconds: float) -> None:
        """Wait, for httpcore's own retries."""
        await asyncio.sleep(seconds)


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's own transport over guarded connections."""

    def __init__(self, reach: Reach, context: ssl.SSLContext, connections_max: int) -> None:
        super().__init__(verify=context)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=connections_max,
            max_keepalive_connections=connections_max,
            keepalive_expiry=_CONNECTIONS_IDLE_S,
            network_backend=GuardedBackend(reach),
        )
