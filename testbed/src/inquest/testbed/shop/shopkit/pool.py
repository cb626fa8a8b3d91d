"""A pool of connections to ordersdb: one JSON request and one JSON answer per line."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import orjson
from opentelemetry import propagate
from opentelemetry.trace import SpanKind, Status, StatusCode

from shopkit import settings, telemetry
from shopkit.errors import ServiceError

LINE_BYTES_MAX = 1 << 20

_query_duration = telemetry.duration("db.query.duration")
_queries = telemetry.counter("db.client.queries")
_wait = telemetry.duration("db.pool.wait")


@dataclass
class Connection:
    """One session of the database."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def query(self, sql: str, *args: Any) -> list[list[Any]]:
        """Run one statement and return its rows; ServiceError where the database refuses."""
        with telemetry.tracer.start_as_current_span(f"db {sql.split(' ', 1)[0]}", kind=SpanKind.CLIENT) as span:
            span.set_attribute("peer.service", "ordersdb")
            span.set_attribute("db.statement", sql)
            headers: dict[str, str] = {}
            propagate.inject(headers)
            started = time.perf_counter()
            self.writer.write(orjson.dumps({"sql": sql, "args": args, "headers": headers}) + b"\n")
            line = await self.reader.readline()
            _query_duration.record((time.perf_counter() - started) * 1000)
            _queries(1)
            answer: dict[str, Any] = orjson.loads(line) if line else {"error": "connection lost"}
            if "error" in answer:
                span.set_status(Status(StatusCode.ERROR, answer["error"]))
                raise ServiceError(503, f"ordersdb: {answer['error']}")
            rows: list[list[Any]] = answer["rows"]
            return rows


class Pool:
    """At most `pool.size` connections, handed out in turn; see `config/<service>.yaml`."""

    def __init__(self) -> None:
        rules = settings.config()["pool"]
        self.size = int(rules["size"])
        self._timeout_s = float(rules["acquire_timeout_ms"]) / 1000
        self._free = asyncio.Semaphore(self.size)
        self._idle: list[Connection] = []
        self._in_use = 0
        self._waiting = 0
        telemetry.gauge("db.pool.max_connections", lambda: self.size)
        telemetry.gauge("db.pool.in_use", lambda: self._in_use)
        telemetry.gauge("db.pool.waiting", lambda: self._waiting)

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection; what fails rolls back."""
        await self._acquire()
        connection = await self._open()
        try:
            yield connection
        except BaseException:
            with contextlib.suppress(ServiceError, OSError):
                await connection.query("ROLLBACK")
            raise
        finally:
            self._release(connection)

    async def _acquire(self) -> None:
        started = time.perf_counter()
        with telemetry.tracer.start_as_current_span("pool acquire") as span:
            self._waiting += 1
            try:
                await asyncio.wait_for(self._free.acquire(), self._timeout_s)
            except TimeoutError:
                reason = (
                    f"no database connection within {self._timeout_s * 1000:.0f} ms"
                    f" (pool size {self.size}, in use {self._in_use}, waiting {self._waiting})"
                )
                span.set_status(Status(StatusCode.ERROR, reason))
                raise ServiceError(503, reason) from None
            finally:
                self._waiting -= 1
                _wait.record((time.perf_counter() - started) * 1000)
        self._in_use += 1

    async def _open(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.writer.is_closing():
                return connection
        host, port = settings.address("ordersdb").split(":")
        try:
            return Connection(*await asyncio.open_connection(host, int(port), limit=LINE_BYTES_MAX))
        except OSError as error:
            self._in_use -= 1
            self._free.release()
            raise ServiceError(503, f"ordersdb cannot be reached: {error}") from error

    def _release(self, connection: Connection) -> None:
        self._in_use -= 1
        if not connection.reader.at_eof():
            self._idle.append(connection)
        self._free.release()
