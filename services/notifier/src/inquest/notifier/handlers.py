"""What the notifier tells: one function per subject that it hears news on. The outbox takes it from there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from inquest.bus.port import BusPort, Delivery, KeyValue
from inquest.config.tenant import TenantConfig
from inquest.contracts import subjects as s
from inquest.contracts.errors import RetryLater
from inquest.contracts.latest import (
    AdmissionDecided,
    Concluded,
    Feedback,
    Incident,
    InvestigationRecorded,
    NoticeDue,
    Verdict,
)
from inquest.notifier.controls import Controls
from inquest.notifier.domain import follow_up
from inquest.notifier.domain.changes import changes
from inquest.notifier.domain.content import Case
from inquest.notifier.domain.decide import (
    News,
    is_material,
    nobody,
    notices,
    previous_conclusion,
    story_of,
    verdict_news,
)
from inquest.notifier.domain.escalation import is_asked_about, stalled_reason, verdict_reason
from inquest.notifier.domain.routing import FOLLOW_UPS
from inquest.notifier.reading import Reading, investigation_of
from inquest.telemetry.logs import get_logger

STALLED_S_MAX = 2 * 86_400
_log = get_logger("notifier")


@dataclass(frozen=True, slots=True)
class Handlers:
    """Decides what is news, for whom, and commands one notice for each channel that is to hear it."""

    bus: BusPort
    threads: KeyValue
    controls: Controls
    reading: Reading

    async def on_recorded(self, event: InvestigationRecorded, delivery: Delivery) -> None:
        """Tell a conclusion that changes the answer, and an investigation that ended without one."""
        del delivery
        if event.concluded is not None:
            await self._concluded(event, event.concluded)
        elif event.timed_out is not None:
            case = await self.reading.case(event.tenant, event.investigation_id, up_to=event.number)
            if not case.is_archived:
                await self._tell(case, follow_up.timed_out, event.timed_out)

    async def on_incident(self, incident: Incident, delivery: Delivery) -> None:
        """Set the timer that asks for an answer; tell those who were told of it that it is over, or back."""
        if delivery.subject.startswith(s.INCIDENT_OPENED.name):
            await self._set_timer(incident, delivery)
        elif delivery.subject.startswith(s.INCIDENT_UPDATED.name):
            if again := follow_up.reopening(incident):  # most updates are of no interest to people
                case = await self._case_of(incident.tenant, incident.incident_id)
                await self._tell(case, follow_up.reopened, again)
        else:
            await self._ended(incident)

    async def _ended(self, incident: Incident) -> None:
        case = await self._case_of(incident.tenant, incident.incident_id)
        if incident.merged_into is None:
            await self._tell(case, follow_up.resolved, incident)
        else:
            whole = await self.reading.incident(incident.tenant, incident.merged_into)
            await self._tell(case, follow_up.merged, (incident.merged_into, whole))

    async def on_admission(self, decided: AdmissionDecided, delivery: Delivery) -> None:
        """Tell that an incident is not investigated."""
        del delivery
        if decided.outcome == "refused":
            case = await self.reading.case(decided.tenant, decided.investigation_id, decided.incident_id)
            await self._tell(case, follow_up.refused, decided)

    async def on_feedback(self, feedback: Feedback, delivery: Delivery) -> None:
        """Tell those who have a verdict that a person says it is wrong."""
        del delivery
        if feedback.judgement == "wrong":
            case = await self.reading.case(feedback.tenant, feedback.investigation_id)
            verdicts = await self.reading.verdicts(feedback.tenant, feedback.investigation_id)
            said = next((one for one in verdicts if one.verdict_id == feedback.verdict_id), None)
            await self._tell(case, follow_up.called_wrong, (feedback, said))

    async def on_due(self, due: NoticeDue, delivery: Delivery) -> None:
        """Ask a person when there is no answer in time. The timer is believed, never compared with a local clock."""
        case = await self._case_of(due.tenant, due.incident_id)
        if case.incident is None or case.incident.state == "resolved" or case.is_test:
            return
        waited_s = int((delivery.stored_at - case.incident.opened_at).total_seconds())
        if waited_s > STALLED_S_MAX:
            return  # found when the notifier was first started, or after days: nobody waits for it any more
        admission = await self.reading.admission(due.tenant, due.incident_id)
        if why := stalled_reason(case.events, admission, waited_s):
            await self._tell(case, follow_up.stalled, why)

    async def _concluded(self, event: InvestigationRecorded, concluded: Concluded) -> None:
        case = await self.reading.case(event.tenant, event.investigation_id, up_to=event.number)
        if case.is_archived:
            _log.info("investigation_is_archived", tenant=event.tenant, investigation=event.investigation_id)
            return  # it was told long ago; a durable that is made anew meets its end again
        verdicts = await self.reading.verdicts(event.tenant, event.investigation_id)
        verdict = _verdict_of(concluded, verdicts)
        earlier = previous_conclusion(case.events, event.number)
        before = _verdict_of(earlier, verdicts) if earlier else None
        if not is_material(verdict, before):
            _log.info("notice_spared", investigation=event.investigation_id, tenant=event.tenant)
            return
        story = story_of(case, verdict, await self.reading.evidence(event.tenant, event.investigation_id))
        if story is None:
            raise RetryLater(f"investigation {event.investigation_id}: its first event is not there yet")
        tenant = await self.controls.tenant(event.tenant)
        if tenant is None:
            return
        changed = changes(before, verdict) if before else follow_up.late_answer(case)
        why = verdict_reason(verdict, case.severity, tenant.notices.escalation)
        news = verdict_news(case, story, tenant, why, changed)
        await self._publish(case, news, tenant)

    async def _tell(self, case: Case, make: follow_up.Make, about: object) -> None:
        """Command the notices of one piece of news, where the configuration wants it told."""
        tenant = await self.controls.tenant(case.tenant)
        news = make(case, tenant, about) if tenant else None
        if tenant is not None and news is not None:
            await self._publish(case, news, tenant)

    async def _publish(self, case: Case, news: News, tenant: TenantConfig) -> None:
        keys = {channel.id: f"{case.tenant}.{case.investigation_id}.{channel.id}" for channel in tenant.channels}
        told = frozenset([id_ for id_, key in keys.items() if await self.threads.get(key)])
        made = notices(case, news, tenant, told)
        for notice in made:
            await self.bus.publish(
                s.NOTICE_SEND,
                notice,
                msg_id=f"{notice.tenant}:notice:{notice.notice_id}",
                channel=notice.channel,
                tenant=notice.tenant,
                notice=notice.notice_id,
            )
        if not made and news.kind not in FOLLOW_UPS:
            await self._say_why(case, news)

    async def _say_why(self, case: Case, news: News) -> None:
        """Record that nobody hears this, so that whoever wonders finds it on the incident."""
        nothing = nobody(case, news)
        await self.bus.publish(
            s.NOTICE_SENT,
            nothing,
            msg_id=f"{case.tenant}:notice-sent:{nothing.notice_id}",
            tenant=case.tenant,
            investigation=case.investigation_id,
        )
        _log.info("nobody_to_tell", tenant=case.tenant, investigation=case.investigation_id, kind=news.kind)

    async def _set_timer(self, incident: Incident, delivery: Delivery) -> None:
        tenant = await self.controls.tenant(incident.tenant)
        if tenant is None or not is_asked_about(incident.severity, "stalled", tenant.notices.escalation):
            return
        due_at = delivery.stored_at + timedelta(seconds=tenant.notices.escalation.stalled_after_s)
        await self.bus.schedule(
            s.NOTICE_TIMER_SET,
            s.NOTICE_DUE,
            NoticeDue(tenant=incident.tenant, incident_id=incident.incident_id, due_at=due_at),
            due_at=due_at,
            tenant=incident.tenant,
            incident=incident.incident_id,
        )

    async def _case_of(self, tenant: str, incident_id: str) -> Case:
        return await self.reading.case(tenant, investigation_of(tenant, incident_id), incident_id)


def _verdict_of(concluded: Concluded, verdicts: Sequence[Verdict]) -> Verdict:
    for verdict in verdicts:
        if verdict.verdict_id == concluded.verdict_id:
            return verdict
    raise RetryLater(f"verdict {concluded.verdict_id} was concluded on and is not there yet")
