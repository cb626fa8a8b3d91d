"""`inquest purge`: erases what is known of an investigation, an incident or a tenant, for good."""

import asyncio
import base64
import getpass
import hashlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import typer

from inquest.audit import AuditLog, Deed
from inquest.bus.bus import Bus
from inquest.bus.erase import Lying, drop, erase, lying, object_subjects
from inquest.cli.operator_bus import operator_bus
from inquest.cli.options import DATA_DIR
from inquest.cli.purge_switches import forget_switches, switches_of
from inquest.cli.purging import Scope, Target, of_calls, of_incident, of_investigation, of_signals, of_tenant
from inquest.cli.session import CONNECT_S_MAX, echo_json, local_nats, run
from inquest.contracts import subjects as s
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import Ended, Erasure, InvestigationRecorded, derive_id
from inquest.contracts.streams import WORK_QUEUES
from inquest.contracts.topology import DELIVERIES, ERASED, ERASURES, HOLDS, PAYLOADS
from inquest.contracts.v1.retention import Hold

PATTERNS_AT_ONCE = 100
DONE_S_MAX = 60.0
ENDS = ("concluded", "cancelled", "timed-out")


class PurgeRefused(InquestError):
    """A legal hold covers it, or an investigation of it runs."""


@dataclass(slots=True)
class Plan:
    """What would go: messages, and the ends of histories that stay in their place without content."""

    target: Target
    messages: list[Lying] = field(default_factory=list)
    ends: list[tuple[str, int, int]] = field(default_factory=list)  # investigation, last number, last sequence
    queued: list[tuple[str, str]] = field(default_factory=list)  # work that waits, by stream and pattern
    switches: int = 0  # of the tenant, in the book that all tenants share

    def counts(self) -> dict[str, int]:
        """Return how many messages of each stream go."""
        return dict(sorted(Counter(one.stream for one in self.messages).items()))

    def digest(self) -> str:
        """Return one hash over where each message lay and what it held."""
        rows = sorted(f"{one.stream}:{one.seq}:{one.sha256}" for one in self.messages)
        return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def purge(target: Target, reason: str, nats_url: str | None, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Erase, after saying what. Raises PurgeRefused."""
    run(_purge(target, reason, nats_url, dry_run=dry_run, yes=yes, as_json=as_json))


async def _purge(target: Target, reason: str, nats_url: str | None, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    async with connected(nats_url) as (bus, audit):
        who = getpass.getuser()
        try:
            plan = await planned(bus, target)
        except PurgeRefused as refusal:
            told = f"{reason}: {refusal}"
            await audit.record(Deed("purged", target.tenant, who, told, target.about, "refused"))
            raise
        _tell(plan, as_json=as_json)
        if dry_run:
            return
        if not (yes or await asyncio.to_thread(typer.confirm, f"Erase this of tenant {target.tenant} for good?")):
            raise InquestError("nothing was erased")
        told = f"{reason}: {len(plan.messages)} messages, sha256 {plan.digest()}"
        await audit.record(Deed("purged", target.tenant, who, told, target.about))
        erasure = await carried_out(bus, plan, reason, who)
        await _awaited(bus, erasure)


@asynccontextmanager
async def connected(nats_url: str | None) -> AsyncIterator[tuple[Bus, AuditLog]]:
    """Give the operator's bus, and an audit that is closed before it."""
    bus = operator_bus(local_nats(DATA_DIR, nats_url))
    await bus.connect(CONNECT_S_MAX)
    audit = AuditLog(bus, "cli")
    try:
        yield bus, audit
    finally:
        await audit.close()
        await bus.close()


# -- what would go ------------------------------------------------------------------------------


async def planned(bus: Bus, target: Target) -> Plan:
    """Return what would go. Raises PurgeRefused where it runs or is held."""
    plan, holds = Plan(target), await standing_holds(bus)
    if target.investigation:
        await _add_investigation(bus, plan, holds, target.investigation)
    if target.incident_id:
        await _add_incident(bus, plan, target.incident_id)
    if target.before:
        _refuse_held(target, holds, None, None)
        for subject in await bus.subjects(s.INVESTIGATION_RECORDED, tenant=target.tenant):
            keys = s.INVESTIGATION_RECORDED.parse(subject) or {}
            await _add_investigation(bus, plan, holds, keys["investigation"])
        await _add(bus, plan, of_tenant(target.tenant, whole=target.whole))
        if target.whole:
            for bucket in (PAYLOADS, DELIVERIES):
                metas = await lying(bus.connection, f"OBJ_{bucket.name}", (f"$O.{bucket.name}.M.>",))
                names = [base64.urlsafe_b64decode(one.subject.rpartition(".")[2]).decode() for one in metas]
                mine = [name for name in names if name.startswith(f"{target.tenant}/")]
                await _add(bus, plan, {f"OBJ_{bucket.name}": await object_subjects(bus.connection, bucket, mine)})
            plan.switches = await switches_of(bus, target.tenant)
    plan.messages = list({(one.stream, one.seq): one for one in plan.messages}.values())
    return plan


async def standing_holds(bus: Bus) -> list[Hold]:
    """Return the legal holds that stand."""
    bucket = bus.kv(HOLDS)
    found = [await bucket.get(key) for key in await bucket.keys()]
    holds = [Hold.model_validate_json(entry.value) for entry in found if entry]
    return [hold for hold in holds if hold.ended_at is None]


def _refuse_held(target: Target, holds: list[Hold], incident_id: str | None, investigation_id: str | None) -> None:
    is_tenant = investigation_id is None
    for hold in holds:
        if hold.covers(target.tenant, incident_id, investigation_id) or (is_tenant and hold.tenant == target.tenant):
            raise PurgeRefused(f"legal hold {hold.hold_id} covers it ({hold.reason}); end it first")


async def _add_investigation(bus: Bus, plan: Plan, holds: list[Hold], investigation_id: str) -> None:
    tenant, target = plan.target.tenant, plan.target
    keys: dict[str, Any] = {"tenant": tenant, "investigation": investigation_id}
    events = await bus.read(s.INVESTIGATION_RECORDED, **keys)
    opened = next((one.message.opened for one in events if one.message.opened), None)
    incident_id = target.incident_id or (opened.incident_id if opened else None)
    _refuse_held(target, holds, incident_id, investigation_id)
    history = await lying(bus.connection, "INVESTIGATIONS", (s.INVESTIGATION_RECORDED.pattern(**keys),))
    if target.before and history != await lying(
        bus.connection, "INVESTIGATIONS", (s.INVESTIGATION_RECORDED.pattern(**keys),), target.before
    ):
        return  # it went on after that time
    if events and not any(one.message.type in ENDS for one in events):
        raise PurgeRefused(f"investigation {investigation_id} runs; cancel it first")
    if events:
        plan.ends.append((investigation_id, events[-1].message.number, events[-1].seq))
        plan.messages += history
    calls = [one.message for one in await bus.read(s.TOOL_CALLED, **keys)]
    notices = [one.message for one in await bus.read(s.NOTICE_SENT, **keys)]
    await _add(bus, plan, of_investigation(tenant, investigation_id))
    await _add(bus, plan, of_calls(tenant, {one.call_id for one in calls}, {one.notice_id for one in notices}))
    if refs := {one.payload_ref for one in calls if one.payload_ref}:
        others = [one.message for one in await bus.read(s.TOOL_CALLED, tenant=tenant)]
        refs -= {one.payload_ref for one in others if one.investigation_id != investigation_id}
        subjects = await object_subjects(bus.connection, PAYLOADS, sorted(filter(None, refs)))
        await _add(bus, plan, {f"OBJ_{PAYLOADS.name}": subjects})


async def _add_incident(bus: Bus, plan: Plan, incident_id: str) -> None:
    tenant = plan.target.tenant
    said = [
        one.message
        for row in (s.INCIDENT_OPENED, s.INCIDENT_UPDATED, s.INCIDENT_RESOLVED)
        for one in await bus.read(row, tenant=tenant, incident=incident_id)
    ]
    await _add(bus, plan, of_incident(tenant, incident_id))
    await _add(bus, plan, of_signals(tenant, sorted({one for incident in said for one in incident.signal_ids})))


async def _add(bus: Bus, plan: Plan, scope: Scope) -> None:
    for stream, patterns in scope.items():
        if stream in WORK_QUEUES:  # nobody but its durable may read one
            plan.queued += [(stream, pattern) for pattern in patterns]
            continue
        for start in range(0, len(patterns), PATTERNS_AT_ONCE):
            some = patterns[start : start + PATTERNS_AT_ONCE]
            plan.messages += await lying(bus.connection, stream, some, plan.target.before)


# -- doing it -----------------------------------------------------------------------------------


async def carried_out(bus: Bus, plan: Plan, reason: str, who: str) -> Erasure:
    """Erase what is planned, and leave word for the trace store and the archive. Doing it again completes it."""
    target, now = plan.target, datetime.now(UTC)
    erasure = Erasure(
        erasure_id=derive_id("erasure", target.tenant, target.about, now.isoformat()),
        tenant=target.tenant,
        investigation_id=target.investigation,
        incident_id=target.incident_id,
        before=target.before,
        reason=reason,
        by=who,
        at=now,
    )
    await bus.kv(ERASURES).put(erasure.erasure_id, erasure.model_dump_json().encode())
    for investigation_id, number, seq in plan.ends:
        # Number and end alone: so that nobody who comes late opens it anew.
        end = InvestigationRecorded(
            investigation_id=investigation_id,
            tenant=target.tenant,
            number=number + 1,
            type="cancelled",
            at=now,
            cancelled=Ended(reason="purged", by=who),
        )
        keys: dict[str, Any] = {"tenant": target.tenant, "investigation": investigation_id}
        await bus.publish(s.INVESTIGATION_RECORDED, end, expect_last=seq, **keys)
    await erase(bus.connection, plan.messages)
    await drop(bus.connection, plan.queued)
    if target.whole:
        await forget_switches(bus, target.tenant)
    return erasure


async def _awaited(bus: Bus, erasure: Erasure) -> None:
    try:
        async with asyncio.timeout(DONE_S_MAX):
            async for _ in bus.kv(ERASED).watch(erasure.erasure_id):
                break
    except TimeoutError:
        typer.echo("the streams are purged; the trace store is away and will do its part when it is back", err=True)
    else:
        typer.echo("erased from streams, buckets, objects, archive and trace index", err=True)


def _tell(plan: Plan, *, as_json: bool) -> None:
    if as_json:
        ends = [one for one, *_ in plan.ends]
        told = {"messages": plan.counts(), "switches": plan.switches, "investigations": ends, "hash": plan.digest()}
        echo_json(told)
        return
    for stream, count in plan.counts().items():
        typer.echo(f"{stream:<24} {count:>7} messages")
    if plan.switches:
        typer.echo(f"{'switches of providers':<24} {plan.switches:>7}")
    typer.echo(f"{len(plan.messages)} messages of {len(plan.ends)} investigations, and what archive and index have")
