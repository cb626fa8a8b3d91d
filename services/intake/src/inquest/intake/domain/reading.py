"""What a source says in one delivery, before the catalogue and the rules of the tenant come in."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from inquest.contracts.message import Window, derive_id
from inquest.contracts.v1.signal import Severity, Signal, SignalChange, SignalKind
from inquest.intake.domain.refusal import Refused

TEXT_CHARS_MAX = 1000
LABEL_CHARS_MAX = 200
LABELS_MAX = 50


@dataclass(frozen=True, slots=True)
class Reading:
    """One alert, ticket, change or resolution; a delivery may hold several.

    Attributes:
        key: what tells it from others of its source and makes its signal's id; a repeat has the same.
        kind: None when Inquest does not act on it; `reason` says why.
        services: for each service the names that the source has for it, best first.
        hints: names that count as services only if the catalogue knows them, such as the tags of an alert; of a
            change they only say which of the services that its repository builds.
        opens: False for what joins an open incident and opens none.
    """

    key: str
    kind: SignalKind | None
    occurred_at: datetime
    title: str
    reason: str = ""
    severity: Severity = "high"
    services: tuple[tuple[str, ...], ...] = ()
    hints: tuple[str, ...] = ()
    metric: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    dedup_key: str = ""
    links: tuple[str, ...] = ()
    window: Window | None = None
    baseline: Window | None = None
    change: SignalChange | None = None
    opens: bool = True
    is_ping: bool = False

    def signal_id(self, tenant: str, source: str) -> str:
        """Return the id of the signal that this becomes, on every reprocessing."""
        return derive_id("signal", tenant, source, self.key)


def of_signal(signal: Signal, tenant: str) -> Reading:
    """Return what a producer says that speaks Inquest's own signals (in protobuf). Ids and receipt stay our own."""
    if signal.tenant != tenant:
        raise Refused("not-understood", f"the signal names tenant {signal.tenant!r} on the subject of {tenant!r}")
    return cut(
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
            change=signal.change,
            opens=signal.opens,
        )
    )


def passed_over(key: str, occurred_at: datetime, reason: str, *, is_ping: bool = False) -> Reading:
    """Return the reading of what Inquest does not act on."""
    return Reading(key, None, occurred_at, title=reason, reason=reason, is_ping=is_ping)


def cut(reading: Reading) -> Reading:
    """Return the reading with its texts and labels within their limits."""
    labels = list(reading.labels.items())[:LABELS_MAX]
    return replace(
        reading,
        title=reading.title[:TEXT_CHARS_MAX],
        labels={key[:LABEL_CHARS_MAX]: value[:LABEL_CHARS_MAX] for key, value in labels},
    )


def content_key(body: dict[str, Any]) -> str:
    """Return a key for a body without an id of its own; the order of its fields does not count."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
