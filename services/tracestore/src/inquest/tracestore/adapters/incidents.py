"""Incidents in SQLite: the line of each, written with the messages that change it, and its story."""
# ruff: noqa: S608 - queries are composed of constants of this file; every value is bound

import re
import sqlite3

from inquest.contracts import subjects as s
from inquest.contracts.latest import (
    AdmissionDecided,
    Incident,
    IncidentStory,
    IncidentSummary,
    InvestigationSummary,
)
from inquest.tracestore.adapters.queries import in_scope, rows_of_incident, rows_where, stamp
from inquest.tracestore.domain.incidents import assemble_incident, decisions_of, summarise_incident
from inquest.tracestore.domain.rows import Row, parse
from inquest.tracestore.domain.search import IncidentFilters, decode_token, encode_token
from inquest.tracestore.domain.story import of, parsed
from inquest.tracestore.ports import IncidentPage

SIGNALS_MAX = 1000  # shown of one incident; the count is in its line
_NEWEST_MAX = 50  # rows that a line is made of: the newest snapshot and decision are among them
_NUMBER = re.compile(r"(?:INC-)?(\d{1,18})", re.IGNORECASE)
_TOLD = (s.INVESTIGATION_RECORDED.name, s.VERDICT_REACHED.name, s.NOTICE_SENT.name)


def project(connection: sqlite3.Connection, tenant: str, incident_id: str) -> None:
    """Write the line of an incident anew; an incident of which nothing is known has none."""
    newest = rows_where(
        connection,
        "position IN (SELECT position FROM messages WHERE tenant = ? AND incident_id = ?"
        " ORDER BY stored_at DESC, position DESC LIMIT ?)",
        (tenant, incident_id, _NEWEST_MAX),
    )
    summary = summarise_incident(newest, incident_id, _investigation(connection, tenant, incident_id))
    if summary is None:
        return
    line = (
        tenant,
        incident_id,
        summary.number,
        summary.state,
        summary.admission,
        stamp(summary.opened_at),
        summary.model_dump_json(),
    )
    connection.execute("INSERT OR REPLACE INTO incidents VALUES (?, ?, ?, ?, ?, ?, ?)", line)
    connection.execute("DELETE FROM incident_services WHERE tenant = ? AND incident_id = ?", (tenant, incident_id))
    connection.executemany(
        "INSERT OR IGNORE INTO incident_services VALUES (?, ?, ?)",
        [(tenant, service, incident_id) for service in summary.services],
    )


def page(connection: sqlite3.Connection, tenant: str, filters: IncidentFilters, size: int, token: str) -> IncidentPage:
    """Return one page, newest first. Raises Impossible on a token that is not ours."""
    where, values = _conditions(tenant, filters)
    if token:
        where += " AND (opened_at, incident_id) < (?, ?)"
        values += decode_token(token)
    query = (
        f"SELECT summary, opened_at, incident_id FROM incidents WHERE {where}"
        " ORDER BY opened_at DESC, incident_id DESC LIMIT ?"
    )
    found = connection.execute(query, (*values, size + 1)).fetchall()
    shown = tuple(IncidentSummary.model_validate_json(summary) for summary, *_ in found[:size])
    return IncidentPage(shown, encode_token(*found[size - 1][1:]) if len(found) > size else "")


def story(connection: sqlite3.Connection, tenant: str, wanted: str) -> IncidentStory | None:
    """Return the story of an incident, by its id or its number, or None."""
    incident_id = _id_of(connection, tenant, wanted)
    rows = rows_of_incident(connection, tenant, incident_id)
    if not rows:
        return None
    investigation = _investigation(connection, tenant, incident_id)
    own = [*rows, *_signals(connection, tenant, rows), *_told(connection, tenant, rows, investigation)]
    return assemble_incident(own, incident_id, investigation)


def _id_of(connection: sqlite3.Connection, tenant: str, wanted: str) -> str:
    exact = connection.execute("SELECT 1 FROM incidents WHERE tenant = ? AND incident_id = ?", (tenant, wanted))
    number = _NUMBER.fullmatch(wanted)
    if exact.fetchone() or number is None:
        return wanted
    query = "SELECT incident_id FROM incidents WHERE tenant = ? AND number = ? AND number > 0"
    found = connection.execute(query, (tenant, int(number[1]))).fetchone()
    return str(found[0]) if found else wanted


def _investigation(connection: sqlite3.Connection, tenant: str, incident_id: str) -> InvestigationSummary | None:
    query = "SELECT summary FROM investigations WHERE tenant = ? AND incident_id = ? ORDER BY opened_at DESC LIMIT 1"
    found = connection.execute(query, (tenant, incident_id)).fetchone()
    return InvestigationSummary.model_validate_json(found[0]) if found else None


def _signals(connection: sqlite3.Connection, tenant: str, rows: list[Row]) -> list[Row]:
    told = [message for message in map(parse, rows) if isinstance(message, Incident)]
    ids = {signal_id for incident in told for signal_id in incident.signal_ids}
    ids |= {decision.signal_id for decision in decisions_of(told) if decision.signal_id}
    return [
        row
        for signal_id in sorted(ids)[:SIGNALS_MAX]
        for row in rows_where(connection, "tenant = ? AND signal_id = ?", (tenant, signal_id))
    ]


def _told(
    connection: sqlite3.Connection, tenant: str, rows: list[Row], investigation: InvestigationSummary | None
) -> list[Row]:
    """Return what its investigation concluded and told. One that was refused has notices all the same."""
    ids = {decided.investigation_id for decided in of(parsed(rows), AdmissionDecided)}
    ids |= {investigation.investigation_id} if investigation else set()
    return [
        row
        for investigation_id in sorted(ids)
        for row in rows_where(
            connection, "tenant = ? AND investigation_id = ? AND name IN (?, ?, ?)", (tenant, investigation_id, *_TOLD)
        )
    ]


def _conditions(tenant: str, filters: IncidentFilters) -> tuple[str, tuple[object, ...]]:
    clauses: list[tuple[str, tuple[object, ...]]] = [("tenant = ?", (tenant,))]
    for column, wanted in (("state", filters.states), ("admission", filters.admissions)):
        if wanted:
            clauses.append((f"{column} IN ({', '.join('?' * len(wanted))})", wanted))
    if filters.service:
        query = "SELECT incident_id FROM incident_services WHERE tenant = ? AND service = ?"
        clauses.append((f"incident_id IN ({query})", (tenant, filters.service)))
    if filters.scope is not None:
        clauses.append(in_scope("incident", tenant, filters.scope))
    if filters.opened_after:
        clauses.append(("opened_at >= ?", (stamp(filters.opened_after),)))
    if filters.opened_before:
        clauses.append(("opened_at < ?", (stamp(filters.opened_before),)))
    return " AND ".join(text for text, _ in clauses), tuple(value for _, values in clauses for value in values)
