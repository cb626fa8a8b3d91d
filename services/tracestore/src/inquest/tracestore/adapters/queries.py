"""Rows of the table of messages, there and back."""
# ruff: noqa: S608 - queries are composed of constants of this file; every value is bound

import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from inquest.tracestore.domain.rows import Row

STORY_ROWS_MAX = 50_000  # an investigation has hundreds; this bounds the memory of one answer
COLUMNS = "stream, seq, subject, name, tenant, investigation_id, incident_id, signal_id, stored_at, headers, payload"


def rows_of_incident(connection: sqlite3.Connection, tenant: str, incident_id: str) -> list[Row]:
    """Return the messages about one incident, in order of arrival."""
    return rows_where(connection, "tenant = ? AND incident_id = ?", (tenant, incident_id))


def rows_where(connection: sqlite3.Connection, where: str, values: Sequence[object]) -> list[Row]:
    """Return the messages that fulfil a condition, in order of arrival."""
    query = f"SELECT {COLUMNS} FROM messages WHERE {where} ORDER BY position LIMIT {STORY_ROWS_MAX}"
    return [row_of(found) for found in connection.execute(query, values)]


def in_scope(kind: str, tenant: str, scope: frozenset[str]) -> tuple[str, tuple[object, ...]]:
    """Return the condition, and its values, that an `investigation` or an `incident` names a service of the scope."""
    query = f"SELECT {kind}_id FROM {kind}_services WHERE tenant = ? AND service IN (SELECT value FROM json_each(?))"
    return f"{kind}_id IN ({query})", (tenant, json.dumps(sorted(scope)))


def stamp(at: datetime) -> str:
    """Return the time as text that sorts by time: UTC, always with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def values_of(row: Row) -> tuple[object, ...]:
    """Return a row as the values of COLUMNS."""
    return (
        row.stream,
        row.seq,
        row.subject,
        row.name,
        row.tenant,
        row.investigation_id,
        row.incident_id,
        row.signal_id,
        stamp(row.stored_at),
        row.headers,
        row.payload,
    )


def row_of(found: Sequence[object]) -> Row:
    """Return the row of the values of COLUMNS."""
    values = list(found)
    values[8] = datetime.fromisoformat(str(values[8]))
    return Row(*values)  # type: ignore[arg-type]  # the columns are the fields, in order
