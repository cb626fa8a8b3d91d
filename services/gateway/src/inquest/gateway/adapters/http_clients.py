"""One client per API: providers of one address and one identity share connections and turns."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol
from weakref import WeakSet

import httpx

from inquest.config.http_section import HttpSettings
from inquest.gateway.adapters.http import HttpClient

_GRACE_S = 60.0  # calls that began before a new configuration still use the old client

Transports = Callable[[HttpSettings], httpx.AsyncBaseTransport | None]


class Closing(Protocol):
    """A connection."""

    async def aclose(self) -> None:
        """End it."""
        ...


class HttpClients:
    """Makes clients, and closes those that no configuration uses any more."""

    def __init__(self, transports: Transports = lambda _: None) -> None:
        self._transports = transports
        self._clients: dict[str, HttpClient] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._owned: WeakSet[Closing] = WeakSet()

    def get(self, settings: HttpSettings) -> HttpClient:
        """Return the client of an API."""
        key = key_of(settings)
        if key not in self._clients:
            self._clients[key] = HttpClient(settings, transport=self._transports(settings))
        return self._clients[key]

    def keep(self, used: Iterable[HttpSettings]) -> None:
        """Close all others, after the calls that they may still serve."""
        for key in self._clients.keys() - {key_of(one) for one in used}:
            task = asyncio.ensure_future(_later(self._clients.pop(key).aclose))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    def own(self, one: "Closing") -> None:
        """Close this too in the end: another kind of connection, which looks after itself until then."""
        self._owned.add(one)

    async def aclose(self) -> None:
        """Close all of them now."""
        await asyncio.gather(*(one.aclose() for one in self._owned), return_exceptions=True)
        for task in self._closing:
            task.cancel()
        await asyncio.gather(*self._closing, return_exceptions=True)
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()


def key_of(settings: HttpSettings) -> str:
    """Return what tells APIs apart: the part of the settings that concerns HTTP."""
    return settings.model_dump_json(include=set(HttpSettings.model_fields))


async def _later(close: Callable[[], Awaitable[None]]) -> None:
    try:
        await asyncio.sleep(_GRACE_S)
    finally:
        await close()
