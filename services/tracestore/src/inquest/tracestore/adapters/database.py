"""One SQLite file with one writer thread and a few reader threads. Nothing here blocks the event loop."""

import asyncio
import fcntl
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, TypeVar

from inquest.contracts.errors import InquestError, RetryLater
from inquest.tracestore.adapters import schema

READERS = 2
BUSY_TIMEOUT_S = 5.0
_CODE_MASK = 0xFF  # extended result codes keep the primary code in the low byte
_TRANSIENT = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

ResultT = TypeVar("ResultT")
Work = Callable[[sqlite3.Connection], ResultT]


class Database:
    """Runs work on a SQLite file. Library errors leave as RetryLater with what to do, bugs as they are."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = ThreadPoolExecutor(1, "tracestore-writer")
        self._readers = ThreadPoolExecutor(READERS, "tracestore-reader")
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock: IO[bytes] | None = None

    async def open(self) -> None:
        """Take the file for this process and create the tables. Raises InquestError where that cannot be."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = self.path.with_suffix(".lock").open("wb")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InquestError(
                f"another trace store uses {self.path}: stop it, or set INQUEST_DATA_DIR to another folder"
            ) from error
        except OSError as error:
            raise InquestError(f"trace store: cannot use {self.path}: {error}; set INQUEST_DATA_DIR") from error
        await self.write(lambda _: None)

    async def write(self, work: Work[ResultT]) -> ResultT:
        """Run work in the writer thread, in one transaction."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._run, self._write, work)

    async def read(self, work: Work[ResultT]) -> ResultT:
        """Run work in a reader thread, on a connection that cannot write."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._run, self._read, work)

    async def shrink(self, pages_max: int) -> None:
        """Give back up to so many pages that deletions freed; a few milliseconds, whatever the size of the file."""

        def work(_: Work[None]) -> None:
            self._connection(is_writer=True).execute(f"PRAGMA incremental_vacuum({pages_max})").fetchall()

        await asyncio.get_running_loop().run_in_executor(self._writer, self._run, work, lambda _: None)

    async def close(self) -> None:
        """Finish what runs, then close. Safe to call twice."""
        for executor in (self._writer, self._readers):
            await asyncio.to_thread(executor.shutdown)
        while self._connections:
            self._connections.pop().close()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _run(self, how: Callable[[Work[ResultT]], ResultT], work: Work[ResultT]) -> ResultT:
        try:
            return how(work)
        except sqlite3.Error as error:
            raise translate(error, self.path) from error

    def _write(self, work: Work[ResultT]) -> ResultT:
        connection = self._connection(is_writer=True)
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # SQLite itself rolls back on some errors, a full disk among them
                connection.execute("ROLLBACK")
            raise
        return result

    def _read(self, work: Work[ResultT]) -> ResultT:
        connection = self._connection(is_writer=False)
        connection.execute("BEGIN")  # several statements of one answer see one state
        try:
            return work(connection)
        finally:
            connection.execute("COMMIT")

    def _connection(self, *, is_writer: bool) -> sqlite3.Connection:
        present: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if present is not None:
            return present
        # Closing happens in close(), when no thread runs; hence check_same_thread=False.
        fresh = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
        try:
            fresh.execute("PRAGMA journal_mode = WAL")
            fresh.execute("PRAGMA synchronous = FULL")
            if is_writer:
                schema.prepare(fresh)
            else:
                fresh.execute("PRAGMA query_only = ON")
        except BaseException:
            fresh.close()
            raise
        self._local.connection = fresh
        self._connections.append(fresh)
        return fresh


def translate(error: sqlite3.Error, path: Path) -> Exception:
    """Return what a SQLite error means to the failure policy; errors of our own making come back as they are."""
    code = getattr(error, "sqlite_errorcode", 0) & _CODE_MASK
    if code == sqlite3.SQLITE_FULL:
        return RetryLater(
            f"trace store: the disk of {path} is full: free some space; nothing is lost, the streams keep it until then"
        )
    if code in _DAMAGED:
        return RetryLater(
            f"trace store: {path} is damaged ({error}): stop, move it away and start; it is rebuilt from the streams"
        )
    if code == sqlite3.SQLITE_READONLY:
        return RetryLater(f"trace store: {path} cannot be written ({error}): check its owner and mount")
    if code in _TRANSIENT:
        return RetryLater(f"trace store: {path}: {error}")
    return error
