"""Asks a SQLite file, which is opened read only, and where only reading is authorised."""

import asyncio
import sqlite3
import threading
import time
from concurrent.futures import Executor
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from inquest.config.sql_text import Part
from inquest.gateway.adapters.sql_rows import Row, Values
from inquest.gateway.ports import ProviderError

_READS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
_LOOKS_EVERY = 1000  # instructions of SQLite's machine, well under a millisecond
_VALUE_BYTES_MAX = 8 * 1024 * 1024
_LOCKED_S = 1.0


class Sqlite:
    """One file. A thread of its own pool asks it; a call that is given up interrupts the statement."""

    def __init__(self, path: Path, executor: Executor) -> None:
        self._path = path
        self._executor = executor

    def text(self, parts: list[Part]) -> str:
        """Return a query as SQLite has its parameters."""
        return "".join(f":{part.name}" if part.name else part.text for part in parts)

    async def rows(self, text: str, values: Values, rows_max: int, limit_s: float) -> list[Row]:
        """Return up to `rows_max` rows. Raises ProviderError."""
        given_up = threading.Event()
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._executor, self._read, text, values, rows_max, time.monotonic() + limit_s, given_up
            )
        finally:
            given_up.set()

    def _read(self, text: str, values: Values, rows_max: int, until_s: float, given_up: threading.Event) -> list[Row]:
        try:
            with closing(self._open()) as connection:
                connection.set_progress_handler(lambda: given_up.is_set() or time.monotonic() > until_s, _LOOKS_EVERY)
                cursor = connection.execute(text, {name: _plain(value) for name, value in values.items()})
                names = [one[0] for one in cursor.description or ()]
                return [dict(zip(names, row, strict=True)) for row in cursor.fetchmany(rows_max)]
        except sqlite3.Error as error:
            raise _told(error, self._path) from error

    def _open(self) -> sqlite3.Connection:
        address = f"file:{quote(str(self._path.absolute()))}?mode=ro"
        connection = sqlite3.connect(address, uri=True, timeout=_LOCKED_S)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _VALUE_BYTES_MAX)
        connection.execute("PRAGMA query_only = ON")
        connection.set_authorizer(_authorised)
        return connection


def _authorised(action: int, *about: Any) -> int:
    is_known = action in _READS and "load_extension" not in about
    return sqlite3.SQLITE_OK if is_known else sqlite3.SQLITE_DENY


def _plain(value: Any) -> Any:
    """Return a time as SQLite's own functions write it: UTC, without a zone."""
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value


def _told(error: sqlite3.Error, path: Path) -> ProviderError:
    text = str(error)
    if "interrupted" in text:
        return ProviderError("timeout", f"{path.name}: the statement took longer than it may")
    if "unable to open" in text or "no such" in text:
        return ProviderError("not-found", f"{path.name}: {text}")
    if "locked" in text or "busy" in text:
        return ProviderError("retryable", f"{path.name}: {text}")
    return ProviderError("malformed", f"{path.name}: {text}")
