"""Key-value and object buckets, and counters, in memory, for wiring tests."""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import AsyncIterator

from inquest.bus.port import Entry
from inquest.contracts.errors import Conflict, NotFound


class MemoryCounters:
    """The counters of a bus."""

    def __init__(self) -> None:
        self._counters = Counter[str]()

    async def add(self, *tokens: str, amount: int) -> int:
        """See BusPort."""
        self._counters[".".join(tokens)] += amount
        return await self.count(*tokens)

    async def count(self, *tokens: str) -> int:
        """See BusPort."""
        return self._counters[".".join(tokens)]


class MemoryKeyValue:
    """Implements KeyValue; revisions are shared by the bucket, as on the server."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._revision = 0
        self._changed = asyncio.Condition()

    async def get(self, key: str) -> Entry | None:
        """See KeyValue."""
        return self._entries.get(key)

    async def create(self, key: str, value: bytes) -> int:
        """See KeyValue."""
        if key in self._entries:
            raise Conflict(f"{key} exists already")
        return await self.put(key, value)

    async def update(self, key: str, value: bytes, revision: int) -> int:
        """See KeyValue."""
        present = self._entries.get(key)
        if (present.revision if present else 0) != revision:
            raise Conflict(f"{key}: revision is not {revision}")
        return await self.put(key, value)

    async def put(self, key: str, value: bytes) -> int:
        """See KeyValue."""
        self._revision += 1
        self._entries[key] = Entry(key, value, self._revision)
        async with self._changed:
            self._changed.notify_all()
        return self._revision

    async def delete(self, key: str) -> None:
        """See KeyValue."""
        self._entries.pop(key, None)

    async def keys(self) -> list[str]:
        """See KeyValue."""
        return sorted(self._entries)

    async def entries(self, prefix: str) -> AsyncIterator[Entry]:
        """See KeyValue."""
        for entry in sorted(self._entries.values(), key=lambda one: one.revision):
            if entry.key.startswith(f"{prefix}."):
                yield entry

    async def now_s(self) -> float:
        """See KeyValue."""
        return time.time()

    async def watch(self, key: str) -> AsyncIterator[Entry]:
        """See KeyValue."""
        seen = 0
        while True:
            entry = self._entries.get(key)
            if entry is not None and entry.revision > seen:
                seen = entry.revision
                yield entry
                continue
            async with self._changed:
                await self._changed.wait()


class MemoryObjects:
    """Implements Objects."""

    def __init__(self) -> None:
        self._data: dict[str, bytes] = {}

    async def put(self, tenant: str, data: bytes) -> str:
        """See Objects."""
        ref = f"{tenant}/{hashlib.sha256(data).hexdigest()}"
        self._data[ref] = data
        return ref

    async def get(self, ref: str) -> bytes:
        """See Objects."""
        if ref not in self._data:
            raise NotFound(f"no object {ref}")
        return self._data[ref]
