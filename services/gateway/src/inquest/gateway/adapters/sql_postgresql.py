"""Asks PostgreSQL: a transaction that is read only, with a time limit for its statement, and a cursor for its rows.

Imported when a configuration names such a database, as psycopg is an extra.
"""

import asyncio
import math
import socket
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import errors
from psycopg.rows import dict_row
from psycopg.types.string import TextLoader

from inquest.config.kinds.sql import PostgresqlDatabase
from inquest.config.sql_text import Part
from inquest.contracts.latest import ErrorKind
from inquest.gateway.adapters.http_auth import secret
from inquest.gateway.adapters.sql_rows import Row, Values
from inquest.gateway.domain.addresses import Reach
from inquest.gateway.ports import ProviderError

_CONNECT_S_MAX = 5
_BATCH = 100
_SAID_CHARS_MAX = 300
_REFUSALS: dict[str, ErrorKind] = {
    "authentication failed": "auth",
    "no password supplied": "auth",
    "no pg_hba.conf entry": "auth",
    "does not exist": "not-found",
}
_AS_TEXT = ("date", "timestamp", "timestamptz")  # beyond the year 9999, and infinity, Python has none of these


class Postgresql:
    """One database. A connection lives for one statement: there are few, and none holds a transaction open."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._database = database
        self._reach = Reach(frozenset({database.host.lower()}), database.networks)

    def text(self, parts: list[Part]) -> str:
        """Return a query as psycopg has its parameters."""
        return "".join(f"%({part.name})s" if part.name else part.text.replace("%", "%%") for part in parts)

    async def rows(self, text: str, values: Values, rows_max: int, limit_s: float) -> list[Row]:
        """Return up to `rows_max` rows. Raises ProviderError."""
        try:
            async with asyncio.timeout(limit_s):
                return await self._read(text, values, rows_max, limit_s)
        except TimeoutError as error:
            raise ProviderError("timeout", f"{self._where}: no whole answer in time") from error
        except (psycopg.Error, UnicodeError) as error:
            raise _told(error, self._where) from error

    @property
    def _where(self) -> str:
        return f"{self._database.host}:{self._database.port}/{self._database.database}"

    async def _read(self, text: str, values: Values, rows_max: int, limit_s: float) -> list[Row]:
        connection = await self._connect(max(1, math.ceil(limit_s * 1000)))
        try:
            for name in _AS_TEXT:
                connection.adapters.register_loader(name, TextLoader)
            await connection.set_read_only(True)
            found: list[Row] = []
            async with connection.cursor(name="inquest", row_factory=dict_row) as cursor:
                await cursor.execute(text.encode(), values)
                while len(found) < rows_max and (some := await cursor.fetchmany(min(_BATCH, rows_max - len(found)))):
                    found += some
            return found
        finally:
            with suppress(psycopg.Error):
                await connection.rollback()
            await connection.close()

    async def _connect(self, limit_ms: int) -> psycopg.AsyncConnection[Any]:
        database = self._database
        is_plain = database.tls == "off"
        return await psycopg.AsyncConnection.connect(
            host=database.host,
            hostaddr=await self._address(),
            port=database.port,
            dbname=database.database,
            user=database.user,
            password=secret(database.password) if database.password else None,
            connect_timeout=_CONNECT_S_MAX,
            application_name="inquest",
            options=f"-c default_transaction_read_only=on -c statement_timeout={limit_ms} -c timezone=UTC "
            f"-c idle_in_transaction_session_timeout={limit_ms} -c datestyle=ISO",
            sslmode="disable" if is_plain else "verify-full",
            sslrootcert=None if is_plain else str(database.ca_file or "system"),
        )

    async def _address(self) -> str:
        """Return the first address of the host that may be reached: the one that was checked is connected to."""
        host, refusal = self._database.host, ""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, self._database.port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise ProviderError("unreachable", f"the name {host} is not known: {error.strerror or error}") from error
        for *_, address in found:
            refusal = self._reach.refusal(host, str(address[0]))
            if not refusal:
                return str(address[0])
        raise ProviderError("unreachable", refusal or f"{host} has no address")


def _told(error: Exception, where: str) -> ProviderError:
    said = f"{where}: {' '.join(str(error).split())[:_SAID_CHARS_MAX] or type(error).__name__}"
    if isinstance(error, errors.QueryCanceled):
        return ProviderError("timeout", f"{where}: the statement took longer than it may")
    if isinstance(error, errors.InsufficientPrivilege | errors.InvalidAuthorizationSpecification):
        return ProviderError("auth", said)
    if isinstance(error, errors.UndefinedTable | errors.UndefinedColumn | errors.InvalidCatalogName):
        return ProviderError("not-found", said)
    state = getattr(error, "sqlstate", None) or ""
    if isinstance(error, psycopg.OperationalError) and not state:  # refused before there was a session
        kind: ErrorKind = next((kind for words, kind in _REFUSALS.items() if words in str(error)), "unreachable")
        return ProviderError(kind, said)
    return ProviderError("retryable" if state[:2] in {"08", "40", "53", "57", "58"} else "malformed", said)
