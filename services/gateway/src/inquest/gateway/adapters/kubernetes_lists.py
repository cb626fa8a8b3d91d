"""Lists of the Kubernetes API, page by page, and whose service an object is."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from inquest.config import Catalogue
from inquest.config.kinds.kubernetes import KubernetesSettings
from inquest.gateway.adapters.errands import Errand, together
from inquest.gateway.adapters.http import HttpClient
from inquest.gateway.domain.forge import understood
from inquest.gateway.ports import Context, ProviderError

SOURCE = "kubernetes"
_GONE = 410
_PAGES_MAX = 1000  # of one list, whatever the server says
_RESTARTS_MAX = 3  # of a list whose place the server forgot
_HASHES = 3  # parts at the end of a pod's name that are not its workload's: job-29100-abcde
_LARGE_BYTES = 64 * 1024
_METADATA = {"Accept": "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"}

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of object, and where its lists are."""

    kind: str
    group: str
    name: str

    def path(self, namespace: str) -> str:
        """Return where the objects of a namespace are listed; of all namespaces where it is empty."""
        return f"{self.group}/namespaces/{namespace}/{self.name}" if namespace else f"{self.group}/{self.name}"


EVENTS = Resource("event", "/api/v1", "events")
PODS = Resource("pod", "/api/v1", "pods")
NAMESPACES = Resource("namespace", "/api/v1", "namespaces")
DEPLOYMENTS = Resource("deployment", "/apis/apps/v1", "deployments")
STATEFUL_SETS = Resource("statefulset", "/apis/apps/v1", "statefulsets")
DAEMON_SETS = Resource("daemonset", "/apis/apps/v1", "daemonsets")
REPLICA_SETS = Resource("replicaset", "/apis/apps/v1", "replicasets")
REVISIONS = Resource("controllerrevision", "/apis/apps/v1", "controllerrevisions")
WORKLOADS = (DEPLOYMENTS, STATEFUL_SETS, DAEMON_SETS)


class Cluster:
    """The lists of one cluster, in the namespaces that are configured."""

    def __init__(self, settings: KubernetesSettings, http: HttpClient) -> None:
        self._settings = settings
        self._http = http

    async def knock(self, resource: Resource, context: Context) -> None:
        """Ask for one object, which shows whether we may. Raises ProviderError."""
        path = resource.path(next(iter(self._settings.namespaces), ""))
        answer = await self._http.json("GET", path, context, params={"limit": "1"})
        with understood(path):
            _items(answer)

    async def objects(self, resource: Resource, errand: Errand, *, metadata: bool = False) -> list[Raw]:
        """Return the objects of a kind; `metadata` leaves out all but that, at the server."""
        places = [""] if resource is NAMESPACES else self._settings.namespaces or [""]
        found = await together(self._listed(resource.path(one), errand, metadata=metadata) for one in places)
        return [raw for raws in found for raw in raws]

    async def _listed(self, path: str, errand: Errand, *, metadata: bool) -> list[Raw]:
        errand.asked.append(f"GET {path}")
        found: dict[str, Raw] = {}
        place, restarts = "", 0
        for _ in range(_PAGES_MAX):
            status, body = await self._page(path, place, errand, metadata=metadata)
            with understood(path):
                if status == _GONE:
                    place, restarts = str(body["metadata"].get("continue") or ""), restarts + 1
                    if restarts > _RESTARTS_MAX:
                        raise ProviderError("retryable", f"{path}: the server forgets its lists while they are read")
                    continue
                found |= {_key(raw): raw for raw in _items(body)}
                place = str((body.get("metadata") or {}).get("continue") or "")
            if not place:
                return list(found.values())
            if len(found) >= self._settings.objects_max:
                break
        errand.cuts.append(f"{path} has more than the {len(found)} objects that were read")
        return list(found.values())

    async def _page(self, path: str, place: str, errand: Errand, *, metadata: bool) -> tuple[int, Any]:
        """Return status and body. Where a place is forgotten, the server names the one to go on from, or none."""
        params = {"limit": str(self._settings.page_objects)} | ({"continue": place} if place else {})
        answer = await self._http.ask(
            "GET",
            path,
            errand.context,
            params=params,
            headers=_METADATA if metadata else {"Accept": "application/json"},
            allow=frozenset({_GONE}) if place else frozenset(),
        )
        large = len(answer.body) >= _LARGE_BYTES
        return answer.status, await asyncio.to_thread(answer.json) if large else answer.json()


def _items(body: Any) -> list[Raw]:
    items = body["items"]
    if items is None:  # how Go writes an empty list
        return []
    if not isinstance(items, list) or not all(isinstance(raw["metadata"]["name"], str) for raw in items):
        raise TypeError("no list of objects")
    return items


def _key(raw: Raw) -> str:
    meta = raw["metadata"]
    return str(meta.get("uid") or f"{meta.get('namespace', '')}/{meta['name']}")


def name_of(raw: Raw) -> tuple[str, str]:
    """Return namespace and name of an object."""
    meta = raw["metadata"]
    return str(meta.get("namespace") or ""), str(meta["name"])


class Services:
    """Which service an object belongs to, by labels."""

    def __init__(self, settings: KubernetesSettings, catalogue: Catalogue, namespaces: Iterable[Raw] = ()) -> None:
        self._labels = settings.service_labels
        self._catalogue = catalogue
        of = settings.namespace_label
        self._of_namespace = {name_of(raw)[1]: _label(raw, (of,)) for raw in namespaces} if of else {}
        self._known: dict[tuple[str, str], str] = {}

    def learn(self, raws: Iterable[Raw]) -> None:
        """Remember workloads and pods, for what only names them."""
        self._known |= {name_of(raw): name for raw in raws if (name := _label(raw, self._labels))}

    def of(self, raw: Raw) -> str | None:
        """Return the service of an object with labels; None where nothing names one."""
        namespace, name = name_of(raw)
        label = _label(raw, self._labels)
        return self._resolved(namespace, label) if label else self.named(namespace, name)

    def named(self, namespace: str, name: str) -> str | None:
        """Return the service of an object that is only named, and may be gone: a pod has its workload's name in its."""
        for _ in range(_HASHES + 1):
            if known := self._known.get((namespace, name)):
                return self._resolved(namespace, known)
            name = name.rpartition("-")[0] or name
        whole = self._of_namespace.get(namespace)
        return self._resolved(namespace, whole) if whole else None

    def _resolved(self, namespace: str, name: str) -> str:
        own = self._catalogue.resolve(f"{namespace}/{name}", SOURCE)  # several namespaces may have a `web`
        return own or self._catalogue.resolve(name, SOURCE) or name


def _label(raw: Raw, keys: Iterable[str]) -> str:
    labels = raw["metadata"].get("labels") or {}
    return next((str(labels[key]) for key in keys if labels.get(key)), "")
