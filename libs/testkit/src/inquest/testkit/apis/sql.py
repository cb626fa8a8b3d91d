"""A shop's database: thirty orders of two services, in SQLite."""

import asyncio
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from inquest.contracts.latest import ObjectsRequest, Window
from inquest.testkit.providers import PLANTED, ProviderCase, Source

T0 = datetime(2026, 3, 1, 14, tzinfo=UTC)
TABLE = "CREATE TABLE orders (id integer PRIMARY KEY, team text, status text, note text, total numeric, changed text)"
QUERIES: tuple[dict[str, Any], ...] = (
    {
        "kind": "order",
        "sql": "SELECT * FROM orders WHERE changed >= :since AND changed < :until ORDER BY id",
        "parameters": {
            "since": {"value": "start", "type": "timestamp"},
            "until": {"value": "end", "type": "timestamp"},
        },
        "time_column": "changed",
        "service_column": "team",
    },
    {
        "kind": "order",
        "sql": "SELECT * FROM orders WHERE id = :key",
        "parameters": {"key": {"value": "id", "type": "integer"}},
        "time_column": "changed",
        "service_column": "team",
    },
)


def orders(count: int = 30) -> list[tuple[Any, ...]]:
    """Return an order of every minute."""
    return [
        (
            n,
            ("cart", "payments")[n % 2],
            "stuck",
            f"pay by {PLANTED}",
            9.5,
            f"{T0 + timedelta(minutes=n):%Y-%m-%d %H:%M:%S}",
        )
        for n in range(count)
    ]


def make(path: Path) -> Path:
    """Write the database."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(TABLE)
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)", orders())
    return path


def config(path: Path, **more: Any) -> dict[str, Any]:
    """Return what inquest.yaml would say."""
    settings = {"database": {"kind": "sqlite", "path": str(path)}, "queries": QUERIES, **more}
    return {"name": "shop", "kind": "sql", "settings": settings}


@asynccontextmanager
async def _start() -> AsyncIterator[Source]:
    with tempfile.TemporaryDirectory() as name:
        yield Source(config(await asyncio.to_thread(make, Path(name) / "shop.db")))


CASES = (
    ProviderCase(
        "sql",
        "objects",
        ObjectsRequest(window=Window(start=T0 + timedelta(minutes=4), end=T0 + timedelta(minutes=20))),
        _start,
        services=({"service_id": "checkout", "aliases": {"sql": ["payments"]}},),
    ),
)
