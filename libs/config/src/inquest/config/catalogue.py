"""The service catalogue at work: one service under the many names that sources give it."""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping

from inquest.config.tenant import CatalogueConfig, ServiceEntry

_SIMILAR = 0.6


class Catalogue:
    """Resolves names, suggests the nearest known one, and knows what a service depends on."""

    def __init__(self, config: CatalogueConfig) -> None:
        self._entries: dict[str, ServiceEntry] = {entry.service_id: entry for entry in config.services}
        self._of_source: dict[tuple[str, str], str] = {}
        self._of_any: dict[str, set[str]] = defaultdict(set)
        self._edges: dict[str, set[str]] = defaultdict(set)
        self._of_repository: dict[str, list[str]] = defaultdict(list)
        self._below: dict[tuple[str, int], dict[str, int]] = {}  # filled as it is asked
        for entry in config.services:
            self._index(entry)

    def _index(self, entry: ServiceEntry) -> None:
        self._of_any[entry.service_id.casefold()].add(entry.service_id)
        for source, names in entry.aliases.items():
            for name in names:
                self._of_source[source, name] = entry.service_id
                self._of_any[name.casefold()].add(entry.service_id)
        for repository in entry.repositories:
            self._of_repository[_repository(repository)].append(entry.service_id)
        for callee in entry.dependencies:
            self._edges[entry.service_id].add(callee)
            self._edges[callee].add(entry.service_id)

    def __bool__(self) -> bool:
        return bool(self._entries)

    def get(self, service_id: str) -> ServiceEntry | None:
        """Return the entry of a service, or None."""
        return self._entries.get(service_id)

    def resolve(self, name: str, source: str = "") -> str | None:
        """Return the service_id a name stands for, or None.

        The source's own alias counts first, then the service_id itself, then any alias in any case, if only one
        service has it.
        """
        if (own := self._of_source.get((source, name))) is not None:
            return own
        if name in self._entries:
            return name
        found = self._of_any.get(name.casefold(), set())
        return next(iter(found)) if len(found) == 1 else None

    def names_of(self, service_id: str, source: str) -> tuple[str, ...]:
        """Return what a source may call a service: its aliases there and its own name, in order."""
        entry = self._entries.get(service_id)
        return tuple(sorted({service_id, *(entry.aliases.get(source, ()) if entry else ())}))

    def built_from(self, repository: str) -> tuple[str, ...]:
        """Return the services that a repository builds; `owner/name`, a web or a clone URL are the same one."""
        return tuple(self._of_repository.get(_repository(repository), ()))

    def suggest(self, name: str) -> str | None:
        """Return the service whose id or alias looks most like the name, or None when nothing does."""
        near = difflib.get_close_matches(name.casefold(), sorted(self._of_any), n=1, cutoff=_SIMILAR)
        return min(self._of_any[near[0]]) if near else None

    def unmatched(self, names: Iterable[str], source: str = "") -> Mapping[str, str | None]:
        """Return the names that resolve to nothing, each with a suggestion; none while the catalogue is empty."""
        return {name: self.suggest(name) for name in names if self and self.resolve(name, source) is None}

    def below(self, service_id: str, hops: int) -> Mapping[str, int]:
        """Return the services that one depends on, up to `hops` calls down, each with its distance in calls."""
        found = self._below.get((service_id, hops))
        if found is None:
            found, edge = {service_id: 0}, [service_id]
            for distance in range(1, hops + 1):
                edge = [callee for service in edge for callee in self._callees(service) if callee not in found]
                found |= dict.fromkeys(edge, distance)
            del found[service_id]
            self._below[service_id, hops] = found
        return found

    def _callees(self, service_id: str) -> tuple[str, ...]:
        entry = self._entries.get(service_id)
        return entry.dependencies if entry else ()

    def callers(self, service_id: str) -> frozenset[str]:
        """Return the services that call one directly."""
        return frozenset(near for near in self._edges.get(service_id, ()) if service_id in self._callees(near))


def _repository(name: str) -> str:
    """Return owner/name of a repository in lower case: its last two parts, however it is written."""
    parts = name.strip().rstrip("/").removesuffix(".git").replace(":", "/").casefold().split("/")
    return "/".join(parts[-2:])
