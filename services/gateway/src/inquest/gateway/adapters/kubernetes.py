"""Reads a Kubernetes cluster: events, rollouts, and what runs. Plain lists of its API; nothing is ever written.

Lists know no time, so each is read whole, within limits, and cut to the window here.
"""

import time
from collections.abc import Iterable

from inquest.config import Catalogue
from inquest.config.kinds.kubernetes import KubernetesProvider as Config
from inquest.contracts.latest import (
    ChangeData,
    ChangesRequest,
    ChangesResponse,
    DataSourceInterfaceContract,
    DomainRequest,
    EventData,
    EventsRequest,
    EventsResponse,
    ObjectData,
    ObjectsRequest,
    ObjectsResponse,
)
from inquest.gateway.adapters import kubernetes_lists as lists
from inquest.gateway.adapters.errands import PROBE_BYTES_MAX, PROBE_S, Errand, together
from inquest.gateway.adapters.http import HttpClient
from inquest.gateway.adapters.kit import Kit, interfaces
from inquest.gateway.adapters.kubernetes_answers import endings, pod_object, sightings, workload_object
from inquest.gateway.adapters.kubernetes_rollouts import of_controller_revisions, of_replica_sets, rollouts
from inquest.gateway.domain.forge import understood
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.pages import is_asked, offset, page
from inquest.gateway.domain.ranges import ranges
from inquest.gateway.ports import Context, ProviderError

_SHOWN_BY = {"events": lists.EVENTS, "changes": lists.REPLICA_SETS, "objects": lists.PODS}


class KubernetesProvider:
    """One cluster."""

    def __init__(self, config: Config, catalogue: Catalogue, http: HttpClient) -> None:
        self._config = config
        self._settings = config.settings
        self._catalogue = catalogue
        self._cluster = lists.Cluster(config.settings, http)

    def describe(self) -> tuple[DataSourceInterfaceContract, ...]:
        """See Provider."""
        return interfaces(self._config, health_probe="GET a list of one object for each domain", cost="metered")

    async def probe(self) -> None:
        """See Provider. `/readyz` would say nothing about what we may read."""
        context = Context("", "events", time.monotonic() + PROBE_S, PROBE_BYTES_MAX)
        await together(self._cluster.knock(_SHOWN_BY[one], context) for one in self._config.domains)

    async def call(self, request: DomainRequest, context: Context) -> Fetched:
        """See Provider."""
        if context.domain in self._config.domains:
            offset(request.cursor)  # a strange one is refused before anything is read
            errand = Errand(request, context)
            if isinstance(request, EventsRequest):
                return await self._events(request, errand)
            if isinstance(request, ChangesRequest):
                return await self._changes(request, errand)
            if isinstance(request, ObjectsRequest):
                return await self._objects(request, errand)
        raise ProviderError("unsupported", f"this cluster has no {context.domain} here")

    async def _services(self, errand: Errand) -> lists.Services:
        found = await self._cluster.objects(lists.NAMESPACES, errand) if self._settings.namespace_label else []
        return lists.Services(self._settings, self._catalogue, found)

    async def _events(self, request: EventsRequest, errand: Errand) -> Fetched:
        services = await self._services(errand)
        events, pods, *workloads = await together(
            self._cluster.objects(one, errand, metadata=one in lists.WORKLOADS)
            for one in (lists.EVENTS, lists.PODS, *lists.WORKLOADS)
        )
        with understood("a list of events"):
            for known in (*workloads, pods):
                services.learn(known)
            rows = [row for raw in events for row in sightings(raw, services)]
            rows += [row for raw in pods for row in endings(raw, services)]
        asked = ranges(request)
        rows = [
            row for row in rows if any(part.start <= row.time < part.end for part in asked) and _is_wanted(row, request)
        ]
        rows.sort(key=lambda row: (row.time, row.namespace, row.entity, row.kind, row.message))
        paged = page(rows, request)
        return errand.fetched(EventsResponse(events=list(paged.rows), next_cursor=paged.next_cursor), paged.left)

    async def _changes(self, request: ChangesRequest, errand: Errand) -> Fetched:
        if request.repository:
            raise ProviderError("unsupported", "a cluster has no repositories")
        if request.kinds and not {"deploy", "config"} & set(request.kinds):
            raise ProviderError("unsupported", f"no changes of kind {', '.join(request.kinds)[:200]} here")
        services, asked = await self._services(errand), ranges(request)
        kept = (lists.REPLICA_SETS, lists.REVISIONS)
        replica_sets, revisions, *workloads = await together(
            self._cluster.objects(one, errand) for one in (*kept, *lists.WORKLOADS)
        )
        with understood("a list of rollouts"):
            of = of_replica_sets(replica_sets) | of_controller_revisions(revisions)
            rows = [
                row
                for resource, raws in zip(lists.WORKLOADS, workloads, strict=True)
                for raw in raws
                for row in rollouts(
                    resource.kind,
                    raw,
                    of.get(str(raw["metadata"].get("uid")), ()),
                    services,
                    self._settings.diff_chars_max,
                )
            ]
        rows = [row for row in rows if asked and asked[0].start <= row.time < asked[-1].end and is_asked(row, request)]
        rows.sort(key=lambda row: (row.time, row.ref))
        paged = page(rows, request, newest=True)
        there = list(paged.rows) if request.diffs else [_without_diff(row) for row in paged.rows]
        return errand.fetched(ChangesResponse(changes=there, next_cursor=paged.next_cursor), paged.left)

    async def _objects(self, request: ObjectsRequest, errand: Errand) -> Fetched:
        wanted = [one for one in (lists.PODS, *lists.WORKLOADS) if not request.kinds or one.kind in request.kinds]
        if not wanted:
            raise ProviderError("unsupported", f"no objects of kind {', '.join(request.kinds)[:200]} here")
        services = await self._services(errand)
        found = await together(self._cluster.objects(one, errand) for one in wanted)
        with understood("a list of objects"):
            rows = [
                _object(resource.kind, raw, services)
                for resource, raws in zip(wanted, found, strict=True)
                for raw in raws
            ]
        rows = [row for row in rows if _is_meant(row, request)]
        rows.sort(key=lambda row: (row.kind, row.time, row.object_id))
        paged = page(rows, request)
        return errand.fetched(ObjectsResponse(objects=list(paged.rows), next_cursor=paged.next_cursor), paged.left)


def _object(kind: str, raw: lists.Raw, services: lists.Services) -> ObjectData:
    return pod_object(raw, services) if kind == "pod" else workload_object(kind, raw, services)


def _of(service: str | None, services: Iterable[str]) -> bool:
    """Say whether a row is asked for; a node or a volume may concern every service."""
    return not services or service is None or service in services


def _is_wanted(row: EventData, request: EventsRequest) -> bool:
    return (
        _of(row.service, request.services)
        and (not request.kinds or row.kind in request.kinds)
        and (not request.names or bool({row.entity, f"{row.namespace}/{row.entity}"} & set(request.names)))
    )


def _is_meant(row: ObjectData, request: ObjectsRequest) -> bool:
    ids = {row.object_id, row.object_id.partition("/")[2]}
    return _of(row.service, request.services) and (not request.ids or bool(ids & set(request.ids)))


def _without_diff(row: ChangeData) -> ChangeData:
    return row.model_copy(update={"diff": None, "diff_cut": False})


def build(config: Config, kit: Kit) -> KubernetesProvider:
    """See Build."""
    return KubernetesProvider(config, kit.catalogue, kit.http(config.settings))
