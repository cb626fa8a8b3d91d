"""Charges cards at the bank, a third party that is found by name and spoken to over TLS."""

import ssl
from typing import Any

import httpx
from shopkit import settings, telemetry
from shopkit.client import request as send
from shopkit.errors import ServiceError
from shopkit.resolver import resolve
from shopkit.server import serve
from starlette.requests import Request

BANK = "api.acmebank.example"

_client: list[httpx.AsyncClient] = []


async def charge(request: Request) -> Any:
    """Charge a card in minor units."""
    wanted = await request.json()
    if not isinstance(wanted.get("amount_minor"), int):
        raise ServiceError(422, "amount_minor is missing or not an integer")
    address = await resolve(BANK)
    port = settings.address("bank").split(":")[1]
    answer = await send(
        _client[0],
        BANK,
        "POST",
        f"https://{address}:{port}/charges",
        wanted | {"merchant_key": settings.config()["merchant_key"]},
        {"sni_hostname": BANK},
    )
    telemetry.log.info("charged %d minor, receipt %s", wanted["amount_minor"], answer["receipt"])
    return answer


async def start() -> None:
    """Trust the bank's authority; every charge is a new connection, as the bank wants it."""
    trust = ssl.create_default_context(cafile=settings.world("bank_ca", None))
    limits = httpx.Limits(max_keepalive_connections=0)
    _client.append(httpx.AsyncClient(verify=trust, limits=limits, trust_env=False))


def main() -> None:
    """Serve."""
    serve({"POST /charge": charge}, start=start)
