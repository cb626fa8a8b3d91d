"""The operations of the API, the same over HTTP and gRPC: who may, what is read, what is published."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from inquest.api.domain.budgets import checked
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
from inquest.api.domain.view import BuiltFrom, nothing_built, view_of
from inquest.api.ports import Clock, Record, Stories
from inquest.api.streams import Streams
from inquest.audit import AuditLog, Deed
from inquest.bus.port import BusPort
from inquest.config import Config
from inquest.contracts import subjects as s
from inquest.contracts.errors import NotFound
from inquest.contracts.latest import InvestigationStory
from inquest.identity import Forbidden, Principal
from inquest.telemetry.logs import get_logger

_log = get_logger("api")


@dataclass(frozen=True, slots=True)
class Operations:
    """Every method raises Forbidden where the caller may not, before anything else happens."""

    bus: BusPort
    stories: Stories
    clock: Clock
    audit: AuditLog
    built_from: BuiltFrom = nothing_built
    streams: Streams = field(default_factory=Streams)
    config: Callable[[], Config] = Config

    async def list(self, caller: Principal, query: ListQuery) -> Investigations:
        """Return one page of investigations."""
        return await self.stories.list(view_of(caller, "investigations.read", query.tenant, self.built_from), query)

    async def get(self, caller: Principal, tenant: str | None, investigation_id: str) -> InvestigationStory:
        """Return the whole story. Raises NotFound."""
        return await self.stories.get(view_of(caller, "investigations.read", tenant, self.built_from), investigation_id)

    async def watch(
        self, caller: Principal, tenant: str | None, investigation_id: str, after: int
    ) -> AsyncIterator[Record]:
        """Return what was recorded after a position, and then each new record."""
        view = view_of(caller, "investigations.read", tenant, self.built_from)
        if view.services is not None and not investigation_id:
            raise Forbidden(f"investigation_id: name one; {caller.name} is for some services, not for the whole tenant")
        self.streams.check(caller)
        return self.streams.counted(caller, await self.stories.watch(view, investigation_id, after))

    async def start(self, caller: Principal, tenant: str | None, body: StartBody) -> Started:
        """Ask for an investigation; the same question within the stream's window is asked once."""
        view = view_of(caller, "investigations.start", tenant, self.built_from)
        if not view.covers(body.services):
            raise Forbidden(f"services: {caller.name} is for some services, and these are not all among them")
        command = start_command(body, view.tenant, caller.name)
        if command.budget:
            checked(command.budget, self.config(), view.tenant)
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
        view = view_of(caller, "investigations.cancel", tenant, self.built_from)
        chosen = view.tenant
        await self.stories.get(view, investigation_id)
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
        view = view_of(caller, "feedback.give", tenant, self.built_from)
        chosen = view.tenant
        story = await self.stories.get(view, investigation_id)
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
