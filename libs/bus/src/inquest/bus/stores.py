"""Key-value and object buckets on the server. Reads go to the leader: `allow_direct` is false (DESIGN, section 3)."""

import asyncio
import base64
import hashlib
import json
import time
from collections.abc import AsyncIterator
from datetime import datetime

from nats.errors import Error as NatsError
from nats.js.errors import (
    APIError,
    KeyNotFoundError,
    KeyWrongLastSequenceError,
    NotFoundError,
    ObjectNotFoundError,
)
from nats.js.kv import KeyValue as NatsKeyValue
from nats.js.object_store import ObjectStore as NatsObjectStore

from inquest.bus.connection import Connection
from inquest.bus.gets import Start, ask, scan
from inquest.bus.port import Entry
from inquest.bus.publisher import WRONG_LAST
from inquest.contracts.errors import Conflict, NotFound, RetryLater
from inquest.contracts.topology import Bucket

_WATCH_S = 0.5
_BATCH_MAX = 256
_NO_STREAM = 10059  # the server's code for a stream that does not exist
_OPERATION = "KV-Operation"  # what a removal of a key carries
_ASK_S_MAX = 5.0
_CLOCK_S_MAX = 10.0  # then the server is asked for its time again


class BusKeyValue:
    """Implements KeyValue over a JetStream bucket."""

    def __init__(self, connection: Connection, bucket: Bucket) -> None:
        self._connection = connection
        self._name = bucket.name
        self._bound: NatsKeyValue | None = None
        self._ahead_s = 0.0  # the server's clock is so far ahead of our monotonic one
        self._asked_s = -_CLOCK_S_MAX

    async def _kv(self) -> NatsKeyValue:
        if self._bound is None:
            try:
                self._bound = await self._connection.js.key_value(self._name)
            except (NatsError, TimeoutError) as error:
                raise RetryLater(f"bucket {self._name}: {error or type(error).__name__}") from error
        return self._bound

    async def get(self, key: str) -> Entry | None:
        """See KeyValue."""
        kv = await self._kv()
        try:
            entry = await kv.get(key)
        except KeyNotFoundError as error:
            # The client makes the same error of a key and of a bucket that are not there; a deleted key has no code.
            if getattr(error.__context__, "err_code", None) == _NO_STREAM:
                raise RetryLater(f"bucket {self._name} is not there") from error
            return None
        except (NatsError, TimeoutError) as error:
            raise self._lost(key, error) from error
        return Entry(key, entry.value or b"", entry.revision or 0)

    async def create(self, key: str, value: bytes) -> int:
        """See KeyValue."""
        kv = await self._kv()
        try:
            return int(await kv.create(key, value))
        except KeyWrongLastSequenceError as error:
            raise Conflict(f"{self._name}: {key} exists already") from error
        except (NatsError, TimeoutError) as error:
            raise self._lost(key, error) from error

    async def update(self, key: str, value: bytes, revision: int) -> int:
        """See KeyValue."""
        kv = await self._kv()
        try:
            return int(await kv.update(key, value, revision))
        except KeyWrongLastSequenceError as error:
            raise Conflict(f"{self._name}: {key} is not at revision {revision}") from error
        except (NatsError, TimeoutError) as error:
            raise self._lost(key, error) from error

    async def put(self, key: str, value: bytes) -> int:
        """See KeyValue."""
        kv = await self._kv()
        try:
            return int(await kv.put(key, value))
        except (NatsError, TimeoutError) as error:
            raise self._lost(key, error) from error

    async def delete(self, key: str) -> None:
        """See KeyValue."""
        kv = await self._kv()
        try:
            await kv.delete(key)
        except (NatsError, TimeoutError) as error:
            raise self._lost(key, error) from error

    async def keys(self) -> list[str]:
        """See KeyValue."""
        front, live = f"$KV.{self._name}.", set[str]()
        async for batch in scan(self._connection, f"KV_{self._name}", (f"{front}>",), Start(), _BATCH_MAX):
            for one in batch:
                change = live.discard if _OPERATION in one.headers else live.add
                change(one.subject.removeprefix(front))
        return sorted(live)

    async def entries(self, prefix: str) -> AsyncIterator[Entry]:
        """See KeyValue."""
        front = f"$KV.{self._name}."
        async for batch in scan(self._connection, f"KV_{self._name}", (f"{front}{prefix}.>",), Start(), _BATCH_MAX):
            for one in batch:
                if _OPERATION not in one.headers:
                    yield Entry(one.subject.removeprefix(front), one.payload, one.stream_seq)

    async def watch(self, key: str) -> AsyncIterator[Entry]:
        """See KeyValue. Asks again and again: watching by a consumer needs rights that no service has (see `gets`)."""
        seen = 0
        while True:
            try:
                entry = await self.get(key)
            except RetryLater:  # the server is away; what it holds is the same when it is back
                entry = None
            if entry is not None and entry.revision != seen:
                seen = entry.revision
                yield entry
            await asyncio.sleep(_WATCH_S)

    async def now_s(self) -> float:
        """See KeyValue."""
        if time.monotonic() - self._asked_s >= _CLOCK_S_MAX:
            try:
                answer = await self._connection.client.request(
                    f"$JS.API.STREAM.INFO.KV_{self._name}", timeout=_ASK_S_MAX
                )
                server_s = datetime.fromisoformat(json.loads(answer.data)["ts"]).timestamp()
            except (NatsError, TimeoutError, ValueError, KeyError) as error:
                raise self._lost("*", error) from error
            self._asked_s = time.monotonic()
            self._ahead_s = server_s - self._asked_s
        return time.monotonic() + self._ahead_s

    def _lost(self, key: str, error: BaseException) -> RetryLater:
        if isinstance(error, APIError) and error.err_code in WRONG_LAST:
            return Conflict(f"{self._name}: {key} changed meanwhile")
        return RetryLater(f"bucket {self._name}, key {key}: {error or type(error).__name__}")


class BusObjects:
    """Implements Objects over a JetStream object store; names are content hashes, so a put is done once."""

    def __init__(self, connection: Connection, bucket: Bucket) -> None:
        self._connection = connection
        self._name = bucket.name
        self._bound: NatsObjectStore | None = None

    async def _store(self) -> NatsObjectStore:
        if self._bound is None:
            self._bound = await self._connection.js.object_store(self._name)
        return self._bound

    async def put(self, tenant: str, data: bytes) -> str:
        """See Objects."""
        ref = f"{tenant}/{hashlib.sha256(data).hexdigest()}"
        try:
            store = await self._store()
            try:
                await store.get_info(ref)
            except (ObjectNotFoundError, NotFoundError):
                await store.put(ref, data)
        except (NatsError, TimeoutError) as error:
            raise RetryLater(f"object store {self._name}: {error or type(error).__name__}") from error
        return ref

    async def get(self, ref: str) -> bytes:
        """See Objects."""
        stream, name = f"OBJ_{self._name}", base64.urlsafe_b64encode(ref.encode()).decode()
        found = await ask(self._connection, stream, last_by_subj=f"$O.{self._name}.M.{name}")
        about = json.loads(found.payload) if found else {"deleted": True}
        if about.get("deleted"):
            raise NotFound(f"object store {self._name} has no {ref}")
        data = bytearray()
        async for batch in scan(self._connection, stream, (f"$O.{self._name}.C.{about['nuid']}",), Start(), _BATCH_MAX):
            for chunk in batch:
                data += chunk.payload
        if hashlib.sha256(data).hexdigest() != ref.rpartition("/")[2]:
            raise RetryLater(f"object store {self._name}: {ref} is not whole")
        return bytes(data)
