"""The database: SQLite (WAL) behind a socket; one session, and one SQLite connection, per client."""

import signal
import socketserver
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import orjson
from opentelemetry import propagate
from opentelemetry.trace import SpanKind, Status, StatusCode
from shopkit import settings, telemetry

from services.ordersdb.schema import SCHEMA, seed

FILE = settings.TELEMETRY_DIR.parent / "ordersdb.sqlite"
PAGE_BYTES = 4096
WRITES = {"UPDATE", "INSERT", "COMMIT"}
"""Statements that wait for the disk."""

_sessions = 0
_duration = telemetry.duration("db.statement.duration")
_statements = telemetry.counter("db.statements")
_errors = telemetry.counter("db.errors")


class Session(socketserver.StreamRequestHandler):
    """Runs the statements of one client, one JSON line each."""

    def handle(self) -> None:
        """Serve until the client goes."""
        global _sessions  # noqa: PLW0603 - a count for the gauge
        db = connect()
        _sessions += 1
        try:
            for line in self.rfile:
                self.wfile.write(orjson.dumps(self._answer(db, orjson.loads(line))) + b"\n")
        except OSError:
            telemetry.log.warning("a client went away in the middle of a statement")
        finally:
            _sessions -= 1
            db.close()

    def _answer(self, db: sqlite3.Connection, asked: dict[str, Any]) -> dict[str, Any]:
        started = time.perf_counter()
        verb = asked["sql"].split(" ", 1)[0]
        context = propagate.extract(asked.get("headers", {}))
        with telemetry.tracer.start_as_current_span(verb, context, SpanKind.SERVER) as span:
            try:
                if verb == "ROLLBACK" and not db.in_transaction:
                    return {"rows": []}
                if verb in WRITES:
                    time.sleep(float(settings.world("disk_wait_ms", 0)) / 1000)
                return {"rows": db.execute(asked["sql"], asked["args"]).fetchall()}
            except sqlite3.Error as error:
                _errors(1)
                span.set_status(Status(StatusCode.ERROR, str(error)))
                telemetry.log.error("%s failed: %s", verb, error)
                return {"error": str(error)}
            finally:
                _statements(1)
                _duration.record((time.perf_counter() - started) * 1000)


class Server(socketserver.ThreadingTCPServer):
    """One thread per session; they end with the process."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128


def connect() -> sqlite3.Connection:
    """Open the file with the limits of the configuration."""
    config = settings.config()
    db = sqlite3.connect(
        FILE, isolation_level=None, check_same_thread=False, timeout=float(config["busy_timeout_ms"]) / 1000
    )
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute(f"PRAGMA max_page_count = {int(config['volume_bytes']) // PAGE_BYTES}")
    return db


def prepare() -> None:
    """Make the tables where they are not there yet."""
    new = not Path(FILE).exists()
    db = connect()
    if new:
        db.executescript(SCHEMA)
        seed(db)
    pages = connect()
    lock = threading.Lock()

    def used_bytes() -> float:
        with lock:
            return float(pages.execute("PRAGMA page_count").fetchone()[0] * PAGE_BYTES)

    capacity = float(settings.config()["volume_bytes"])
    telemetry.gauge("disk.capacity_bytes", lambda: capacity)
    telemetry.gauge("disk.used_bytes", used_bytes)
    telemetry.gauge("disk.used_ratio", lambda: used_bytes() / capacity)
    telemetry.gauge("db.sessions", lambda: _sessions)


def main() -> None:
    """Serve until told to end."""
    prepare()
    with Server(("127.0.0.1", settings.PORT), Session) as server:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
        telemetry.ready()
        server.serve_forever(poll_interval=0.1)
    telemetry.shutdown()
