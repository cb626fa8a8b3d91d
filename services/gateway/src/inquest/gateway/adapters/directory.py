"""Turns the providers of inquest.yaml into interfaces, and follows it."""

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from urllib.parse import urlsplit

from inquest.bus.port import BusPort
from inquest.config import Catalogue, ConfigCache, Revision, TenantConfig
from inquest.config.http_section import HttpSettings
from inquest.config.kinds.pack import PackProvider as PackConfig
from inquest.config.kinds.pack import PackSettings
from inquest.config.provider_section import ProviderSettings
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import DataSourceInterfaceContract, Domain, DomainRequest
from inquest.gateway.adapters.http_clients import HttpClients
from inquest.gateway.adapters.kit import Kit, interfaces
from inquest.gateway.adapters.pack_shelf import PackShelf
from inquest.gateway.adapters.redactors import Redactors
from inquest.gateway.adapters.registry import builder
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.governors import GRACE_S, KEEP_S
from inquest.gateway.ports import Context, Interface, Provider, ProviderError
from inquest.ledger import Governor
from inquest.telemetry.logs import get_logger

RECORDING_TIMEOUT_MS = 60_000  # the call's own time limit is what counts

_OUR_OWN = frozenset({"pack", "received", "recording"})  # files and our own streams need no politeness

log = get_logger("gateway")


class ConfiguredDirectory:
    """Follows the configuration; a tenant whose section did not change keeps its providers."""

    def __init__(
        self,
        cache: ConfigCache,
        bus: BusPort,
        shelf: PackShelf,
        executor: Executor,
        clients: HttpClients,
        redactors: Redactors | None = None,
    ) -> None:
        self._cache = cache
        self._bus = bus
        self._shelf = shelf
        self._executor = executor
        self._clients = clients
        self._redactors = redactors or Redactors()
        self._built: dict[str, tuple[TenantConfig, tuple[Interface, ...]]] = {}
        self._kept: Revision | None = None  # the revision whose clients are kept
        self._loaded = asyncio.Event()

    async def start(self) -> None:
        """Load the configuration; calls that came before are answered now."""
        await self._cache.start()
        self._loaded.set()

    async def interfaces(self, tenant: str, domain: Domain) -> Sequence[Interface]:
        """See Directory."""
        return [one for one in await self.all(tenant) if domain in one.domains]

    async def all(self, tenant: str) -> Sequence[Interface]:
        """See Directory."""
        await self._loaded.wait()
        return self._of(tenant)

    def probed(self) -> Sequence[Interface]:
        """See Directory. What a tenant has is not made only to find that none of it is probed."""
        tenants = self._cache.current.config.tenants.items()
        live = [name for name, one in tenants if one.recording is None and any(map(_is_live, one.providers))]
        return [one for name in live for one in self._of(name) if one.is_live]

    def _of(self, tenant: str) -> tuple[Interface, ...]:
        config = self._cache.current.config.tenants.get(tenant)
        if config is None:
            self._built.pop(tenant, None)
            self._redactors.forget(tenant)
            return ()
        redactor = self._redactors.of(tenant, config.redaction)
        known = self._built.get(tenant)
        if known is None or known[0] != config:
            known = self._built[tenant] = (config, self._build(tenant, config))
            self._close_unused()
        if any(one.redactor is not redactor for one in known[1]):  # just built, or the key is another
            known = self._built[tenant] = (config, tuple(replace(one, redactor=redactor) for one in known[1]))
        return known[1]

    def _close_unused(self) -> None:
        """Close the clients that no tenant uses any more: once for each revision, for this looks at all tenants."""
        newest = self._cache.current
        if newest is not self._kept:
            self._kept = newest
            self._clients.keep(self._configured())

    def _configured(self) -> Iterator[HttpSettings]:
        """Yield the HTTP settings of all tenants' providers."""
        for tenant in self._cache.current.config.tenants.values():
            for provider in tenant.providers:
                settings = getattr(provider, "settings", None)
                settings = getattr(settings, "http", settings)  # where HTTP is one way of several
                if isinstance(settings, HttpSettings):
                    yield settings.spelt_out()

    def _build(self, tenant: str, config: TenantConfig) -> tuple[Interface, ...]:
        kit = Kit(tenant, Catalogue(config.catalogue), self._bus, self._executor, self._clients, self._shelf)
        if config.recording:  # a replay must not mix the past with what live systems say now
            settings = PackSettings(path=config.recording.pack)
            pack = PackConfig(name="pack", kind="pack", settings=settings, timeout_ms=RECORDING_TIMEOUT_MS)
            return (_interface(pack, kit, ""),)
        revision = _revision(config)
        return tuple(_interface(one, kit, revision) for one in config.providers)


def _is_live(config: ProviderSettings) -> bool:
    """Say whether there is something to probe: packs are files, and each use shows whether they are there."""
    return config.kind != "pack"


def _interface(config: ProviderSettings, kit: Kit, revision: str) -> Interface:
    is_outside = config.kind not in _OUR_OWN
    return Interface(
        key=f"{kit.tenant}/{config.name}",
        name=config.name,
        domains=frozenset(config.domains),
        provider=_provider(config, kit),
        priority=config.priority,
        timeout_s=config.timeout_ms / 1000,
        retries_max=config.retries,
        failures_max=config.breaker_failures_max,
        reset_s=config.breaker_reset_s,
        services=frozenset(config.services),
        is_live=_is_live(config),
        backend=backend_of(kit.tenant, config),
        governor=_governor(config) if is_outside else None,
        revision=revision,
        shares=is_outside and config.share_answers,
        side=config.sort if is_outside or config.side else "",
    )


def _governor(config: ProviderSettings) -> Governor:
    lease_s = config.timeout_ms / 1000 + KEEP_S + GRACE_S
    return Governor(
        config.calls_at_once_max, per_s=config.calls_per_second_max, burst=config.calls_at_once_max, lease_s=lease_s
    )


def backend_of(tenant: str, config: ProviderSettings) -> str:
    """Return what a provider asks in the end: an API and who we are there, or the provider where there is no address.

    Sources limit by identity: tenants with credentials of their own do not wait for each other.
    """
    settings = getattr(config, "settings", None)
    if not isinstance(settings, HttpSettings):
        return f"{tenant}/{config.name}"
    url = urlsplit(str(settings.url))
    auth = settings.auth.model_dump_json() if settings.auth else ""
    return f"{url.scheme}://{url.netloc.lower()} {auth}"


def _revision(config: TenantConfig) -> str:
    """Return what tells apart the configurations that may answer the same question differently."""
    counts = config.model_dump_json(include={"providers", "catalogue", "redaction", "recording"})
    return hashlib.sha256(counts.encode()).hexdigest()


def _provider(config: ProviderSettings, kit: Kit) -> Provider:
    """Return the provider; one that cannot be made says so whenever it is asked, and costs no other its place."""
    try:
        return builder(config.kind)(config, kit)
    except (Impossible, OSError, ValueError) as error:
        log.warning("provider_not_made", tenant=kit.tenant, provider=config.name, kind=config.kind, reason=str(error))
        return Unmade(config, f"cannot be made: {error}")


class Unmade:
    """Stands where a provider could not be made, such as one whose CA file is missing."""

    def __init__(self, config: ProviderSettings, reason: str) -> None:
        self._config = config
        self._reason = reason

    def describe(self) -> tuple[DataSourceInterfaceContract, ...]:
        """See Provider."""
        return interfaces(self._config, health_probe="none")

    async def probe(self) -> None:
        """See Provider."""
        raise ProviderError("not-found", self._reason)

    async def call(self, request: DomainRequest, context: Context) -> Fetched:
        """See Provider."""
        del request, context
        raise ProviderError("not-found", self._reason)
