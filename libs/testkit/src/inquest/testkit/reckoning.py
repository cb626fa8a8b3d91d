"""What a run left behind, tenant by tenant: its answer in canonical form, and how often each effect happened."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from inquest.bus.bus import Bus
from inquest.contracts.latest import (
    AdmissionDecided,
    DeadLetter,
    Evidence,
    Incident,
    InvestigationRecorded,
    NoticeSent,
    Signal,
    StepFinished,
    ToolCall,
    Verdict,
)
from inquest.contracts.streams import WORK_QUEUES
from inquest.contracts.topology import CONSUMERS, GATEWAY_JOURNAL
from inquest.gateway.domain.journal import JournalEntry

STREAMS = (
    "SIGNALS",
    "INCIDENTS",
    "ADMISSIONS",
    "INVESTIGATIONS",
    "EVIDENCE",
    "TOOLCALLS",
    "VERDICTS",
    "OUTCOMES",
)
# What a verdict on time and a second one, with the step that came late, have more of than one verdict alone.
TOLD_AGAIN = frozenset({"event", "verdict", "notice", "post"})
# Times of the clock, what a repeated read adds, and ids that name the tenant; all else must be equal to the byte.
NOT_COMPARED = {"verdict_id", "revision", "tenant", "investigation_id", "incident_id", "reached_at", "timings"}


@dataclass(slots=True)
class Tale:
    """One tenant's investigation.

    Attributes:
        verdict: the canonical bytes of the verdict that was accepted last; empty while there is none.
        end: how the investigation ended: `concluded`, `timed-out`, `cancelled`; empty while it runs.
        effects: how often each effect happened, by kind and id. One is right, for every one.
        maybe_sent: notices whose record says that they may have been sent before.
        revision: of that verdict; 1 where people were told once.
        is_late: a round was closed by its deadline, with what there was: people were told on time, and again when the
            steps that had been missing came.
    """

    verdict: bytes = b""
    end: str = ""
    reason: str = ""
    effects: Counter[tuple[str, str]] = field(default_factory=Counter)
    maybe_sent: set[str] = field(default_factory=set)
    revision: int = 0
    is_late: bool = False
    _verdicts: dict[str, bytes] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """Return how many different effects there were of each kind."""
        return dict(sorted(Counter(kind for kind, _ in self.effects).items()))

    def is_told_as(self, quiet: "Tale") -> bool:
        """Say whether people got the verdict of the quiet run in the end, and as often, unless a step came late."""
        return self.verdict == quiet.verdict and (self.is_late or self.revision == quiet.revision)

    def is_counted_as(self, quiet: "Tale") -> bool:
        """Say whether there were as many effects of each kind; a late step adds what tells of it, once for each."""
        ours, theirs = self.counts(), quiet.counts()
        kinds = (ours.keys() | theirs.keys()) - (TOLD_AGAIN if self.is_late else frozenset())
        return all(ours.get(kind) == theirs.get(kind) for kind in kinds)

    def doubled(self) -> list[tuple[str, str]]:
        """Return the effects that happened more than once; a notice marked as doubtful may have."""
        return [
            (kind, name)
            for (kind, name), count in self.effects.items()
            if count > 1 and not (kind == "post" and name in self.maybe_sent)
        ]

    def take(self, message: Any) -> None:
        """Count what one message says."""
        if isinstance(message, Verdict):
            self._verdicts[message.verdict_id] = canonical(message)
        if isinstance(message, InvestigationRecorded):
            self._event(message)
        if isinstance(message, NoticeSent) and message.outcome == "may-have-been-sent":
            self.maybe_sent.add(message.notice_id)
        self.effects.update(_effects(message))

    def _event(self, event: InvestigationRecorded) -> None:
        if event.round_closed:
            self.is_late |= event.round_closed.reason == "deadline"
        if event.concluded:
            self.revision = event.concluded.revision
            self.end, self.verdict = "concluded", self._verdicts.get(event.concluded.verdict_id, b"")
        elif event.type in {"timed-out", "cancelled"}:
            self.end, self.reason = event.type, event.model_dump_json()


def canonical(verdict: Verdict) -> bytes:
    """Return the verdict without what may differ between two runs, as sorted JSON."""
    content = verdict.model_dump(mode="json", exclude=NOT_COMPARED)
    whole = content["spend"]
    for spent in (whole, *whole.get("by_capability", ()), *whole.get("by_provider", ())):
        for name in ("repeated_calls", "provider_ms", "call_ms"):
            spent.pop(name, None)
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def _effects(message: Any) -> Iterable[tuple[str, str]]:
    match message:
        case Signal():
            yield "signal", message.signal_id
        case Incident():
            yield "incident", f"{message.incident_id} {message.updated_at} {message.state}"
        case AdmissionDecided():
            yield "admission", f"{message.incident_id} {message.number}"
        case InvestigationRecorded():
            yield "event", f"{message.investigation_id} {message.number}"
        case Evidence():
            yield "evidence", f"{message.step_id} {message.evidence_id}"
        case StepFinished():
            yield "step", message.step_id
        case ToolCall():
            yield "call", message.call_id
        case Verdict():
            yield "verdict", message.verdict_id
        case NoticeSent():
            yield "notice", message.notice_id


async def tales(bus: Bus, posts: Mapping[str, list[str]] | None = None) -> dict[str, Tale]:
    """Read all that is recorded. `posts` are the ids of the notices that people got, by tenant."""
    found: dict[str, Tale] = defaultdict(Tale)
    rows: list[Any] = []
    for stream in STREAMS:
        rows += [message async for batch in bus.replay(stream) for message, _ in batch]
    for message in sorted(rows, key=lambda one: not isinstance(one, Verdict)):  # an event names a verdict by its id
        found[message.tenant].take(message)
    for tenant, ids in (posts or {}).items():
        found[tenant].effects.update(("post", one) for one in ids)
    return dict(found)


async def unsettled(bus: Bus) -> dict[str, int]:
    """Return the durables that have work left, with how much: not delivered yet, or delivered and not settled."""
    left = {}
    for row in CONSUMERS:
        info = await bus.connection.js.consumer_info(row.stream, row.durable)
        if count := (info.num_pending or 0) + (info.num_ack_pending or 0):
            left[row.durable] = count
    return left


async def work_left(bus: Bus) -> list[str]:
    """Return in words which work queues still hold messages."""
    held = {row: (await bus.connection.js.stream_info(row)).state.messages for row in sorted(WORK_QUEUES)}
    return [f"{row}: {count} messages of work are left" for row, count in held.items() if count]


async def orphans(bus: Bus) -> list[str]:
    """Return what was left behind that belongs to nothing: work nobody takes, results of nothing, calls without end."""
    found = await work_left(bus)
    events = [m async for batch in bus.replay("INVESTIGATIONS") for m, _ in batch]
    known = {(event.tenant, event.investigation_id) for event in events}
    planned = {event.step_planned.task.step_id for event in events if event.step_planned}
    for stream in ("EVIDENCE", "TOOLCALLS", "VERDICTS"):
        rows = [m async for batch in bus.replay(stream) for m, _ in batch]
        found += [
            f"{stream}: {type(one).__name__} of {one.tenant} belongs to no investigation"
            for one in rows
            if (one.tenant, one.investigation_id) not in known or getattr(one, "step_id", "") not in {"", *planned}
        ]
    bucket = bus.kv(GATEWAY_JOURNAL)
    for key in await bucket.keys():
        entry = await bucket.get(key)
        if entry and JournalEntry.model_validate_json(entry.value).result is None:
            found.append(f"gateway-journal: {key} was begun and never ended")
    return found


async def repeats(bus: Bus) -> int:
    """Return how often a gateway took up a call that another had begun and not recorded."""
    bucket = bus.kv(GATEWAY_JOURNAL)
    entries = [await bucket.get(key) for key in await bucket.keys()]
    return sum(JournalEntry.model_validate_json(entry.value).repeats for entry in entries if entry)


async def dead_letters(bus: Bus) -> list[str]:
    """Return all dead letters: the consumer, the subject and the reason."""
    found = [delivery async for batch in bus.replay("DEAD") for _, delivery in batch]
    letters = [DeadLetter.model_validate_json(delivery.payload) for delivery in found]
    return [f"{one.consumer} {one.subject} {one.error_type}: {one.reason}" for one in letters]
