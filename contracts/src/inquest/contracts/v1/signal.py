"""What arrives from outside, and the incident it becomes part of."""

from typing import Literal

from pydantic import Field

from inquest.contracts.message import Id, Instant, Message, Window

SignalKind = Literal["alert", "ticket", "change", "resolution"]
Severity = Literal["critical", "high", "medium", "low", "info"]
IncidentState = Literal["open", "resolved"]


class Signal(Message):
    """One normalised delivery from an outside source."""

    signal_id: Id
    tenant: Id
    source: Id
    kind: SignalKind
    occurred_at: Instant
    received_at: Instant
    title: str = Field(max_length=1000)
    severity: Severity = "high"
    services: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()  # names of services the catalogue does not know
    metric: str | None = None  # the alerted measure, where the source names one
    labels: dict[str, str] = Field(default_factory=dict)
    dedup_key: str = ""
    links: tuple[str, ...] = ()
    payload_ref: str | None = None
    window: Window | None = None  # given by sources that know it, such as a pack or a person
    baseline: Window | None = None


class Incident(Message):
    """Signals that belong together: one fault, as far as can be told when they arrive."""

    incident_id: Id
    tenant: Id
    state: IncidentState = "open"
    severity: Severity
    title: str
    services: tuple[str, ...] = ()
    signal_ids: tuple[Id, ...] = ()
    opened_at: Instant
    updated_at: Instant
    resolved_at: Instant | None = None
    resolution: str | None = None
    metric: str | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    links: tuple[str, ...] = ()
    window: Window | None = None
    baseline: Window | None = None
