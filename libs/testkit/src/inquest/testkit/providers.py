"""Makes providers as the gateway makes them, and asks them as it does."""

import pkgutil
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from inquest.bus.port import BusPort
from inquest.config import TenantConfig
from inquest.contracts.latest import Domain, DomainRequest, Query
from inquest.gateway.adapters.http_clients import Transports
from inquest.gateway.conformance.making import making
from inquest.gateway.conformance.trial import Trial
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.request import request_of
from inquest.gateway.ports import Context, Provider
from inquest.testkit import apis
from inquest.testkit.backends import Backend, Received, Reply

TENANT = "acme"
PLANTED = "password=hunter2-planted"
"""A secret that the gateway has to take out."""


@asynccontextmanager
async def made(
    config: Mapping[str, Any],
    *,
    services: tuple[Mapping[str, Any], ...] = (),
    bus: BusPort | None = None,
    transports: Transports = lambda _: None,
) -> AsyncIterator[Provider]:
    """Yield a provider from what inquest.yaml would say of it; `services` is the catalogue."""
    tenant = TenantConfig.model_validate({"providers": [config], "catalogue": {"services": services}})
    (settings,) = tenant.providers
    async with making(settings, TENANT, tenant, bus=bus, transports=transports) as provider:
        yield provider


async def ask(
    provider: Provider, domain: Domain, query: Query | DomainRequest, *, left_s: float = 10.0, bytes_max: int = 10**7
) -> Fetched:
    """Return the answer to a call; a query becomes the domain's request."""
    request = request_of(domain, query) if isinstance(query, Query) else query
    return await provider.call(request, Context(TENANT, domain, time.monotonic() + left_s, bytes_max))


@dataclass(frozen=True, slots=True)
class Source:
    """What a provider reads: what inquest.yaml would say of the provider, and a bus where it reads that."""

    config: Mapping[str, Any]
    bus: BusPort | None = None


Starts = Callable[[], AbstractAsyncContextManager[Source]]
"""Starts what a provider reads, and ends it."""


@dataclass(frozen=True, slots=True)
class ProviderCase:
    """One kind of provider, for one domain, with a source to read.

    Attributes:
        kind: as in inquest.yaml.
        domain: what is asked of it.
        request: finds at least six rows, of two services where rows have any, some of them in a baseline.
        start: makes the source. One of its texts holds PLANTED.
        at: for HTTP providers, the configuration for an address, so that servers with faults can take its place.
        services: the catalogue.
    """

    kind: str
    domain: Domain
    request: DomainRequest
    start: Starts
    at: Callable[[str], Mapping[str, Any]] | None = None
    services: tuple[Mapping[str, Any], ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}-{self.domain}"

    @asynccontextmanager
    async def trial(self) -> AsyncIterator[Trial]:
        """Yield the provider over its source, ready to be examined."""
        async with self.start() as source, made(source.config, services=self.services, bus=source.bus) as provider:
            yield Trial(provider, self.domain, self.request, tenant=TENANT)


def http_case(
    kind: str,
    domain: Domain,
    request: DomainRequest,
    serve: Callable[[Received], Reply],
    settings: Mapping[str, Any],
    services: tuple[Mapping[str, Any], ...] = (),
) -> ProviderCase:
    """Return the case of a provider whose API `serve` speaks. `settings` are those beside the URL."""

    def at(url: str) -> Mapping[str, Any]:
        return {"name": f"{kind}-main", "kind": kind, "domains": [domain], "settings": {"url": url, **settings}}

    @asynccontextmanager
    async def start() -> AsyncIterator[Source]:
        async with Backend(serve=serve).listening() as backend:
            yield Source(at(backend.url))

    return ProviderCase(kind, domain, request, start, at, services)


def all_cases() -> tuple[ProviderCase, ...]:
    """Return the cases of every module of `inquest.testkit.apis`."""
    names = sorted(module.name for module in pkgutil.iter_modules(apis.__path__))
    modules = [import_module(f"{apis.__name__}.{name}") for name in names]
    return tuple(case for module in modules for case in module.CASES)
