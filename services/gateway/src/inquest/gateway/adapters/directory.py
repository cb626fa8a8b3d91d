"""Turns the providers of inquest.yaml into interfaces. A new kind of provider gets its case in `_provider`."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor

import httpx

from inquest.bus.port import BusPort
from inquest.config import Catalogue, ConfigCache, TenantConfig
from inquest.config.providers import PackProvider as PackConfig
from inquest.config.providers import PrometheusProvider as PrometheusConfig
from inquest.config.providers import Provider as ProviderConfig
from inquest.config.providers import ReceivedProvider as ReceivedConfig
from inquest.config.tenant import RecordingConfig
from inquest.contracts.latest import Domain
from inquest.gateway.adapters.pack import DOMAINS as PACK_DOMAINS
from inquest.gateway.adapters.pack import PackProvider, PackShelf
from inquest.gateway.adapters.prometheus import PrometheusProvider
from inquest.gateway.adapters.received import ReceivedProvider
from inquest.gateway.ports import Interface, Provider

RECORDING_TIMEOUT_S = 60.0  # the call's own time limit is what counts


class ConfiguredDirectory:
    """Follows the configuration; a tenant whose section did not change keeps its providers."""

    def __init__(
        self,
        cache: ConfigCache,
        bus: BusPort,
        shelf: PackShelf,
        executor: Executor,
        http: httpx.AsyncClient,
        bytes_max: int,
    ) -> None:
        self._cache = cache
        self._bus = bus
        self._shelf = shelf
        self._executor = executor
        self._http = http
        self._bytes_max = bytes_max
        self._built: dict[str, tuple[TenantConfig, tuple[Interface, ...]]] = {}
        self._loaded = asyncio.Event()

    async def start(self) -> None:
        """Load the configuration; calls that came before are answered now."""
        await self._cache.start()
        self._loaded.set()

    async def interfaces(self, tenant: str, domain: Domain) -> Sequence[Interface]:
        """See Directory."""
        await self._loaded.wait()
        return [one for one in self._of(tenant) if domain in one.domains]

    def probed(self) -> Sequence[Interface]:
        """See Directory. Packs are files: each use shows whether they are there."""
        tenants = self._cache.current.config.tenants
        return [one for tenant in tenants for one in self._of(tenant) if not isinstance(one.provider, PackProvider)]

    def _of(self, tenant: str) -> tuple[Interface, ...]:
        config = self._cache.current.config.tenants.get(tenant)
        if config is None:
            self._built.pop(tenant, None)
            return ()
        known = self._built.get(tenant)
        if known is None or known[0] != config:
            known = (config, self._build(tenant, config))
        self._built[tenant] = (config, known[1])
        return known[1]

    def _build(self, tenant: str, config: TenantConfig) -> tuple[Interface, ...]:
        if config.recording:  # a replay must not mix the past with what live systems say now
            return (self._recording(tenant, config.recording),)
        catalogue = Catalogue(config.catalogue)
        return tuple(
            Interface(
                key=f"{tenant}/{one.name}",
                name=one.name,
                domains=frozenset(one.domains),
                provider=self._provider(tenant, one, catalogue),
                priority=one.priority,
                timeout_s=one.timeout_ms / 1000,
                retries_max=one.retries,
                failures_max=one.breaker_failures_max,
                reset_s=one.breaker_reset_s,
                services=frozenset(one.services),
            )
            for one in config.providers
        )

    def _recording(self, tenant: str, recording: RecordingConfig) -> Interface:
        provider = PackProvider(recording.pack, self._shelf, self._executor)
        return Interface(f"{tenant}/pack", "pack", PACK_DOMAINS, provider, timeout_s=RECORDING_TIMEOUT_S)

    def _provider(self, tenant: str, config: ProviderConfig, catalogue: Catalogue) -> Provider:
        match config:
            case PackConfig():
                return PackProvider(config.settings.path, self._shelf, self._executor)
            case PrometheusConfig():
                return PrometheusProvider(config.settings, catalogue, self._http, self._bytes_max)
            case ReceivedConfig():
                return ReceivedProvider(tenant, self._bus)
