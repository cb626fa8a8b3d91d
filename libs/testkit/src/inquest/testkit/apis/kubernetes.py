"""A Kubernetes API server with one namespace: lists with limit and continue, as kubernetes.io documents them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from inquest.contracts.latest import ChangesRequest, Domain, DomainRequest, EventsRequest, ObjectsRequest, Window
from inquest.testkit.backends import Received, Reply
from inquest.testkit.providers import PLANTED, http_case

T0 = datetime(2026, 3, 1, 14, tzinfo=UTC)
PAGE = 7
"""Most objects of one answer, whatever the limit: a server may answer with less."""
WORKLOADS = ("cart", "payments")

Raw = dict[str, Any]


def at(minutes: float) -> str:
    """Return a time after T0 as Kubernetes writes it."""
    return (T0 + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def meta(name: str, made: float = -600, **more: Any) -> Raw:
    """Return the metadata of an object of the namespace `shop`."""
    return {"name": name, "namespace": "shop", "uid": f"uid-{name}", "creationTimestamp": at(made), **more}


def labels(app: str) -> Raw:
    """Return what names a service."""
    return {"app.kubernetes.io/name": app, "pod-template-hash": "7d4f"}


def template(app: str, number: int) -> Raw:
    """Return the pods' template of a revision."""
    env = [{"name": "POOL_SIZE", "value": str(number)}, {"name": "NOTE", "value": PLANTED}]
    container = {"name": "app", "image": f"registry.example/{app}:v{number}", "env": env}
    return {"metadata": {"labels": labels(app)}, "spec": {"containers": [container]}}


def deployment(app: str, revision: int, touched: float, **status: Any) -> Raw:
    """Return a Deployment whose template was written last at `touched`."""
    written = {
        "manager": "helm",
        "operation": "Update",
        "time": at(touched),
        "fieldsV1": {"f:spec": {"f:template": {}}},
    }
    rolled = {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"}
    return {
        "metadata": meta(app, labels=labels(app), managedFields=[written]),
        "spec": {"replicas": 3, "template": template(app, revision)},
        "status": {"readyReplicas": 2, "conditions": [rolled | {"lastUpdateTime": at(touched + 1)}], **status},
    }


def replica_set(app: str, revision: int, made: float, **notes: str) -> Raw:
    """Return a revision of a Deployment."""
    notes = {"deployment.kubernetes.io/revision": str(revision), **notes}
    owner = {"kind": "Deployment", "name": app, "uid": f"uid-{app}", "controller": True}
    return {
        "metadata": meta(f"{app}-7d4f{revision}", made, annotations=notes, ownerReferences=[owner], labels=labels(app)),
        "spec": {"replicas": 3, "template": template(app, revision)},
    }


def controller_revision(number: int, made_at: float, image: str) -> Raw:
    """Return a revision of the StatefulSet `db`."""
    owner = {"kind": "StatefulSet", "name": "db", "uid": "uid-db", "controller": True}
    pods = {"$patch": "replace", "spec": {"containers": [{"name": "db", "image": image}]}}
    return {
        "metadata": meta(f"db-{number}", made_at, ownerReferences=[owner]),
        "revision": number,
        "data": {"spec": {"template": pods}},
    }


def pod(app: str, number: int, *, ended: float | None = None) -> Raw:
    """Return a pod, one of whose containers may have ended."""
    over = {"exitCode": 137, "reason": "OOMKilled", "finishedAt": at(ended)} if ended is not None else None
    container = {
        "name": "app",
        "ready": True,
        "restartCount": 2,
        "imageID": f"registry.example/{app}@sha256:{number:064x}",
        "state": {"running": {"startedAt": at(0)}},
        "lastState": {"terminated": over} if over else {},
    }
    return {
        "metadata": meta(f"{app}-7d4f1-{number:05}", number, labels=labels(app)),
        "spec": {"nodeName": "node-1", "containers": [{"name": "app", "image": f"registry.example/{app}:v1"}]},
        "status": {"phase": "Running", "message": PLANTED, "containerStatuses": [container]},
    }


def event(number: int, **more: Any) -> Raw:
    """Return an event of every minute, of the pods in turn, seen once more two minutes later."""
    app = WORKLOADS[number % 2]
    return {
        "metadata": meta(f"event-{number}", number),
        "involvedObject": {"kind": "Pod", "namespace": "shop", "name": f"{app}-7d4f1-{number % 4:05}"},
        "reason": "BackOff",
        "message": f"Back-off restarting failed container with {PLANTED}",
        "type": "Warning",
        "source": {"component": "kubelet", "host": "node-1"},
        "firstTimestamp": at(number),
        "lastTimestamp": at(number + 2),
        "count": 3,
        **more,
    }


def objects() -> dict[str, list[Raw]]:
    """Return what is in the cluster, by resource."""
    return {
        "events": [event(number) for number in range(20)],
        "pods": [pod(app, 2 * n + index, ended=n + 0.5) for n in range(4) for index, app in enumerate(WORKLOADS)],
        "deployments": [deployment(app, 8, 21) for app in WORKLOADS],
        "replicasets": [replica_set(app, number, 3 * number) for number in range(1, 9) for app in WORKLOADS],
        "statefulsets": [],
        "daemonsets": [],
        "controllerrevisions": [],
        "namespaces": [{"metadata": {"name": "shop", "uid": "uid-shop", "labels": {"team": "storefront"}}}],
    }


@dataclass(slots=True)
class KubernetesServer:
    """Answers as the API server does. Forgets the first `forgets` places, and names new ones if it `resumes`."""

    lists: dict[str, list[Raw]] = field(default_factory=objects)
    forgets: int = 0
    resumes: bool = True

    def __call__(self, received: Received) -> Reply:
        """Answer one request."""
        found = self.lists.get(received.path.rpartition("/")[2])
        if found is None:
            return _status(404, "NotFound", "the server could not find the requested resource")
        place = received.query.get("continue", [""])[0]
        if place and self.forgets:
            self.forgets -= 1
            return _status(410, "Expired", "The provided continue parameter is too old", place if self.resumes else "")
        first = int(place.removeprefix("at-") or 0)
        last = first + min(PAGE, int(received.query.get("limit", ["500"])[0]))
        rest = len(found) - last
        more = {"continue": f"at-{last}", "remainingItemCount": rest} if rest > 0 else {}
        items = found[first:last]
        if "PartialObjectMetadataList" in received.headers["accept"]:
            items = [{"metadata": one["metadata"]} for one in items]
        return Reply(body={"kind": "List", "metadata": {"resourceVersion": "7", **more}, "items": items or None})


def _status(code: int, reason: str, message: str, place: str = "") -> Reply:
    more = {"continue": place} if place else {}
    return Reply(code, {"kind": "Status", "code": code, "reason": reason, "message": message, "metadata": more})


WINDOW = Window(start=T0 + timedelta(minutes=8), end=T0 + timedelta(minutes=24))
BASELINE = Window(start=T0, end=T0 + timedelta(minutes=5))
_ASKED: tuple[tuple[Domain, DomainRequest], ...] = (
    ("events", EventsRequest(window=WINDOW, baseline=BASELINE)),
    ("changes", ChangesRequest(window=WINDOW, baseline=BASELINE)),
    ("objects", ObjectsRequest(window=WINDOW)),
)
CASES = tuple(
    http_case(
        "kubernetes",
        domain,
        request,
        KubernetesServer(),
        {"page_objects": 5},
        services=({"service_id": "checkout", "aliases": {"kubernetes": ["payments"]}},),
    )
    for domain, request in _ASKED
)
