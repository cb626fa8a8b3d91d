"""What the trace index forgets, and what it knows of the archive. Deletions are small, and give their pages back."""
# ruff: noqa: S608 - queries are composed of constants of this file; every value is bound

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inquest.contracts.latest import Erasure
from inquest.contracts.v1.retention import Hold
from inquest.tracestore.adapters.database import Database
from inquest.tracestore.adapters.queries import COLUMNS, row_of, stamp
from inquest.tracestore.domain.bundle import BUNDLED, Place
from inquest.tracestore.domain.rows import parse
from inquest.tracestore.domain.texts import searchable

ROWS_AT_ONCE = 500  # deleted in one transaction: readers and the writer of new rows wait no longer
PAGES_AT_ONCE = 2000  # given back after each
ENDED = ("concluded", "cancelled", "timed-out")


@dataclass(frozen=True, slots=True)
class Kept:
    """An investigation in the archive."""

    tenant: str
    investigation_id: str
    incident_id: str


class SqliteKeeping:
    """Retention of one SQLite file. Raises RetryLater while the disk does not play along."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tenants(self) -> list[str]:
        """Return the tenants of which anything is kept."""
        return await self._database.read(
            lambda c: [str(tenant) for (tenant,) in c.execute("SELECT DISTINCT tenant FROM messages ORDER BY 1")]
        )

    async def candidates(self, tenant: str, opened_before: datetime, holds: Sequence[Hold]) -> list[str]:
        """Return what ended and is neither archived nor held, and what of which more came since; oldest first."""
        query = (
            "SELECT i.investigation_id, i.incident_id FROM investigations i"
            " LEFT JOIN archived a USING (tenant, investigation_id)"
            " WHERE i.tenant = ? AND i.opened_at < ? AND (a.late OR a.tenant IS NULL AND i.state IN (?, ?, ?))"
            " ORDER BY i.opened_at"
        )
        values = (tenant, stamp(opened_before), *ENDED)
        found = await self._database.read(lambda c: c.execute(query, values).fetchall())
        return [str(one) for one, incident in found if not any(hold.covers(tenant, incident, one) for hold in holds)]

    async def archived(self) -> set[tuple[str, str]]:
        """Return (tenant, investigation) of everything that is known to be archived."""
        query = "SELECT tenant, investigation_id FROM archived"
        return await self._database.read(lambda c: {(str(a), str(b)) for a, b in c.execute(query)})

    async def mark(self, kept: Kept, closed_at: datetime, places: frozenset[Place]) -> None:
        """Note that an investigation is archived, with what. What is stored of it beyond that is to follow."""

        def work(connection: sqlite3.Connection) -> None:
            query = "SELECT stream, seq FROM messages WHERE tenant = ? AND investigation_id = ?"
            stored = set(connection.execute(query, (kept.tenant, kept.investigation_id)))
            late = any(place not in places for place in stored if place[0] in BUNDLED)
            values = (kept.tenant, kept.investigation_id, kept.incident_id, stamp(closed_at), late)
            connection.execute("INSERT OR REPLACE INTO archived VALUES (?, ?, ?, ?, ?)", values)

        await self._database.write(work)

    async def expired(self, tenant: str, closed_before: datetime) -> list[Kept]:
        """Return what was archived of a tenant and closed before a time."""
        query = "SELECT tenant, investigation_id, incident_id FROM archived WHERE tenant = ? AND closed_at < ?"
        values = (tenant, stamp(closed_before))
        return await self._database.read(lambda c: [Kept(*found) for found in c.execute(query, values)])

    async def unmark(self, kept: Kept) -> None:
        """Forget that an investigation was archived."""
        await self._database.write(
            lambda c: c.execute(
                "DELETE FROM archived WHERE tenant = ? AND investigation_id = ?", (kept.tenant, kept.investigation_id)
            )
        )

    async def forget_old(self, tenant: str, before: datetime, holds: Sequence[Hold]) -> int:
        """Remove what ended, or belongs to no investigation, before a time and is not held; returns how many rows."""
        if any(hold.covers(tenant) for hold in holds):
            return 0
        values = (tenant, *ENDED, stamp(before), stamp(before))
        query = (
            "SELECT i.investigation_id, i.incident_id FROM investigations i WHERE i.tenant = ? AND i.state IN (?, ?, ?)"
            " AND i.opened_at < ? AND (SELECT max(m.stored_at) FROM messages m"
            " WHERE m.tenant = i.tenant AND m.investigation_id = i.investigation_id) < ?"
        )
        ended = await self._database.read(lambda c: c.execute(query, values).fetchall())
        gone = [one for one, incident in ended if not any(hold.covers(tenant, incident, one) for hold in holds)]
        rows = sum([await self.forget_investigation(tenant, one) for one in gone])
        held = [hold.incident_id for hold in holds if hold.tenant == tenant and hold.incident_id]
        marks = ", ".join("?" * len(held))
        rest = (
            "tenant = ? AND stored_at < ? AND (investigation_id IS NULL OR investigation_id NOT IN"
            " (SELECT investigation_id FROM investigations WHERE tenant = ?)) AND (incident_id IS NULL OR incident_id"
            f" NOT IN (SELECT incident_id FROM investigations WHERE tenant = ?) AND incident_id NOT IN ({marks}))"
        )
        return rows + await self._delete(rest, (tenant, stamp(before), tenant, tenant, *held))

    async def forget_investigation(self, tenant: str, investigation_id: str) -> int:
        """Remove everything of an investigation; returns how many rows."""
        rows = await self._delete("tenant = ? AND investigation_id = ?", (tenant, investigation_id))

        def work(connection: sqlite3.Connection) -> None:
            for table in ("investigations", "investigation_services"):
                query = f"DELETE FROM {table} WHERE tenant = ? AND investigation_id = ?"
                connection.execute(query, (tenant, investigation_id))

        await self._database.write(work)
        return rows

    async def forget_incident(self, tenant: str, incident_id: str, signal_ids: Sequence[str]) -> int:
        """Remove what was said of an incident and its signals; returns how many rows."""
        rows = await self._delete("tenant = ? AND incident_id = ?", (tenant, incident_id))
        for signal_id in signal_ids:
            rows += await self._delete("tenant = ? AND signal_id = ?", (tenant, signal_id))
        return rows

    async def signals_of(self, tenant: str, incident_id: str) -> list[str]:
        """Return the ids of an incident's signals."""
        query = (
            "SELECT DISTINCT value FROM messages m, json_each(m.payload, '$.signal_ids')"
            " WHERE m.tenant = ? AND m.incident_id = ? AND m.stream = 'INCIDENTS'"
        )
        return await self._database.read(lambda c: [str(one) for (one,) in c.execute(query, (tenant, incident_id))])

    async def erase(self, erasure: Erasure) -> int:
        """Remove what somebody had purged; returns how many rows. Doing it again changes nothing."""
        rows, tenant = 0, erasure.tenant
        if erasure.investigation_id:
            rows += await self.forget_investigation(tenant, erasure.investigation_id)
            await self.unmark(Kept(tenant, erasure.investigation_id, ""))
        if erasure.incident_id:
            signals = await self.signals_of(tenant, erasure.incident_id)
            rows += await self.forget_incident(tenant, erasure.incident_id, signals)
        if erasure.before:
            rows += await self.forget_old(tenant, erasure.before, ())
        return rows

    async def _delete(self, where: str, values: Sequence[object]) -> int:
        """Delete rows with their words, some at a time; lines of incidents that nothing describes go with them."""

        def work(connection: sqlite3.Connection) -> int:
            query = f"SELECT position, {COLUMNS} FROM messages WHERE {where} ORDER BY position LIMIT {ROWS_AT_ONCE}"
            found = connection.execute(query, values).fetchall()
            touched = set()
            for position, *rest in found:
                row = row_of(rest)
                # The index holds words and no texts: what is taken out is computed again from the message.
                if row.investigation_id and (words := searchable(parse(row))):
                    connection.execute(
                        "INSERT INTO search (search, rowid, words) VALUES ('delete', ?, ?)", (position, words)
                    )
                connection.execute("DELETE FROM messages WHERE position = ?", (position,))
                touched |= {(row.tenant, row.incident_id)} if row.incident_id else set()
            for tenant, incident_id in touched:
                _drop_incident_line(connection, tenant, incident_id)
            return len(found)

        total = 0
        while deleted := await self._database.write(work):
            total += deleted
            await self._database.shrink(PAGES_AT_ONCE)
        return total


def _drop_incident_line(connection: sqlite3.Connection, tenant: str, incident_id: str) -> None:
    left = connection.execute("SELECT 1 FROM messages WHERE tenant = ? AND incident_id = ?", (tenant, incident_id))
    if left.fetchone() is None:
        for table in ("incidents", "incident_services"):
            connection.execute(f"DELETE FROM {table} WHERE tenant = ? AND incident_id = ?", (tenant, incident_id))
