"""What Kubernetes says of its events and of what runs, as rows. Pure."""

from collections.abc import Iterator
from typing import Any

from inquest.contracts.latest import EventData, ObjectData
from inquest.gateway.adapters.kubernetes_lists import Raw, Services, name_of
from inquest.gateway.domain.forge import seconds

_SEVERITIES = {"Normal": "info", "Warning": "warning"}


def sightings(raw: Raw, services: Services) -> list[EventData]:
    """Return an event's first sighting, and its last where it was seen again.

    Kubernetes keeps one object for many alike, with these two times. A row for each keeps both where they belong;
    the second counts all after the first.
    """
    meta, series, about = raw["metadata"], raw.get("series") or {}, raw["involvedObject"]
    first = raw.get("firstTimestamp") or raw.get("eventTime") or meta["creationTimestamp"]
    first_at = seconds(first)
    last_at = max(first_at, seconds(series.get("lastObservedTime") or raw.get("lastTimestamp") or first))
    count = max(1, int(series.get("count") or raw.get("count") or 1))
    namespace, name = str(about.get("namespace") or ""), str(about.get("name") or "")
    row = EventData(
        time=first_at,
        kind=str(raw.get("reason") or "unknown"),
        severity=_SEVERITIES.get(str(raw.get("type")), ""),
        service=services.named(namespace, name),
        entity=f"{str(about.get('kind') or 'object').lower()}/{name}",
        namespace=namespace,
        node=str((raw.get("source") or {}).get("host") or ""),
        message=str(raw.get("message") or raw.get("note") or ""),
    )
    if last_at == first_at:
        return [row.model_copy(update={"count": count})]
    last = {"time": last_at, "count": max(1, count - 1), "last_at": last_at}
    return [row, row.model_copy(update=last)]


def endings(pod: Raw, services: Services) -> Iterator[EventData]:
    """Yield the ends of containers that a pod still tells of: events are forgotten after an hour, these are not."""
    status, (namespace, name) = pod.get("status") or {}, name_of(pod)
    for field in ("initContainerStatuses", "containerStatuses"):
        for one in status.get(field) or ():
            for state in ("lastState", "state"):
                ended = (one.get(state) or {}).get("terminated")
                if not ended or not ended.get("finishedAt") or (field[0] == "i" and ended["exitCode"] == 0):
                    continue
                code = int(ended["exitCode"])
                said = f": {ended['message']}" if ended.get("message") else ""
                yield EventData(
                    time=seconds(ended["finishedAt"]),
                    kind=str(ended.get("reason") or "Terminated"),
                    severity="error" if code else "info",
                    service=services.of(pod),
                    entity=f"pod/{name}",
                    namespace=namespace,
                    node=str((pod.get("spec") or {}).get("nodeName") or ""),
                    message=f"container {one['name']} ended with exit code {code}, {int(one.get('restartCount') or 0)} "
                    f"restarts so far{said}",
                )


def pod_object(pod: Raw, services: Services) -> ObjectData:
    """Return a pod with its images as they were pulled."""
    status, spec = pod.get("status") or {}, pod.get("spec") or {}
    containers = status.get("containerStatuses") or ()
    attributes: dict[str, Any] = {
        "phase": str(status.get("phase") or ""),
        "node": str(spec.get("nodeName") or ""),
        "ready": bool(containers) and all(bool(one.get("ready")) for one in containers),
        "restarts": sum(int(one.get("restartCount") or 0) for one in containers),
    }
    if said := " ".join(str(status[one]) for one in ("reason", "message") if status.get(one)):
        attributes["reason"] = said
    for owner in pod["metadata"].get("ownerReferences") or ():
        attributes["owner"] = f"{str(owner['kind']).lower()}/{owner['name']}"
    for one in spec.get("containers") or ():
        attributes[f"image.{one['name']}"] = str(one.get("image") or "")
    for one in containers:
        attributes[f"digest.{one['name']}"] = str(one.get("imageID") or "").rpartition("@")[2]
        waiting = (one.get("state") or {}).get("waiting")
        if waiting:
            said = " ".join(str(waiting[part]) for part in ("reason", "message") if waiting.get(part))
            attributes[f"waiting.{one['name']}"] = said
    return _object("pod", pod, services, attributes)


_COUNTS = {
    "ready": ("readyReplicas", "numberReady"),
    "updated": ("updatedReplicas", "updatedNumberScheduled"),
    "available": ("availableReplicas", "numberAvailable"),
}


def workload_object(kind: str, raw: Raw, services: Services) -> ObjectData:
    """Return a workload: how many should run, and how many do."""
    spec, status = raw.get("spec") or {}, raw.get("status") or {}
    wanted = status.get("desiredNumberScheduled") if kind == "daemonset" else spec.get("replicas", 1)
    attributes: dict[str, Any] = {"replicas": int(wanted or 0)}
    for name, fields in _COUNTS.items():
        attributes[name] = int(next((status[one] for one in fields if status.get(one)), 0))
    for one in ((spec.get("template") or {}).get("spec") or {}).get("containers") or ():
        attributes[f"image.{one['name']}"] = str(one.get("image") or "")
    for one in status.get("conditions") or ():
        said = " ".join(str(one[part]) for part in ("status", "reason", "message") if one.get(part))
        attributes[f"condition.{one['type']}"] = said
    return _object(kind, raw, services, attributes)


def _object(kind: str, raw: Raw, services: Services, attributes: dict[str, Any]) -> ObjectData:
    namespace, name = name_of(raw)
    return ObjectData(
        object_id=f"{namespace}/{kind}/{name}",
        kind=kind,
        service=services.of(raw),
        time=seconds(raw["metadata"]["creationTimestamp"]),
        attributes=attributes,
    )
