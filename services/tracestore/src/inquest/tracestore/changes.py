"""Wakes those who watch when rows have arrived."""

import asyncio


class Changes:
    """A counter that can be awaited. One event loop; nothing is lost between reading `version` and waiting."""

    def __init__(self) -> None:
        self.version = 0
        self._next = asyncio.Event()

    def notify(self) -> None:
        """Something was stored: wake all who wait."""
        self.version += 1
        self._next.set()
        self._next = asyncio.Event()

    async def wait(self, seen: int) -> None:
        """Return once the version is no longer `seen`."""
        while self.version == seen:
            await self._next.wait()
