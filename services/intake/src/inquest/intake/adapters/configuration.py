"""The cached configuration, with the catalogues built once per revision."""

from inquest.config import Catalogue, ConfigCache, ConfigStore, Revision, TenantConfig
from inquest.telemetry.logs import get_logger

_log = get_logger("intake")


class LiveConfiguration:
    """Follows applied revisions. Wire `cache` into the service's start, tasks and pings."""

    def __init__(self, store: ConfigStore) -> None:
        self.cache = ConfigCache(store, self._forget)
        self._catalogues: dict[str, Catalogue] = {}

    @property
    def current(self) -> Revision:
        """The newest revision."""
        return self.cache.current

    def catalogue(self, tenant: str) -> Catalogue:
        """Return the service catalogue of a tenant; an empty one for a tenant that is gone."""
        if tenant not in self._catalogues:
            settings = self.current.config.tenants.get(tenant, TenantConfig())
            self._catalogues[tenant] = Catalogue(settings.catalogue)
        return self._catalogues[tenant]

    def _forget(self, revision: Revision) -> None:
        self._catalogues.clear()
        for tenant, settings in revision.config.tenants.items():
            for source in settings.sources:
                if source.unauthenticated:
                    _log.warning("source_unauthenticated", tenant=tenant, source=source.kind)
