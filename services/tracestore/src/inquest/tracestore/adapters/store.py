"""The Store port over SQLite: raw messages, and the tables projected from them in the same transaction."""
# ruff: noqa: S608 - queries are composed of constants of this file; every value is bound

import sqlite3
from collections.abc import Iterable, Sequence

from inquest.contracts import subjects as s
from inquest.contracts.latest import Incident, IncidentStory, InvestigationStory, InvestigationSummary
from inquest.tracestore.adapters import incidents
from inquest.tracestore.adapters.database import Database
from inquest.tracestore.adapters.notices import notice_page
from inquest.tracestore.adapters.queries import (
    COLUMNS,
    in_scope,
    row_of,
    rows_of_incident,
    rows_where,
    stamp,
    values_of,
)
from inquest.tracestore.domain.bundle import BUNDLED
from inquest.tracestore.domain.rows import Row, parse
from inquest.tracestore.domain.search import Filters, IncidentFilters, NoticeFilters, decode_token, encode_token
from inquest.tracestore.domain.story import assemble, entry, summarise
from inquest.tracestore.domain.texts import searchable
from inquest.tracestore.ports import Hit, IncidentPage, NoticePage, Page, Positioned

_SUMMARY_NAMES = (s.INVESTIGATION_RECORDED.name, s.FEEDBACK_GIVEN.name)


class SqliteStore:
    """Implements Store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, rows: Sequence[Row]) -> int:
        """See Store."""
        return await self._database.write(lambda connection: _append(connection, rows))

    async def last_seq(self, stream: str) -> int:
        """See Store."""

        def work(connection: sqlite3.Connection) -> int:
            (last,) = connection.execute("SELECT max(seq) FROM messages WHERE stream = ?", (stream,)).fetchone()
            return int(last or 0)

        return await self._database.read(work)

    async def story(self, tenant: str, investigation_id: str) -> InvestigationStory | None:
        """See Store."""
        return await self._database.read(lambda c: assemble(_related(c, tenant, investigation_id)))

    async def page(self, tenant: str, filters: Filters, size: int, token: str) -> Page:
        """See Store."""
        where, values = _conditions(tenant, filters)
        if token:
            where += " AND (opened_at, investigation_id) < (?, ?)"
            values += decode_token(token)

        def work(connection: sqlite3.Connection) -> Page:
            query = (
                f"SELECT summary, opened_at, investigation_id FROM investigations WHERE {where}"
                " ORDER BY opened_at DESC, investigation_id DESC LIMIT ?"
            )
            found = connection.execute(query, (*values, size + 1)).fetchall()
            shown = tuple(InvestigationSummary.model_validate_json(summary) for summary, *_ in found[:size])
            return Page(shown, encode_token(*found[size - 1][1:]) if len(found) > size else "")

        return await self._database.read(work)

    async def incident(self, tenant: str, wanted: str) -> IncidentStory | None:
        """See Store."""
        return await self._database.read(lambda connection: incidents.story(connection, tenant, wanted))

    async def incidents(self, tenant: str, filters: IncidentFilters, size: int, token: str) -> IncidentPage:
        """See Store."""
        return await self._database.read(lambda connection: incidents.page(connection, tenant, filters, size, token))

    async def notices(self, tenant: str, filters: NoticeFilters, size: int, token: str) -> NoticePage:
        """See Store."""
        return await self._database.read(lambda connection: notice_page(connection, tenant, filters, size, token))

    async def search(self, tenant: str, words: Sequence[str], filters: Filters, size: int) -> tuple[Hit, ...]:
        """See Store."""
        if not words:
            return ()
        return await self._database.read(lambda connection: _search(connection, tenant, words, filters, size))

    async def records(
        self, tenant: str, investigation_id: str, after: int, size: int, scope: frozenset[str] | None = None
    ) -> list[Positioned]:
        """See Store."""

        def work(connection: sqlite3.Connection) -> list[Positioned]:
            if scope is not None and not _may_see(connection, tenant, investigation_id, scope):
                return []
            return _records(connection, tenant, investigation_id, after, size)

        return await self._database.read(work)


def _append(connection: sqlite3.Connection, rows: Iterable[Row]) -> int:
    marks = ", ".join("?" * 11)
    insert = f"INSERT INTO messages ({COLUMNS}) VALUES ({marks}) ON CONFLICT DO NOTHING RETURNING position"
    touched: set[tuple[str, str]] = set()
    changed: set[tuple[str, str]] = set()
    late: set[tuple[str, str]] = set()  # what comes after an archiving is archived as a part of its own
    fresh = 0
    for row in rows:
        found = connection.execute(insert, values_of(row)).fetchall()
        if not found:
            continue
        fresh += 1
        words = searchable(parse(row)) if row.investigation_id else ""
        if words:
            connection.execute("INSERT INTO search (rowid, words) VALUES (?, ?)", (*found[0], words))
        touched |= _touched(connection, row)
        if row.investigation_id and row.stream in BUNDLED:
            late.add((row.tenant, row.investigation_id))
        if row.incident_id:
            changed.add((row.tenant, row.incident_id))
    connection.executemany("UPDATE archived SET late = 1 WHERE tenant = ? AND investigation_id = ?", late)
    for tenant, investigation_id in touched:
        if incident_id := _project(connection, tenant, investigation_id):
            changed.add((tenant, incident_id))
    for tenant, incident_id in changed:
        incidents.project(connection, tenant, incident_id)
    return fresh


def _touched(connection: sqlite3.Connection, row: Row) -> set[tuple[str, str]]:
    """Return the investigations whose summary the row may change."""
    if row.investigation_id and row.name in _SUMMARY_NAMES:
        return {(row.tenant, row.investigation_id)}
    if row.incident_id:
        query = "SELECT tenant, investigation_id FROM investigations WHERE tenant = ? AND incident_id = ?"
        return set(connection.execute(query, (row.tenant, row.incident_id)))
    return set()


def _project(connection: sqlite3.Connection, tenant: str, investigation_id: str) -> str | None:
    """Write the list's line anew from what is stored, and return its incident.

    The order of arrival leaves no trace in it.
    """
    own = rows_where(
        connection,
        "tenant = ? AND investigation_id = ? AND name IN (?, ?)",
        (tenant, investigation_id, *_SUMMARY_NAMES),
    )
    summary = summarise(own)
    if summary is None:
        return None
    summary = summarise([*own, *rows_of_incident(connection, tenant, summary.incident_id)]) or summary
    connection.execute(
        "INSERT OR REPLACE INTO investigations VALUES (?, ?, ?, ?, ?, ?)",
        (
            tenant,
            investigation_id,
            summary.incident_id,
            summary.state,
            stamp(summary.opened_at),
            summary.model_dump_json(),
        ),
    )
    connection.execute(
        "DELETE FROM investigation_services WHERE tenant = ? AND investigation_id = ?", (tenant, investigation_id)
    )
    connection.executemany(
        "INSERT OR IGNORE INTO investigation_services VALUES (?, ?, ?)",
        [(tenant, service, investigation_id) for service in summary.services],
    )
    return summary.incident_id


def _related(connection: sqlite3.Connection, tenant: str, investigation_id: str) -> list[Row]:
    own = rows_where(connection, "tenant = ? AND investigation_id = ?", (tenant, investigation_id))
    summary = summarise(row for row in own if row.name == s.INVESTIGATION_RECORDED.name)
    if summary is None:
        return own
    incidents = rows_of_incident(connection, tenant, summary.incident_id)
    signal_ids = {
        signal_id
        for incident in map(parse, incidents)
        if isinstance(incident, Incident)
        for signal_id in incident.signal_ids
    }
    signals = [
        row
        for signal_id in sorted(signal_ids)
        for row in rows_where(connection, "tenant = ? AND signal_id = ?", (tenant, signal_id))
    ]
    return [*own, *incidents, *signals]


def _records(
    connection: sqlite3.Connection, tenant: str, investigation_id: str, after: int, size: int
) -> list[Positioned]:
    where, values = "tenant = ?", [tenant]
    if investigation_id:
        where += (
            " AND (investigation_id = ? OR incident_id = (SELECT incident_id FROM investigations"
            " WHERE tenant = ? AND investigation_id = ?))"
        )
        values += [investigation_id, tenant, investigation_id]
    query = f"SELECT position, {COLUMNS} FROM messages WHERE {where} AND position > ? ORDER BY position LIMIT ?"
    found = connection.execute(query, (*values, after, size)).fetchall()
    return [Positioned(first, rest[5] or investigation_id, row_of(rest)) for first, *rest in found]


def _may_see(connection: sqlite3.Connection, tenant: str, investigation_id: str, scope: frozenset[str]) -> bool:
    where, values = in_scope("investigation", tenant, scope)
    query = f"SELECT 1 FROM investigations WHERE tenant = ? AND investigation_id = ? AND {where}"
    return connection.execute(query, (tenant, investigation_id, *values)).fetchone() is not None


def _search(
    connection: sqlite3.Connection, tenant: str, words: Sequence[str], filters: Filters, size: int
) -> tuple[Hit, ...]:
    # Each word may occur in another message of the investigation; the message that matches best gives the rank.
    # CROSS JOIN keeps the full-text index first; SQLite would otherwise ask it anew for each message of the tenant.
    one = (
        "SELECT m.investigation_id FROM search CROSS JOIN messages m ON m.position = search.rowid"
        " WHERE search MATCH ? AND m.tenant = ?"
    )
    where, values = _conditions(tenant, filters)
    query = (
        f"WITH every AS ({' INTERSECT '.join([one] * len(words))}),"
        " best AS (SELECT m.investigation_id, m.position, min(search.rank) AS rank"
        " FROM search CROSS JOIN messages m ON m.position = search.rowid"
        " WHERE search MATCH ? AND m.tenant = ? GROUP BY m.investigation_id)"
        " SELECT summary, position FROM investigations JOIN best USING (investigation_id)"
        f" WHERE {where} AND investigation_id IN every ORDER BY rank, investigation_id LIMIT ?"
    )
    each = [value for word in words for value in (word, tenant)]
    found = connection.execute(query, (*each, " OR ".join(words), tenant, *values, size)).fetchall()
    return tuple(
        Hit(InvestigationSummary.model_validate_json(summary), _line(connection, position))
        for summary, position in found
    )


def _line(connection: sqlite3.Connection, position: int) -> str:
    (row,) = rows_where(connection, "position = ?", (position,))
    return entry(row, parse(row)).text


def _conditions(tenant: str, filters: Filters) -> tuple[str, tuple[object, ...]]:
    clauses: list[tuple[str, tuple[object, ...]]] = [("tenant = ?", (tenant,))]
    if filters.states:
        clauses.append((f"state IN ({', '.join('?' * len(filters.states))})", filters.states))
    if filters.service:
        query = "SELECT investigation_id FROM investigation_services WHERE tenant = ? AND service = ?"
        clauses.append((f"investigation_id IN ({query})", (tenant, filters.service)))
    if filters.scope is not None:
        clauses.append(in_scope("investigation", tenant, filters.scope))
    if filters.opened_after:
        clauses.append(("opened_at >= ?", (stamp(filters.opened_after),)))
    if filters.opened_before:
        clauses.append(("opened_at < ?", (stamp(filters.opened_before),)))
    return " AND ".join(text for text, _ in clauses), tuple(value for _, values in clauses for value in values)
