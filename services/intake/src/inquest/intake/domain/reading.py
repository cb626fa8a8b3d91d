"""What a source says in one delivery, before the catalogue and the rules of the tenant come in."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pydantic_core import from_json

from inquest.contracts.message import Window, derive_id
from inquest.contracts.v1.signal import Severity, Signal, SignalKind
from inquest.intake.domain.refusal import Refused

TEXT_CHARS_MAX = 1000
LABEL_CHARS_MAX = 200
LABELS_MAX = 50


@dataclass(frozen=True, slots=True)
class Reading:
    """One delivery.

    Attributes:
        key: what tells this delivery from others of its source; a repeat has the same.
        kind: None when Inquest does not act on it; `reason` says why.
        services: for each service the names that the source has for it, best first.
    """

    key: str
    kind: SignalKind | None
    occurred_at: datetime
    title: str
    reason: str = ""
    severity: Severity = "high"
    services: tuple[tuple[str, ...], ...] = ()
    metric: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    dedup_key: str = ""
    links: tuple[str, ...] = ()
    window: Window | None = None
    baseline: Window | None = None
    is_ping: bool = False

    def signal_id(self, tenant: str, source: str) -> str:
        """Return the id of the signal that this delivery is, on every reprocessing."""
        return derive_id("signal", tenant, source, self.key)


Reader = Callable[[dict[str, Any]], Reading]


def parse(raw: bytes, reader: Reader) -> Reading:
    """Return what a delivery says. Raises Refused when it is not JSON, or not what this source sends."""
    try:
        body = from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise Refused("not-json", f"the body is not JSON: {error}", "send the payload as UTF-8 JSON") from error
    if not isinstance(body, dict):
        raise Refused("not-understood", f"the body is a JSON {type(body).__name__}, not an object")
    return _cut(reader(_unwrapped(body)))


def of_signal(signal: Signal, tenant: str) -> Reading:
    """Return what a producer says that speaks Inquest's own signals (in protobuf). Ids and receipt stay our own."""
    if signal.tenant != tenant:
        raise Refused("not-understood", f"the signal names tenant {signal.tenant!r} on the subject of {tenant!r}")
    return _cut(
        Reading(
            key=signal.signal_id,
            kind=signal.kind,
            occurred_at=signal.occurred_at,
            title=signal.title,
            severity=signal.severity,
            services=tuple((name,) for name in signal.services),
            metric=signal.metric,
            labels=signal.labels,
            dedup_key=signal.dedup_key,
            links=signal.links,
            window=signal.window,
            baseline=signal.baseline,
        )
    )


def _unwrapped(body: dict[str, Any]) -> dict[str, Any]:
    """Return the data of a CloudEvent in structured mode; any other body as it is."""
    if "specversion" not in body or "data" not in body:
        return body
    if not isinstance(body["data"], dict):
        raise Refused("not-understood", "the CloudEvent's data is not a JSON object", "send datacontenttype JSON")
    return {"time": body["time"], **body["data"]} if "time" in body else body["data"]


def _cut(reading: Reading) -> Reading:
    labels = list(reading.labels.items())[:LABELS_MAX]
    return replace(
        reading,
        title=reading.title[:TEXT_CHARS_MAX],
        labels={key[:LABEL_CHARS_MAX]: value[:LABEL_CHARS_MAX] for key, value in labels},
    )


def content_key(body: dict[str, Any]) -> str:
    """Return a key for a body without an id of its own; the order of its fields does not count."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
