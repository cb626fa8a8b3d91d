"""The edge: what people see."""

from typing import Any

from shopkit import settings
from shopkit.client import call
from shopkit.server import serve
from starlette.requests import Request


async def home(request: Request) -> Any:
    """Show a page of the catalogue."""
    page = int(request.query_params.get("page", "0"))
    found = await call("catalog", "GET", f"/products?page={page}")
    return {"products": found, "footer": "2026" if settings.flag("new-footer") else "2025"}


async def product(request: Request) -> Any:
    """Show one product and what goes with it."""
    product_id = request.path_params["id"]
    found = await call("catalog", "GET", f"/products/{product_id}")
    similar = await call("recommend", "GET", f"/similar/{product_id}")
    return {"product": found, "similar": similar["products"]}


async def order(request: Request) -> Any:
    """Place an order."""
    return await call("checkout", "POST", "/orders", await request.json())


def main() -> None:
    """Serve."""
    serve({"GET /": home, "GET /product/{id:int}": product, "POST /checkout": order})
