"""What lies in the archive: stored messages as they were, and a manifest that says what a part must hold. Pure."""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ConfigDict

from inquest.contracts.errors import InquestError
from inquest.contracts.latest import Incident, Instant, InvestigationRecorded, Message, ToolCall
from inquest.contracts.subjects import match
from inquest.contracts.topology import ARCHIVED

FORMAT = 1
BUNDLED = frozenset({*ARCHIVED, "TOOLCALLS", "OUTCOMES", "FEEDBACK"})
"""Streams of which a part holds what names its investigation."""
Place = tuple[str, int]


class ArchiveDamaged(InquestError):
    """A part of the archive is missing, changed or not what its manifest says; the text names it."""


@dataclass(frozen=True, slots=True)
class Record:
    """One stored message, byte for byte, at its place."""

    stream: str
    seq: int
    subject: str
    stored_at: datetime
    headers: Mapping[str, str]
    payload: bytes

    @property
    def place(self) -> Place:
        """Its identity."""
        return self.stream, self.seq

    def message(self) -> Message | None:
        """Return what it says, or None where the table does not know its subject. Raises ValidationError."""
        found = match(self.subject)
        model = found[0].model if found else None
        return model.model_validate_json(self.payload) if model else None


class Range(Message):
    """The messages of one stream in a part: how many, from which sequence to which."""

    count: int
    first_seq: int
    last_seq: int


class Manifest(Message):
    """What one part holds. It is written last: a part without it is none."""

    model_config = ConfigDict(extra="forbid")

    format: int = FORMAT
    tenant: str
    investigation_id: str = ""  # empty in what a hold copied
    incident_id: str = ""
    part: int
    closed_at: Instant
    archived_at: Instant
    records: int
    streams: dict[str, Range]
    objects: tuple[str, ...] = ()  # payloads that the calls name, kept beside the parts
    sha256: str  # of the compressed file


def lines(records: Iterable[Record]) -> Iterator[bytes]:
    """Return each record as a line of JSON."""
    for record in records:
        fields = {
            "stream": record.stream,
            "seq": record.seq,
            "subject": record.subject,
            "stored_at": record.stored_at.isoformat(),
            "headers": dict(record.headers),
        }
        try:
            fields["text"] = record.payload.decode()
        except UnicodeDecodeError:
            fields["base64"] = base64.b64encode(record.payload).decode()
        yield json.dumps(fields, sort_keys=True).encode() + b"\n"


def parse_line(line: bytes) -> Record:
    """Return the record of a line. Raises ArchiveDamaged."""
    try:
        fields = json.loads(line)
        payload = base64.b64decode(fields["base64"]) if "base64" in fields else fields["text"].encode()
        at = datetime.fromisoformat(fields["stored_at"])
        return Record(fields["stream"], fields["seq"], fields["subject"], at, fields["headers"], payload)
    except (ValueError, KeyError, TypeError) as error:
        raise ArchiveDamaged(f"a line of the archive cannot be read: {error}") from error


def ranges(records: Sequence[Record]) -> dict[str, Range]:
    """Return what there is of each stream."""
    found: dict[str, list[int]] = {}
    for record in records:
        found.setdefault(record.stream, []).append(record.seq)
    return {
        stream: Range(count=len(seqs), first_seq=min(seqs), last_seq=max(seqs))
        for stream, seqs in sorted(found.items())
    }


def check(manifest: Manifest, compressed: bytes, records: Sequence[Record], name: str) -> None:
    """Raise ArchiveDamaged unless a part is what its manifest says."""
    if manifest.format != FORMAT:
        raise ArchiveDamaged(f"{name} has format {manifest.format}, this is for {FORMAT}: upgrade Inquest")
    if hashlib.sha256(compressed).hexdigest() != manifest.sha256:
        raise ArchiveDamaged(f"{name} was changed: its SHA-256 is not that of its manifest")
    if len(records) != manifest.records or ranges(records) != manifest.streams:
        raise ArchiveDamaged(f"{name} does not hold what its manifest says")


def differing(live: Iterable[Record], kept: Iterable[Record]) -> list[Place]:
    """Return where the streams hold something that the archive lacks or holds otherwise."""
    known = {record.place: record for record in kept}
    return [record.place for record in live if known.get(record.place) != record]


@dataclass(frozen=True, slots=True)
class Closing:
    """How an investigation stands, from all that is known of it."""

    incident_id: str
    signal_ids: tuple[str, ...]
    objects: tuple[str, ...]
    closed_at: datetime | None  # when the last of its truth was stored; None while it runs
    remnant_seq: int  # of its end, which stays in the stream; 0 while it runs
    is_whole: bool  # its history begins with number 1


def closing_of(records: Iterable[Record]) -> Closing:
    """Read the events, the incident and the calls. Raises ValidationError for what does not fit its contract."""
    events: dict[int, tuple[Record, InvestigationRecorded]] = {}
    signals: dict[str, None] = {}
    objects: dict[str, None] = {}
    last: datetime | None = None
    for record in records:
        message = record.message()
        if record.stream in ARCHIVED and (last is None or record.stored_at > last):
            last = record.stored_at
        if isinstance(message, InvestigationRecorded):
            events[message.number] = (record, message)
        elif isinstance(message, Incident):
            signals |= dict.fromkeys(message.signal_ids)
        elif isinstance(message, ToolCall) and message.payload_ref:
            objects[message.payload_ref] = None
    opened = events[1][1].opened if 1 in events else None
    ends = [record.seq for record, event in events.values() if event.concluded or event.cancelled or event.timed_out]
    return Closing(
        opened.incident_id if opened else "",
        tuple(signals),
        tuple(objects),
        last if ends else None,
        max(ends, default=0),
        set(events) == set(range(1, len(events) + 1)) and bool(events),
    )
