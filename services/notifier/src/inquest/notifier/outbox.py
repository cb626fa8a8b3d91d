"""Takes notices to their channels: once, unless a control says no, and with a record of what became of each."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from inquest.audit import AuditLog, Deed
from inquest.bus.port import BusPort, Delivery, KeyValue
from inquest.bus.settle import DELIVERIES_RESERVED
from inquest.config.channels import Channel
from inquest.contracts import subjects as s
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import AuditOutcome, HeldBy, Notice, NoticeOutcome, NoticeSent
from inquest.contracts.redaction import redact
from inquest.notifier.controls import Controls
from inquest.notifier.domain.claim import (
    Claim,
    Told,
    begin,
    found_there,
    gave_up,
    held,
    succeeded,
    told_after,
)
from inquest.notifier.domain.routing import FOLLOW_UPS
from inquest.notifier.ports import CannotTell, Clock, MaybeDelivered, NotDelivered, Refused, Sender
from inquest.telemetry.logs import get_logger
from inquest.telemetry.metrics import NOTICES_TOLD

RENDERED_CHARS_MAX = 40_000
PANIC_POLL_S = 0.3  # how soon a send under way learns of the panic switch
BACKOFF_S_FIRST = 1.0
BACKOFF_S_MAX = 300.0

_log = get_logger("notifier")


class Stopped(Exception):
    """The panic switch was turned on while a notice was being sent."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """Sends what was decided."""

    bus: BusPort
    claims: KeyValue
    threads: KeyValue
    controls: Controls
    sender: Sender
    clock: Clock
    audit: AuditLog
    _turns: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def on_notice(self, notice: Notice, delivery: Delivery) -> None:
        """Send one notice unless that happened already, and record what became of it.

        Raises what the sender raised while there are tries left, and after the last, so that the notice lies among
        the dead letters, from where a person can send it again.
        """
        # One after the other for each thread: two first messages about one incident would be two threads.
        turn = self._turns.setdefault(thread_key(notice), asyncio.Lock())
        async with turn:
            await self._take(notice, delivery)

    async def _take(self, notice: Notice, delivery: Delivery) -> None:
        key = f"{notice.tenant}.{notice.notice_id}"
        entry = await self.claims.get(key)
        found = Claim.model_validate_json(entry.value) if entry else None
        error: Exception | None = None
        if found is None or found.state != "done":
            attempt = _Attempt(self, notice, key, entry.revision if entry else None, delivery)
            found, error = await attempt.make(found)
        elif await self._is_recorded(notice, found):
            return
        await self._remember(notice, found)
        await self._record(notice, found, delivery)
        if error is not None:
            raise error

    async def _is_recorded(self, notice: Notice, claim: Claim) -> bool:
        """Say whether what became of it is in the stream: its notifier may have died between the claim and there.

        A server that was restarted has forgotten the ids of commands that were done, and takes them once more.
        """
        rows = await self.bus.read(s.NOTICE_SENT, tenant=notice.tenant, investigation=notice.investigation_id)
        return (notice.notice_id, claim.at) in {(one.message.notice_id, one.message.at) for one in rows}

    async def told(self, notice: Notice) -> tuple[Told | None, int | None]:
        """Return what the channel was last told about the same investigation, and the revision of that entry."""
        entry = await self.threads.get(thread_key(notice))
        return (Told.model_validate_json(entry.value), entry.revision) if entry else (None, None)

    async def _remember(self, notice: Notice, claim: Claim) -> None:
        told, revision = await self.told(notice)
        after = told_after(told, notice.notice_id, notice.revision, claim)
        if after is not None:
            await write(self.threads, thread_key(notice), after.model_dump_json(), revision)

    async def _record(self, notice: Notice, claim: Claim, delivery: Delivery) -> None:
        sent = NoticeSent(
            notice_id=notice.notice_id,
            tenant=notice.tenant,
            investigation_id=notice.investigation_id,
            channel=notice.channel,
            outcome=claim.outcome,
            reason=redact(claim.reason),  # it may quote what a channel answered
            at=claim.at or self.clock(),
            kind=notice.kind,
            incident_id=notice.incident_id,
            held_by=claim.held_by,
            subject=notice.subject,
            rendered=claim.rendered,
            thread=claim.thread,
        )
        await self.bus.publish(
            s.NOTICE_SENT,
            sent,
            # A redriven notice ends at another time, and what becomes of it then is news.
            msg_id=f"{notice.tenant}:notice-sent:{notice.notice_id}:{sent.outcome}:{sent.at.isoformat()}",
            tenant=notice.tenant,
            investigation=notice.investigation_id,
        )
        what = f"{claim.held_by or claim.outcome}: {notice.kind} of {notice.investigation_id}"
        await self.audit.record(
            Deed("notice-told", notice.tenant, notice.channel, what, notice.notice_id, _AUDITED[claim.outcome])
        )
        if delivery.attempt == 1 or claim.state == "failed":
            NOTICES_TOLD.labels(notice.kind, claim.held_by or claim.outcome).inc()
        _log.info(
            "notice_recorded",
            tenant=notice.tenant,
            investigation=notice.investigation_id,
            channel=notice.channel,
            kind=notice.kind,
            outcome=claim.outcome,
            held_by=claim.held_by,
        )


@dataclass(slots=True)
class _Attempt:
    """One try at one notice."""

    outbox: Outbox
    notice: Notice
    key: str
    revision: int | None  # of the claim's entry
    delivery: Delivery

    async def make(self, found: Claim | None) -> tuple[Claim, Exception | None]:
        """Return the finished claim, and the error to raise once it is recorded."""
        notice, now = self.notice, self.outbox.clock
        leave = await self.outbox.controls.may_leave(notice)
        told, _ = await self.outbox.told(notice)
        thread = told.thread if told else None
        rendered = self._rendered(leave.channel, thread)
        held_by, why = leave.held_by, leave.reason
        if not held_by:
            held_by, why = _stale(notice, told) or ("", why)
        if held_by or leave.channel is None:
            return await self._finish(held(found, held_by, why, rendered, now())), None
        claim = begin(found, rendered).model_copy(update={"reason": why})
        # Whoever writes the claim sends; a second replica loses this compare-and-set and comes back later.
        await self._write(claim)
        try:
            return await self._finish(await self._send(claim, leave.channel, thread)), None
        except Stopped:
            stopped = gave_up(claim.model_copy(update={"is_doubtful": True}), PANICKED, now(), held_by="panic")
            return await self._finish(stopped), None
        except Refused as error:
            # Only now, as what is recorded must say that the notice did not leave.
            return await self._finish(gave_up(claim, str(error), now())), Impossible(str(error))
        except (NotDelivered, MaybeDelivered) as error:
            return await self._again(claim, error)

    async def _send(self, claim: Claim, channel: Channel, thread: str | None) -> Claim:
        sender = self.outbox.sender
        if claim.is_doubtful:
            with suppress(CannotTell):
                there = await sender.find(self.notice, channel, thread)
                if there is not None:
                    return found_there(claim, there, self.outbox.clock())
                claim = claim.model_copy(update={"is_doubtful": False})
        got = await self._unless_panic(lambda: sender.send(self.notice, channel, thread))
        return succeeded(claim, got, self.outbox.clock())

    async def _unless_panic(self, send: Callable[[], Coroutine[None, None, str | None]]) -> str | None:
        """Cut a send short when the panic switch is turned on. Raises Stopped."""
        task = asyncio.ensure_future(send())
        try:
            while not (await asyncio.wait({task}, timeout=PANIC_POLL_S))[0]:
                if await self.outbox.controls.panic(self.notice.tenant):
                    raise Stopped
            return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})

    async def _again(self, claim: Claim, error: NotDelivered | MaybeDelivered) -> tuple[Claim, Exception | None]:
        doubt = claim.is_doubtful or isinstance(error, MaybeDelivered)
        claim = claim.model_copy(update={"is_doubtful": doubt})
        if self.delivery.attempt >= self.delivery.attempt_max - DELIVERIES_RESERVED:
            return await self._finish(gave_up(claim, str(error), self.outbox.clock())), error
        await self._write(claim.model_copy(update={"state": "open", "reason": str(error)}))
        backoff_s = min(BACKOFF_S_FIRST * 2 ** (self.delivery.attempt - 1), BACKOFF_S_MAX)
        error.after_s = max(error.after_s, backoff_s)
        raise error

    def _rendered(self, channel: Channel | None, thread: str | None) -> str:
        if channel is None:
            return f"{self.notice.subject}\n{self.notice.body}"[:RENDERED_CHARS_MAX]
        try:
            return self.outbox.sender.render(self.notice, channel, thread)[:RENDERED_CHARS_MAX]
        except Refused as error:  # shown where it would have been sent, refused where it is
            return f"cannot be sent: {error}"

    async def _finish(self, claim: Claim) -> Claim:
        await self._write(claim)
        return claim

    async def _write(self, claim: Claim) -> None:
        self.revision = await write(self.outbox.claims, self.key, claim.model_dump_json(), self.revision)


_AUDITED: Mapping[NoticeOutcome, AuditOutcome] = {
    "sent": "done",
    "recorded": "refused",  # by a control, or because the channel is in shadow mode
    "failed": "failed",
    "may-have-been-sent": "unknown",
}
PANICKED = "the panic switch was turned on while this was being sent"


def thread_key(notice: Notice) -> str:
    """Return the key of what a channel was last told about an investigation."""
    return f"{notice.tenant}.{notice.investigation_id}.{notice.channel}"


async def write(bucket: KeyValue, key: str, value: str, revision: int | None) -> int:
    """Write by compare-and-set; None: the key must not exist. Raises Conflict."""
    if revision is None:
        return await bucket.create(key, value.encode())
    return await bucket.update(key, value.encode(), revision)


def _stale(notice: Notice, told: Told | None) -> tuple[HeldBy, str] | None:
    """Return why telling this would make no sense to those who would read it."""
    if notice.kind in FOLLOW_UPS:
        has_heard = told is not None and told.outcome != "recorded"
        return None if has_heard else ("shadow", "nobody was told of this incident here")
    if told and told.notice_id != notice.notice_id and told.revision > notice.revision:
        return "overtaken", f"revision {told.revision} was told meanwhile"
    return None
