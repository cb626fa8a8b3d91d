"""Takes an order: prices, stock, payment, and the order itself."""

from typing import Any

from shopkit import telemetry
from shopkit.client import call
from shopkit.errors import ServiceError
from shopkit.pool import Pool
from shopkit.server import serve
from starlette.requests import Request

_pool: list[Pool] = []
_placed = telemetry.counter("orders.placed")
_declined = telemetry.counter("orders.declined")


async def place(request: Request) -> Any:
    """Place an order; the connection is held from the customer's row to the order's."""
    order = await request.json()
    items: list[dict[str, int]] = order["items"]
    total_minor = await price(items)
    async with _pool[0].connection() as db:
        customer = await db.query("SELECT id, name FROM customers WHERE id = ?", order["customer"])
        await call("inventory", "POST", "/reserve", {"items": items})
        receipt = await pay(total_minor, order["card"], items)
        await db.query("BEGIN IMMEDIATE")
        rows = await db.query(
            "INSERT INTO orders (customer_id, total_minor, receipt) VALUES (?, ?, ?) RETURNING id",
            customer[0][0],
            total_minor,
            receipt,
        )
        await db.query("COMMIT")
    _placed(1)
    telemetry.log.info("order %d placed, %d items, %d minor", rows[0][0], len(items), total_minor)
    return {"order": rows[0][0], "total_minor": total_minor}


async def price(items: list[dict[str, int]]) -> int:
    """Add up the order in minor units."""
    ids = ",".join(str(item["product"]) for item in items)
    prices = await call("catalog", "GET", f"/prices?ids={ids}")
    return sum(prices[str(item["product"])] * item["quantity"] for item in items)


async def pay(total_minor: int, card: str, items: list[dict[str, int]]) -> str:
    """Charge the card; gives the stock back where it is declined."""
    try:
        charge = {"amount_minor": total_minor, "currency": "EUR", "card": card}
        answer = await call("payment", "POST", "/charge", charge)
    except ServiceError as error:
        if error.status == 402:
            _declined(1)
        await call("inventory", "POST", "/release", {"items": items})
        raise
    return str(answer["receipt"])


async def start() -> None:
    """Open the pool."""
    _pool.append(Pool())


def main() -> None:
    """Serve."""
    serve({"POST /orders": place}, start=start)
