"""What the notifier does with what the bus delivers."""

from collections.abc import Sequence
from dataclasses import dataclass

from inquest.bus.port import BusPort, Delivery, KeyValue
from inquest.bus.settle import DELIVERIES_RESERVED
from inquest.config.channels import Channel
from inquest.config.tenant import TenantConfig
from inquest.contracts import subjects as s
from inquest.contracts.errors import NotFound, RetryLater
from inquest.contracts.latest import Concluded, InvestigationRecorded, Notice, NoticeSent, Verdict
from inquest.notifier.domain.claim import Claim, begin, gave_up, succeeded
from inquest.notifier.domain.decide import is_material, notices, previous_conclusion, story_of
from inquest.notifier.ports import Clock, CurrentConfig, MaybeDelivered, NotDelivered, Refused, Sender
from inquest.telemetry.logs import get_logger

_log = get_logger("notifier")


@dataclass(frozen=True, slots=True)
class Handlers:
    """Decides on conclusions, and sends what was decided."""

    bus: BusPort
    claims: KeyValue
    config: CurrentConfig
    sender: Sender
    clock: Clock

    async def on_recorded(self, event: InvestigationRecorded, delivery: Delivery) -> None:
        """On a conclusion that changes the answer, command one notice for each channel of the tenant."""
        del delivery
        if event.concluded is None:
            return
        keys = {"tenant": event.tenant, "investigation": event.investigation_id}
        recorded = [stored.message for stored in await self.bus.read(s.INVESTIGATION_RECORDED, **keys)]
        events = [item for item in recorded if item.number <= event.number]
        verdicts = [stored.message for stored in await self.bus.read(s.VERDICT_REACHED, **keys)]
        verdict = _verdict_of(event.concluded, verdicts)
        before = previous_conclusion(events, event.number)
        if not is_material(verdict, _verdict_of(before, verdicts) if before else None):
            _log.info("notice_spared", investigation=event.investigation_id, tenant=event.tenant)
            return
        evidence = [stored.message for stored in await self.bus.read(s.EVIDENCE_COLLECTED, **keys)]
        story = story_of(events, verdict, evidence)
        if story is None:
            raise RetryLater(f"investigation {event.investigation_id}: its first event is not there yet")
        tenant = await self._tenant(event.tenant)
        for notice in notices(story, tenant) if tenant else []:
            await self.bus.publish(
                s.NOTICE_SEND,
                notice,
                msg_id=f"{notice.tenant}:notice:{notice.notice_id}",
                channel=notice.channel,
                tenant=notice.tenant,
                notice=notice.notice_id,
            )

    async def on_notice(self, notice: Notice, delivery: Delivery) -> None:
        """Send one notice unless that happened already, and record what became of it."""
        key = f"{notice.tenant}.{notice.notice_id}"
        entry = await self.claims.get(key)
        found = Claim.model_validate_json(entry.value) if entry else None
        if found is None or found.state != "done":
            is_last = delivery.attempt >= delivery.attempt_max - DELIVERIES_RESERVED
            found = await self._attempt(notice, key, found, entry.revision if entry else None, is_last=is_last)
        await self._record(notice, found)

    async def _attempt(
        self, notice: Notice, key: str, found: Claim | None, revision: int | None, *, is_last: bool
    ) -> Claim:
        """Return the finished claim. Raises NotDelivered or MaybeDelivered while there are tries left."""
        channel = await self._live_channel(notice)
        claim = begin(found)
        if channel is None:
            done = Claim(state="done", outcome="recorded", reason="shadow mode", at=self.clock())
            await self._write(key, done, revision)
            return done
        # Whoever writes the claim sends; a second replica loses this compare-and-set and comes back later.
        revision = await self._write(key, claim, revision)
        try:
            await self.sender.send(notice, channel)
            done = succeeded(claim, self.clock())
        except Refused as error:
            done = gave_up(claim, str(error), self.clock())
        except (NotDelivered, MaybeDelivered) as error:
            doubt = claim.is_doubtful or isinstance(error, MaybeDelivered)
            if not is_last:
                await self._write(key, Claim(state="open", is_doubtful=doubt), revision)
                raise
            done = gave_up(claim.model_copy(update={"is_doubtful": doubt}), str(error), self.clock())
        await self._write(key, done, revision)
        return done

    async def _write(self, key: str, claim: Claim, revision: int | None) -> int:
        value = claim.model_dump_json().encode()
        if revision is None:
            return await self.claims.create(key, value)
        return await self.claims.update(key, value, revision)

    async def _tenant(self, tenant: str) -> TenantConfig | None:
        try:
            return (await self.config()).tenant(tenant)
        except NotFound:
            _log.warning("tenant_unknown", tenant=tenant)  # taken out of the configuration meanwhile: nobody to tell
            return None

    async def _live_channel(self, notice: Notice) -> Channel | None:
        """Return the channel if the notice may leave. Switching to shadow mode counts at once, for waiting ones too."""
        tenant = await self._tenant(notice.tenant)
        channel = next((item for item in tenant.channels if item.id == notice.channel), None) if tenant else None
        return channel if channel is not None and notice.live and channel.live else None

    async def _record(self, notice: Notice, claim: Claim) -> None:
        sent = NoticeSent(
            notice_id=notice.notice_id,
            tenant=notice.tenant,
            investigation_id=notice.investigation_id,
            channel=notice.channel,
            outcome=claim.outcome,
            reason=claim.reason,
            at=claim.at or self.clock(),
        )
        await self.bus.publish(
            s.NOTICE_SENT,
            sent,
            msg_id=f"{notice.tenant}:notice-sent:{notice.notice_id}",
            tenant=notice.tenant,
            investigation=notice.investigation_id,
        )
        _log.info(
            "notice_recorded",
            tenant=notice.tenant,
            investigation=notice.investigation_id,
            channel=notice.channel,
            outcome=claim.outcome,
        )


def _verdict_of(concluded: Concluded, verdicts: Sequence[Verdict]) -> Verdict:
    for verdict in verdicts:
        if verdict.verdict_id == concluded.verdict_id:
            return verdict
    raise RetryLater(f"verdict {concluded.verdict_id} was concluded on and is not there yet")
