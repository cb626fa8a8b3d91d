"""What arrives from outside, and the incident it becomes part of."""

from typing import Annotated, Literal

from pydantic import Field

from inquest.contracts.message import Id, Instant, Message, Window

SignalKind = Literal["alert", "ticket", "change", "resolution"]
Severity = Literal["critical", "high", "medium", "low", "info"]
IncidentState = Literal["open", "resolved"]
IncidentPriority = Literal["p1", "p2", "p3", "p4", "p5"]
ChangeKind = Literal["deploy", "commit", "flag", "config"]

DECISIONS_MAX = 60  # kept on an incident: the first, those that changed it, and the newest
TAKEN_MAX = 500  # told in one event; a batch of signals is smaller
CHANGES_MAX = 20
FILES_MAX = 30  # named per change; an incident carries up to CHANGES_MAX changes


class SignalChange(Message):
    """What a source says was changed; the services that it touched are those of its signal."""

    kind: ChangeKind = "deploy"
    ref: str = Field(default="", max_length=200)  # the commit, release, run or flag, as people name it
    repository: str = Field(default="", max_length=200)
    author: str = Field(default="", max_length=200)
    environment: str = Field(default="", max_length=200)
    url: str = Field(default="", max_length=2000)
    files: tuple[Annotated[str, Field(max_length=300)], ...] = Field(default=(), max_length=FILES_MAX)


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
    payload_ref: str | None = None  # where the raw delivery lies, as long as it is kept
    payload_hash: str = ""  # of the raw body, keyed; tells whether a body is the one that was received
    payload_bytes: int = 0
    window: Window | None = None  # given by sources that know it, such as a pack or a person
    baseline: Window | None = None
    change: SignalChange | None = None  # with kind "change"
    opens: bool = True  # False: joins an open incident, and opens none (a ticket that only adds to the picture)


class Decision(Message):
    """One thing that correlation or a person decided about an incident, and why."""

    at: Instant
    signal_id: Id | None = None  # None for what no single signal caused
    what: Id  # opened, attached, late, held, announced, resolved, reopened, flapping, merged, split, change, …
    why: str = Field(default="", max_length=300)  # a sentence for people: "same service, 40 s apart"


class NearChange(Message):
    """A change to a service of the incident, received near its onset."""

    signal_id: Id
    at: Instant
    title: str = Field(default="", max_length=1000)
    services: tuple[str, ...] = ()
    change: SignalChange = SignalChange()


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
    number: int = 0  # what people call it: INC-7; counted per tenant, 0 while it has none
    priority: IncidentPriority = "p3"
    priority_why: str = ""
    sources: tuple[Id, ...] = ()
    signals_count: int = 0  # all signals that ever joined; `signal_ids` lists the first and the newest
    decisions: tuple[Decision, ...] = Field(default=(), max_length=DECISIONS_MAX)
    # Those taken with this event, one for each signal of it: all events of an incident together name all its signals.
    taken: tuple[Decision, ...] = Field(default=(), max_length=TAKEN_MAX)
    held_until: Instant | None = None  # not announced before: more may come that says what it is, or that it is over
    announced_at: Instant | None = None  # when it was told as opened; None while held
    flapping: bool = False
    reopened_at: Instant | None = None
    reopened_count: int = 0
    ended_how: str = ""  # a sentence beside `resolution`, which is what the source said
    merged_into: Id | None = None
    split_from: Id | None = None
    changes: tuple[NearChange, ...] = Field(default=(), max_length=CHANGES_MAX)
