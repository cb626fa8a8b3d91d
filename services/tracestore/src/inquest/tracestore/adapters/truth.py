"""All that the streams hold about one investigation, as it lies there; and purging what was archived."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inquest.bus.port import BusPort, Delivery, Usage
from inquest.contracts import subjects as s
from inquest.contracts.errors import NotFound
from inquest.contracts.latest import ToolCall
from inquest.contracts.subjects import Subject
from inquest.contracts.topology import ARCHIVED, GATEWAY_JOURNAL, HOLDS, PAYLOADS
from inquest.contracts.v1.retention import Hold
from inquest.tracestore.domain.bundle import Record

SIGNALS_AT_ONCE = 50
_OF_INVESTIGATION: tuple[Subject, ...] = (
    s.INVESTIGATION_RECORDED,
    s.EVIDENCE_COLLECTED,
    s.STEP_FINISHED,
    s.VERDICT_REACHED,
    s.TOOL_CALLED,
    s.NOTICE_SENT,
    s.FEEDBACK_GIVEN,
)
_OF_INCIDENT: tuple[Subject, ...] = (s.INCIDENT_OPENED, s.INCIDENT_UPDATED, s.INCIDENT_RESOLVED, s.ADMISSION_DECIDED)


@dataclass(frozen=True, slots=True)
class Truth:
    """Reads and purges the streams of truth. Everything raises RetryLater while the bus is away."""

    bus: BusPort

    async def of_investigation(self, tenant: str, investigation_id: str) -> list[Record]:
        """Return its events, evidence, verdicts, calls, notices and feedback."""
        keys = {"tenant": tenant, "investigation": investigation_id}
        return await self._read((row, row.pattern(**keys)) for row in _OF_INVESTIGATION)

    async def of_incident(self, tenant: str, incident_id: str) -> list[Record]:
        """Return what was said about an incident."""
        keys = {"tenant": tenant, "incident": incident_id}
        return await self._read((row, row.pattern(**keys)) for row in _OF_INCIDENT)

    async def of_signals(self, tenant: str, signal_ids: Sequence[str]) -> list[Record]:
        """Return signals."""
        found: list[Record] = []
        for start in range(0, len(signal_ids), SIGNALS_AT_ONCE):
            some = signal_ids[start : start + SIGNALS_AT_ONCE]
            row = s.SIGNAL_RECEIVED
            found += await self._read((row, row.pattern(tenant=tenant, signal=one)) for one in some)
        return found

    async def after(self, stream: str, seq: int) -> list[Record]:
        """Return what lies in a stream after a sequence, all of it."""
        return [record_of(delivery) async for batch in self.bus.replay(stream, after_seq=seq) for _, delivery in batch]

    async def _read(self, wanted: Iterable[tuple[Subject, str]]) -> list[Record]:
        streams: dict[str, list[str]] = {}
        for row, pattern in wanted:
            streams.setdefault(row.stream or "", []).append(pattern)
        return [
            record_of(delivery)
            for stream, patterns in streams.items()
            async for batch in self.bus.replay(stream, patterns=tuple(patterns))
            for _, delivery in batch
        ]

    async def payload(self, ref: str) -> bytes | None:
        """Return a payload, None where it was too old to be there."""
        try:
            return await self.bus.objects(PAYLOADS).get(ref)
        except NotFound:
            return None

    async def usage(self) -> dict[str, Usage]:
        """Return how full the streams of truth are, and how far everybody has worked them off."""
        return {stream: await self.bus.usage(stream) for stream in ARCHIVED}

    async def holds(self) -> list[Hold]:
        """Return the legal holds that stand."""
        bucket = self.bus.kv(HOLDS)
        found = [await bucket.get(key) for key in await bucket.keys()]
        return [Hold.model_validate_json(entry.value) for entry in found if entry and entry.value]

    async def purge(self, tenant: str, investigation_id: str, records: Sequence[Record], remnant_seq: int) -> None:
        """Remove what is archived, and the answers of its calls, which nobody will ask for again.

        Of the history, which goes last, its end stays: nobody opens it anew.
        """
        calls = [record.message() for record in records if record.stream == "TOOLCALLS"]
        answers = sorted({f"{tenant}.{call.call_id}" for call in calls if isinstance(call, ToolCall)})
        await self.bus.purge_keys(GATEWAY_JOURNAL, answers)
        keys = {"tenant": tenant, "investigation": investigation_id}
        last = {stream: max((r.seq for r in records if r.stream == stream), default=0) for stream in ARCHIVED}
        if last["EVIDENCE"]:
            await self.bus.purge(s.EVIDENCE_COLLECTED, below_seq=last["EVIDENCE"] + 1, **keys)
            await self.bus.purge(s.STEP_FINISHED, below_seq=last["EVIDENCE"] + 1, **keys)
        if last["VERDICTS"]:
            await self.bus.purge(s.VERDICT_REACHED, below_seq=last["VERDICTS"] + 1, **keys)
        await self.bus.purge(s.INVESTIGATION_RECORDED, below_seq=remnant_seq, **keys)

    async def forget(self, tenant: str, investigation_id: str, remnant_seq: int) -> None:
        """Remove what archiving left in the stream."""
        keys = {"tenant": tenant, "investigation": investigation_id}
        await self.bus.purge(s.INVESTIGATION_RECORDED, below_seq=remnant_seq + 1, **keys)


def record_of(delivery: Delivery) -> Record:
    """Return a stored message as a record."""
    return Record(
        delivery.stream,
        delivery.stream_seq,
        delivery.subject,
        delivery.stored_at,
        dict(delivery.headers),
        delivery.payload,
    )
