"""Stock: reserve and release."""

from typing import Any

from shopkit import telemetry
from shopkit.errors import ServiceError
from shopkit.pool import Pool
from shopkit.server import serve
from starlette.requests import Request

TAKE_SQL = "UPDATE stock SET free = free - ? WHERE product_id = ? AND free >= ? RETURNING free"
GIVE_SQL = "UPDATE stock SET free = free + ? WHERE product_id = ?"

_pool: list[Pool] = []


async def reserve(request: Request) -> Any:
    """Take every item, or none."""
    items = (await request.json())["items"]
    left: dict[int, int] = {}
    async with _pool[0].connection() as db:
        await db.query("BEGIN IMMEDIATE")
        for item in items:
            rows = await db.query(TAKE_SQL, item["quantity"], item["product"], item["quantity"])
            if not rows:
                raise ServiceError(409, f"product {item['product']} is out of stock")
            left[item["product"]] = rows[0][0]
        await db.query("COMMIT")
    telemetry.log.info("reserved %d items, least left %d", len(items), min(left.values()))
    return {"left": left}


async def release(request: Request) -> Any:
    """Give the items back."""
    items = (await request.json())["items"]
    async with _pool[0].connection() as db:
        await db.query("BEGIN IMMEDIATE")
        for item in items:
            await db.query(GIVE_SQL, item["quantity"], item["product"])
        await db.query("COMMIT")
    return {"released": len(items)}


async def start() -> None:
    """Open the pool."""
    _pool.append(Pool())


def main() -> None:
    """Serve."""
    serve({"POST /reserve": reserve, "POST /release": release}, start=start)
