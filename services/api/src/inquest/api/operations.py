"""The operations of the API, the same over HTTP and gRPC: who may, what is read, what is published."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from inquest.api.domain.commands import cancel_command, feedback_event, start_command
from inquest.api.domain.requests import (
    CancelBody,
    Cancelled,
    FeedbackBody,
    FeedbackGiven,
    Investigations,
    ListQuery,
    StartBody,
    Started,
)
from inquest.api.ports import Clock, Record, Stories
from inquest.audit import AuditLog, Deed
from inquest.bus.port import BusPort
from inquest.contracts import subjects as s
from inquest.contracts.errors import NotFound
from inquest.contracts.latest import InvestigationStory
from inquest.identity import Principal
from inquest.telemetry.logs import get_logger

_log = get_logger("api")


@dataclass(frozen=True, slots=True)
class Operations:
    """Every method raises Forbidden where the caller may not, before anything else happens."""

    bus: BusPort
    stories: Stories
    clock: Clock
    audit: AuditLog

    async def list(self, caller: Principal, query: ListQuery) -> Investigations:
        """Return one page of investigations."""
        return await self.stories.list(caller.may("investigations.read", query.tenant), query)

    async def get(self, caller: Principal, tenant: str | None, investigation_id: str) -> InvestigationStory:
        """Return the whole story. Raises NotFound."""
        return await self.stories.get(caller.may("investigations.read", tenant), investigation_id)

    async def watch(
        self, caller: Principal, tenant: str | None, investigation_id: str, after: int
    ) -> AsyncIterator[Record]:
        """Return what was recorded after a position, and then each new record."""
        return await self.stories.watch(caller.may("investigations.read", tenant), investigation_id, after)

    async def start(self, caller: Principal, tenant: str | None, body: StartBody) -> Started:
        """Ask for an investigation; the same question within the stream's window is asked once."""
        command = start_command(body, caller.may("investigations.start", tenant), caller.name)
        await self.bus.publish(
            s.INVESTIGATION_START,
            command,
            msg_id=f"{command.tenant}:start:{command.investigation_id}",
            tenant=command.tenant,
            investigation=command.investigation_id,
        )
        await self.audit.record(
            Deed("investigation-asked", command.tenant, caller.name, body.title, command.investigation_id)
        )
        _log.info("investigation_asked", by=caller.name, tenant=command.tenant, investigation=command.investigation_id)
        return Started(investigation_id=command.investigation_id)

    async def cancel(self, caller: Principal, tenant: str | None, investigation_id: str, body: CancelBody) -> Cancelled:
        """Ask to stop. Raises NotFound for an investigation that nobody knows."""
        chosen = caller.may("investigations.cancel", tenant)
        await self.stories.get(chosen, investigation_id)
        command = cancel_command(body, chosen, investigation_id, caller.name)
        await self.bus.publish(
            s.INVESTIGATION_CANCEL,
            command,
            msg_id=f"{chosen}:cancel:{investigation_id}",
            tenant=chosen,
            investigation=investigation_id,
        )
        await self.audit.record(Deed("cancellation-asked", chosen, caller.name, command.reason, investigation_id))
        _log.info("cancellation_asked", by=caller.name, tenant=chosen, investigation=investigation_id)
        return Cancelled(investigation_id=investigation_id)

    async def give_feedback(
        self, caller: Principal, tenant: str | None, investigation_id: str, body: FeedbackBody
    ) -> FeedbackGiven:
        """Record whether the verdict was right. Raises NotFound, also for a verdict of another investigation."""
        chosen = caller.may("feedback.give", tenant)
        story = await self.stories.get(chosen, investigation_id)
        if body.verdict_id and body.verdict_id not in {verdict.verdict_id for verdict in story.verdicts}:
            raise NotFound(f"verdict_id: investigation {investigation_id} has no verdict {body.verdict_id}")
        feedback = feedback_event(body, story, caller.name, self.clock())
        await self.bus.publish(
            s.FEEDBACK_GIVEN,
            feedback,
            msg_id=f"{chosen}:feedback:{feedback.feedback_id}",
            tenant=chosen,
            investigation=investigation_id,
        )
        await self.audit.record(Deed("feedback-given", chosen, caller.name, feedback.judgement, investigation_id))
        _log.info("feedback_given", by=caller.name, tenant=chosen, investigation=investigation_id)
        return FeedbackGiven(feedback_id=feedback.feedback_id)
