"""Tables of the trace store. A database of another version is emptied and filled again from the streams."""

import sqlite3

VERSION = 3

_TABLES = (
    "messages",
    "search",
    "investigations",
    "investigation_services",
    "incidents",
    "incident_services",
    "archived",
)

_DDL = """
CREATE TABLE messages (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    subject TEXT NOT NULL,
    name TEXT NOT NULL,
    tenant TEXT NOT NULL,
    investigation_id TEXT,
    incident_id TEXT,
    signal_id TEXT,
    stored_at TEXT NOT NULL,
    headers TEXT NOT NULL,
    payload TEXT NOT NULL,
    UNIQUE (stream, seq)
);
CREATE INDEX messages_investigation ON messages (tenant, investigation_id, position) WHERE investigation_id IS NOT NULL;
CREATE INDEX messages_incident ON messages (tenant, incident_id) WHERE incident_id IS NOT NULL;
CREATE INDEX messages_signal ON messages (tenant, signal_id) WHERE signal_id IS NOT NULL;
CREATE INDEX messages_tenant ON messages (tenant, position);
CREATE INDEX messages_age ON messages (tenant, stored_at);
CREATE INDEX messages_notices ON messages (tenant, position) WHERE name = 'evt.notice.sent.v1';

CREATE VIRTUAL TABLE search USING fts5 (words, content='');

CREATE TABLE investigations (
    tenant TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    incident_id TEXT NOT NULL,
    state TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    summary TEXT NOT NULL,
    PRIMARY KEY (tenant, investigation_id)
) WITHOUT ROWID;
CREATE INDEX investigations_opened ON investigations (tenant, opened_at DESC, investigation_id DESC);
CREATE INDEX investigations_incident ON investigations (tenant, incident_id);

CREATE TABLE investigation_services (
    tenant TEXT NOT NULL,
    service TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    PRIMARY KEY (tenant, service, investigation_id)
) WITHOUT ROWID;

CREATE TABLE incidents (
    tenant TEXT NOT NULL,
    incident_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    admission TEXT,
    opened_at TEXT NOT NULL,
    summary TEXT NOT NULL,
    PRIMARY KEY (tenant, incident_id)
) WITHOUT ROWID;
CREATE INDEX incidents_opened ON incidents (tenant, opened_at DESC, incident_id DESC);
CREATE INDEX incidents_number ON incidents (tenant, number);

CREATE TABLE incident_services (
    tenant TEXT NOT NULL,
    service TEXT NOT NULL,
    incident_id TEXT NOT NULL,
    PRIMARY KEY (tenant, service, incident_id)
) WITHOUT ROWID;

CREATE TABLE archived (
    tenant TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    incident_id TEXT NOT NULL,
    closed_at TEXT NOT NULL,
    late INTEGER NOT NULL,
    PRIMARY KEY (tenant, investigation_id)
) WITHOUT ROWID;
CREATE INDEX archived_age ON archived (tenant, closed_at);
"""


def prepare(connection: sqlite3.Connection) -> None:
    """Create the tables, or replace those of another version."""
    (present,) = connection.execute("PRAGMA user_version").fetchone()
    if present == VERSION:
        return
    drops = "".join(f"DROP TABLE IF EXISTS {table};" for table in _TABLES)
    connection.executescript(f"BEGIN; {drops} COMMIT;")
    # Pages that deletions free are given back in small steps; on tables that are there this takes a VACUUM.
    connection.executescript("PRAGMA auto_vacuum = INCREMENTAL; VACUUM;")
    connection.executescript(f"BEGIN; {_DDL} PRAGMA user_version = {VERSION}; COMMIT;")
