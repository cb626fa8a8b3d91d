"""Makes providers as the gateway makes them, and asks them as it does."""

import time
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from inquest.bus.port import BusPort
from inquest.config import Catalogue, TenantConfig
from inquest.contracts.latest import Domain, DomainRequest, Query
from inquest.gateway.adapters.http_clients import HttpClients, Transports
from inquest.gateway.adapters.kit import Kit
from inquest.gateway.adapters.pack_shelf import PackShelf
from inquest.gateway.adapters.registry import builder
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.request import request_of
from inquest.gateway.ports import Context, Provider
from inquest.testkit.memory import MemoryBus

TENANT = "acme"


@asynccontextmanager
async def made(
    config: Mapping[str, Any],
    *,
    services: tuple[Mapping[str, Any], ...] = (),
    bus: BusPort | None = None,
    transports: Transports = lambda _: None,
) -> AsyncIterator[Provider]:
    """Yield a provider from what inquest.yaml would say of it; `services` is the catalogue."""
    clients = HttpClients(transports)
    tenant = TenantConfig.model_validate({"providers": [config], "catalogue": {"services": services}})
    (settings,) = tenant.providers
    with ThreadPoolExecutor(1) as executor:
        kit = Kit(TENANT, Catalogue(tenant.catalogue), bus or MemoryBus(), executor, clients, PackShelf(2))
        try:
            yield builder(settings.kind)(settings, kit)
        finally:
            await clients.aclose()


async def ask(
    provider: Provider, domain: Domain, query: Query | DomainRequest, *, left_s: float = 10.0, bytes_max: int = 10**7
) -> Fetched:
    """Return the answer to a call; a query becomes the domain's request."""
    request = request_of(domain, query) if isinstance(query, Query) else query
    return await provider.call(request, Context(TENANT, domain, time.monotonic() + left_s, bytes_max))
