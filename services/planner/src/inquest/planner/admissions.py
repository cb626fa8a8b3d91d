"""Commits admission decisions: load the ledger of a tenant, decide, write it back, and only then tell."""

import asyncio
import zlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from inquest.audit import AuditLog, Deed
from inquest.bus import BusPort, KeyValue, Outgoing
from inquest.contracts.errors import Conflict, RetryLater
from inquest.contracts.latest import AdmissionDecided, AdmissionDue
from inquest.contracts.payloads import decode, encode
from inquest.contracts.subjects import ADMISSION_DECIDED, ADMISSION_DUE, ADMISSION_TIMER_SET
from inquest.planner.domain.ledger import Ledger, rebuilt
from inquest.planner.domain.rulings import Rules
from inquest.planner.ports import Configuration
from inquest.telemetry.logs import get_logger
from inquest.telemetry.metrics import ADMISSION_INCIDENTS, ADMISSION_WAIT_SECONDS, ADMISSIONS_DECIDED

TRIES_MAX = 30  # each lost try means that another planner decided something
LOCKS = 64
Step = Callable[[Ledger, Rules], Awaitable[Ledger]]
_log = get_logger("planner")


@dataclass(slots=True)
class _Pending:
    """A step on its way into the ledger, and the error it raised, which is its own affair."""

    step: Step
    done: asyncio.Future[Ledger]
    error: Exception | None = None

    async def applied(self, ledger: Ledger, rules: Rules) -> Ledger:
        """Return the ledger after the step; as it was where the step raises."""
        self.error = None
        try:
            return await self.step(ledger, rules)
        except Exception as error:  # noqa: BLE001 - it is told to whoever asked for the step
            self.error = error
            return ledger


@dataclass(frozen=True, slots=True)
class Admissions:
    """The ledgers of all tenants, for any number of planners at once.

    A decision is published after the write that made it; until it is known to be published it stays in the ledger, so
    whoever comes next sends it. The locks only spare this process from racing with itself.
    """

    bus: BusPort
    ledgers: KeyValue
    configuration: Configuration
    audit: AuditLog
    _sent: dict[str, set[tuple[str, int]]] = field(default_factory=lambda: defaultdict(set))
    _pending: dict[str, list[_Pending]] = field(default_factory=lambda: defaultdict(list))
    _locks: tuple[asyncio.Lock, ...] = field(default_factory=lambda: tuple(asyncio.Lock() for _ in range(LOCKS)))

    async def change(self, tenant: str, step: Step) -> Ledger:
        """Apply a step to the ledger of a tenant, publish what it decided, and return the ledger.

        Steps that come while another is being written are written together with each other: in a burst the disk would
        otherwise set the pace. Raises RetryLater after TRIES_MAX lost races, or when a decision could not be
        published, and whatever the step raises.
        """
        one = _Pending(step, asyncio.get_running_loop().create_future())
        self._pending[tenant].append(one)
        async with self._locks[zlib.crc32(tenant.encode()) % LOCKS]:
            if not one.done.done():
                together, self._pending[tenant] = self._pending[tenant], []
                await self._change(tenant, together)
        return await one.done

    async def _change(self, tenant: str, together: Sequence[_Pending]) -> None:
        try:
            ledger = await self._decided(tenant, together)
        except Exception as error:  # noqa: BLE001 - it is told to everybody who waits
            _fail(together, error)
        except asyncio.CancelledError:
            # The cancellation is this caller's alone; the others are to try again.
            _fail(together, RetryLater(f"admission of {tenant} was stopped"))
            raise
        else:
            _settle(together, ledger)

    async def _decided(self, tenant: str, together: Sequence[_Pending]) -> Ledger:
        rules = Rules(tenant, self.configuration.admission(tenant))
        for _ in range(TRIES_MAX):
            try:
                before, after = await self._commit(tenant, together, rules)
            except Conflict:
                continue
            await self._publish(before, after)
            if after.due and after.due != before.due:
                await self.arm(tenant, after)
            _gauge(tenant, after)
            return after
        raise RetryLater(f"admission of {tenant}: lost {TRIES_MAX} races to decide")

    async def tenants(self) -> list[str]:
        """Return the tenants that have a ledger."""
        return await self.ledgers.keys()

    async def arm(self, tenant: str, ledger: Ledger) -> None:
        """Have the server tell when the queue must be looked at again; the same subject replaces the timer."""
        if ledger.due:
            due = AdmissionDue(tenant=tenant, due_at=ledger.due)
            await self.bus.schedule(ADMISSION_TIMER_SET, ADMISSION_DUE, due, due_at=ledger.due, tenant=tenant)

    async def _commit(self, tenant: str, together: Sequence[_Pending], rules: Rules) -> tuple[Ledger, Ledger]:
        """Return the ledger before and after, once the latter is on disk. Raises Conflict."""
        entry = await self.ledgers.get(tenant)
        stored = decode(entry.value, Ledger) if entry else await self._lost(tenant)
        before = after = stored.without_sent(self._sent[tenant])
        for one in together:
            after = await one.applied(after, rules)
        if after == before:
            return stored, stored
        data = encode(after).data
        if entry:
            await self.ledgers.update(tenant, data, entry.revision)
        else:
            await self.ledgers.create(tenant, data)
        self._sent[tenant].clear()
        return before, after

    async def _lost(self, tenant: str) -> Ledger:
        """Return what the published decisions say: nothing for a new tenant, all of it after the bucket was lost."""
        if not await self.bus.subjects(ADMISSION_DECIDED, tenant=tenant):
            return Ledger()
        return rebuilt([stored.message for stored in await self.bus.read(ADMISSION_DECIDED, tenant=tenant)])

    async def _publish(self, before: Ledger, after: Ledger) -> None:
        """Publish what is unsent, each decision once: those of an earlier write may be published already."""
        earlier = {(one.incident_id, one.number) for one in before.unsent}
        fresh: list[AdmissionDecided] = []
        for one in after.unsent:
            key = (one.incident_id, one.number)
            if key in self._sent[one.tenant]:
                continue
            if key not in earlier or not await self._is_published(one):
                fresh.append(one)
        # Recorded first: a decision that is published is not met here again. So a crash may record one twice.
        await asyncio.gather(*(self.audit.tell(_deed(one)) for one in fresh))
        await self.bus.publish_many(
            Outgoing(
                ADMISSION_DECIDED,
                one,
                {"tenant": one.tenant, "incident": one.incident_id},
                msg_id=f"{one.tenant}:admission:{one.incident_id}:{one.number}",
            )
            for one in fresh
        )
        for one in after.unsent:
            self._sent[one.tenant].add((one.incident_id, one.number))
        for one in fresh:
            _tell(one)

    async def _is_published(self, decided: AdmissionDecided) -> bool:
        newest = await self.newest(decided.tenant, decided.incident_id)
        return newest is not None and newest.number >= decided.number

    async def newest(self, tenant: str, incident_id: str) -> AdmissionDecided | None:
        """Return the newest published decision about an incident, or None."""
        stored = await self.bus.last(ADMISSION_DECIDED, tenant=tenant, incident=incident_id)
        return stored.message if stored else None


def _settle(together: Sequence[_Pending], ledger: Ledger) -> None:
    for one in together:
        if one.error:
            _fail([one], one.error)
        elif not one.done.done():
            one.done.set_result(ledger)


def _fail(together: Sequence[_Pending], error: Exception) -> None:
    for one in together:
        if not one.done.done():  # its caller may be gone
            one.done.set_exception(error)


def _deed(decided: AdmissionDecided) -> Deed:
    is_let_in = decided.outcome == "admitted"
    reason = f"{decided.outcome}: {decided.reason}"
    return Deed(
        "admission-decided", decided.tenant, "planner", reason, decided.incident_id, "done" if is_let_in else "refused"
    )


def _tell(decided: AdmissionDecided) -> None:
    ADMISSIONS_DECIDED.labels(decided.outcome, decided.cause, decided.severity).inc()
    if decided.outcome == "admitted":
        ADMISSION_WAIT_SECONDS.labels(decided.severity).observe(decided.waited_s)
    write = _log.info if decided.outcome in ("admitted", "dropped") else _log.warning
    write(
        f"incident_{decided.outcome}",
        tenant=decided.tenant,
        incident=decided.incident_id,
        investigation=decided.investigation_id,
        severity=decided.severity,
        reason=decided.reason,
        waiting=decided.waiting,
    )


def _gauge(tenant: str, ledger: Ledger) -> None:
    ADMISSION_INCIDENTS.labels(tenant, "running").set(len(ledger.running))
    ADMISSION_INCIDENTS.labels(tenant, "waiting").set(len(ledger.waiting))
