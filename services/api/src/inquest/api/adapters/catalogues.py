"""The service catalogues of the applied configuration: which services a repository builds."""

from collections.abc import Iterable

from inquest.config import Catalogue, Config, ConfigCache, ConfigStore, Revision, TenantConfig


class Catalogues:
    """Follows applied revisions. Wire `cache` into the service's start, tasks and pings."""

    def __init__(self, store: ConfigStore) -> None:
        self.cache = ConfigCache(store, self._forget)
        self._catalogues: dict[str, Catalogue] = {}

    def config(self) -> Config:
        """Return the applied configuration."""
        return self.cache.current.config

    def built_from(self, tenant: str, repository: str) -> Iterable[str]:
        """Return the services of a tenant that a repository builds; none for a tenant that is gone."""
        if tenant not in self._catalogues:
            settings = self.cache.current.config.tenants.get(tenant, TenantConfig())
            self._catalogues[tenant] = Catalogue(settings.catalogue)
        return self._catalogues[tenant].built_from(repository)

    def _forget(self, revision: Revision) -> None:
        del revision
        self._catalogues.clear()
