"""Products and prices."""

import json
import time
from typing import Any

from shopkit import settings, telemetry
from shopkit.errors import ServiceError
from shopkit.pool import Pool
from shopkit.server import serve
from starlette.requests import Request

PAGE_SIZE = 12

LIST_SQL = (
    "SELECT p.id, p.name, p.price_minor, p.attributes, avg(r.stars), count(r.stars)"
    " FROM products p LEFT JOIN reviews r ON r.product_id = p.id"
    " GROUP BY p.id ORDER BY p.id LIMIT ? OFFSET ?"
)
ONE_SQL = "SELECT id, name, price_minor, attributes FROM products WHERE id = ?"

_pages: dict[int, tuple[float, list[dict[str, Any]]]] = {}
_hits = telemetry.counter("cache.hits")
_misses = telemetry.counter("cache.misses")
telemetry.gauge("cache.entries", lambda: len(_pages))
_pool: list[Pool] = []


async def products(request: Request) -> Any:
    """List one page, from the cache where it is fresh."""
    page = int(request.query_params.get("page", "0"))
    fresh_until, found = _pages.get(page, (0.0, []))
    if time.monotonic() < fresh_until:
        _hits(1)
        return found
    _misses(1)
    async with _pool[0].connection() as db:
        rows = await db.query(LIST_SQL, PAGE_SIZE, page * PAGE_SIZE)
    found = [describe(row) for row in rows]
    _pages[page] = (time.monotonic() + float(settings.config()["cache_ttl_s"]), found)
    return found


async def product(request: Request) -> Any:
    """Describe one product."""
    async with _pool[0].connection() as db:
        rows = await db.query(ONE_SQL, request.path_params["id"])
    if not rows:
        raise ServiceError(404, f"no product {request.path_params['id']}")
    return describe(rows[0])


async def prices(request: Request) -> Any:
    """Give the price of each product asked for, in minor units."""
    ids = [int(part) for part in request.query_params["ids"].split(",")]
    async with _pool[0].connection() as db:
        marks = ",".join("?" * len(ids))
        sql = f"SELECT id, price_minor FROM products WHERE id IN ({marks})"  # noqa: S608 - marks only
        return {str(row[0]): row[1] for row in await db.query(sql, *ids)}


def describe(row: list[Any]) -> dict[str, Any]:
    """Make a product of a row."""
    attributes = json.loads(row[3])
    found = {"id": row[0], "name": row[1], "price_minor": row[2], "weight_g": attributes["weight_g"]}
    if len(row) > 4:
        found |= {"stars": row[4], "reviews": row[5]}
    return found


async def start() -> None:
    """Open the pool."""
    _pool.append(Pool())


def main() -> None:
    """Serve."""
    routes = {"GET /products": products, "GET /products/{id:int}": product, "GET /prices": prices}
    serve(routes, start=start)
