"""A provider outside the gateway: for `inquest doctor`, `inquest provider test`, and the tests."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from inquest.bus.port import BusPort
from inquest.config import Catalogue, TenantConfig
from inquest.config.provider_section import ProviderSettings
from inquest.gateway.adapters.http_clients import HttpClients, Transports
from inquest.gateway.adapters.kit import Kit
from inquest.gateway.adapters.pack_shelf import PackShelf
from inquest.gateway.adapters.registry import builder
from inquest.gateway.ports import Provider


@asynccontextmanager
async def making(
    settings: ProviderSettings,
    tenant: str,
    config: TenantConfig,
    *,
    bus: BusPort | None = None,
    transports: Transports = lambda _: None,
) -> AsyncIterator[Provider]:
    """Yield the provider, and close its connections afterwards.

    Raises Impossible for a kind that is not there, and for one that reads the bus where none is given.
    """
    clients = HttpClients(transports)
    with ThreadPoolExecutor(1) as executor:
        kit = Kit(tenant, Catalogue(config.catalogue), bus, executor, clients, PackShelf(1))
        try:
            yield builder(settings.kind)(settings, kit)
        finally:
            await clients.aclose()
