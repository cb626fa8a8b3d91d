"""Reads business records by the queries of the configuration. What a request brings are values, never SQL."""

import asyncio
from typing import Protocol

from inquest.config import Catalogue
from inquest.config.kinds.sql import SqliteDatabase, SqlQuery
from inquest.config.kinds.sql import SqlProvider as Config
from inquest.config.sql_text import Part, parts
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import (
    DataSourceInterfaceContract,
    DomainRequest,
    ObjectData,
    ObjectsRequest,
    ObjectsResponse,
)
from inquest.gateway.adapters.errands import PROBE_S, Errand
from inquest.gateway.adapters.kit import Kit, interfaces
from inquest.gateway.adapters.sql_rows import Row, Values, bindings, object_of, size_of
from inquest.gateway.adapters.sql_sqlite import Sqlite
from inquest.gateway.domain.forge import understood
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.pages import offset, page
from inquest.gateway.ports import Context, ProviderError

SOURCE = "sql"


class Database(Protocol):
    """What is asked."""

    def text(self, parts: list[Part]) -> str:
        """Return a query with its parameters in this database's form."""
        ...

    async def rows(self, text: str, values: Values, rows_max: int, limit_s: float) -> list[Row]:
        """Return up to `rows_max` rows. Raises ProviderError."""
        ...


class SqlProvider:
    """One database."""

    def __init__(self, config: Config, catalogue: Catalogue, database: Database) -> None:
        self._config = config
        self._settings = config.settings
        self._catalogue = catalogue
        self._database = database

    def describe(self) -> tuple[DataSourceInterfaceContract, ...]:
        """See Provider."""
        return interfaces(self._config, health_probe="SELECT 1", cost="metered")

    async def probe(self) -> None:
        """See Provider."""
        await self._database.rows("SELECT 1 AS one", {}, 1, PROBE_S)

    async def call(self, request: DomainRequest, context: Context) -> Fetched:
        """See Provider."""
        if not isinstance(request, ObjectsRequest):
            raise ProviderError("unsupported", f"databases have no {context.domain} here")
        offset(request.cursor)
        queries = [one for one in self._settings.queries if not request.kinds or one.kind in request.kinds]
        asked = [one for one in queries if request.ids or not one.wants_id]
        if not asked:
            why = "only found by their keys" if queries else "not configured here"
            raise ProviderError("unsupported", f"{', '.join(request.kinds)[:200] or 'objects'}: {why}")
        errand = Errand(request, context)
        found = [row for one in asked for row in await self._ask(one, request, errand)]
        rows = list({(row.kind, row.object_id): row for row in found if _is_wanted(row, request)}.values())
        rows.sort(key=lambda row: (row.kind, float("-inf") if row.time is None else row.time, row.object_id))
        paged = page(rows, request)
        return errand.fetched(ObjectsResponse(objects=list(paged.rows), next_cursor=paged.next_cursor), paged.left)

    async def _ask(self, query: SqlQuery, request: ObjectsRequest, errand: Errand) -> list[ObjectData]:
        text, rows_max = self._database.text(parts(query.sql)), self._settings.rows_max
        ids = sorted(set(request.ids))
        if query.wants_id and len(ids) > self._settings.ids_max:
            errand.cuts.append(f"{len(ids)} keys were asked for, {self._settings.ids_max} of them were read")
        found: list[ObjectData] = []
        for values in bindings(query, request, ids[: self._settings.ids_max]):
            errand.asked.append(f"{' '.join(query.sql.split())} {_shown(values)}".strip())
            limit_s = min(self._settings.statement_ms_max / 1000, errand.context.left_s())
            if limit_s <= 0:
                raise ProviderError("timeout", f"no time is left to ask for {query.kind}")
            rows = await self._rows(text, values, rows_max + 1, limit_s)
            if len(rows) > rows_max:
                errand.cuts.append(f"there are more than {rows_max} rows of {query.kind}")
            for row in rows[:rows_max]:
                errand.context.spend(size_of(row))
                with understood(f"a row of {query.kind}"):
                    found.append(object_of(query, row, self._service(query, row)))
        return found

    async def _rows(self, text: str, values: Values, rows_max: int, limit_s: float) -> list[Row]:
        try:
            async with asyncio.timeout(limit_s):  # also while every thread is taken
                return await self._database.rows(text, values, rows_max, limit_s)
        except TimeoutError as error:
            raise ProviderError("timeout", f"no answer within {limit_s:.1f} s") from error

    def _service(self, query: SqlQuery, row: Row) -> str | None:
        name = query.service or (row[query.service_column] if query.service_column else None)
        return None if name is None else self._catalogue.resolve(str(name), SOURCE) or str(name)


def _is_wanted(row: ObjectData, request: ObjectsRequest) -> bool:
    return (not request.ids or row.object_id in request.ids) and (
        not request.services or row.service is None or row.service in request.services
    )


def _shown(values: Values) -> str:
    return ", ".join(f":{name} = {value}" for name, value in sorted(values.items()))


def build(config: Config, kit: Kit) -> SqlProvider:
    """See Build. Raises Impossible where the driver of the database is not installed."""
    database = config.settings.database
    if isinstance(database, SqliteDatabase):
        return SqlProvider(config, kit.catalogue, Sqlite(database.path, kit.executor))
    try:
        from inquest.gateway.adapters.sql_postgresql import Postgresql  # noqa: PLC0415 - psycopg is an extra
    except ImportError as error:
        raise Impossible("PostgreSQL needs psycopg: install inquest-gateway[sql]") from error
    return SqlProvider(config, kit.catalogue, Postgresql(database))
