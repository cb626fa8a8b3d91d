"""AdminService, reflection and who may use them. Imported late, as gRPC costs start-up time."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp

from inquest.contracts.errors import InquestError
from inquest.contracts.latest import LetterLine, LettersSettled
from inquest.contracts.proto.v1 import services_pb2 as pb
from inquest.contracts.proto.v1 import services_pb2_grpc as rpc
from inquest.identity import Authenticator, Principal
from inquest.runtime.admin import Admin, Caller
from inquest.runtime.grpc_calls import authorization_of, peer_host

AnswerT = TypeVar("AnswerT")
SERVICE = pb.DESCRIPTOR.services_by_name["AdminService"].full_name


class AdminServicer(rpc.AdminServiceServicer):
    """Parses, asks who it is, calls, answers."""

    def __init__(self, admin: Admin, people: Authenticator) -> None:
        self._admin = admin
        self._people = people

    async def Info(  # noqa: N802 - gRPC names it
        self, request: pb.AdminServiceInfoRequest, context: Any
    ) -> pb.AdminServiceInfoResponse:
        """Return which process this is, what it does and what it has in hand."""
        del request

        async def work(caller: Caller) -> pb.AdminServiceInfoResponse:
            admin = self._admin
            admin.look(caller)
            standing = admin.duty.standing
            return pb.AdminServiceInfoResponse(
                service=admin.service,
                version=admin.version,
                pid=admin.pid,
                host=admin.host,
                started_at=_time(admin.started_at),
                state=standing.state,
                state_since=_time(standing.since),
                state_by=standing.by,
                state_reason=standing.reason,
                consumers=[
                    pb.ConsumerWork(name=one.name, stream=one.stream, in_flight=one.in_flight, queued=one.queued)
                    for one in admin.bus.work
                ],
                requests=admin.duty.requests,
                config_revision=await admin.revision(),
                log_level=admin.level.level,
                log_level_until=_time(admin.level.until) if admin.level.until else None,
                failing=await admin.unready(),
            )

        return await self._answer(context, "admin-info", work)

    async def Drain(  # noqa: N802 - gRPC names it
        self, request: pb.AdminServiceDrainRequest, context: Any
    ) -> pb.AdminServiceDrainResponse:
        """Take no new work, and finish or hand back what there is."""

        async def work(caller: Caller) -> pb.AdminServiceDrainResponse:
            limit_s = request.limit_s if request.HasField("limit_s") else None
            done = await self._admin.drain(caller, request.reason, limit_s)
            return pb.AdminServiceDrainResponse(state=done.state, handed_back=done.handed_back, left=done.left)

        return await self._answer(context, "admin-drain", work)

    async def Resume(  # noqa: N802 - gRPC names it
        self, request: pb.AdminServiceResumeRequest, context: Any
    ) -> pb.AdminServiceResumeResponse:
        """Take work again."""

        async def work(caller: Caller) -> pb.AdminServiceResumeResponse:
            await self._admin.resume(caller, request.reason)
            return pb.AdminServiceResumeResponse(state=self._admin.duty.standing.state)

        return await self._answer(context, "admin-resume", work)

    async def SetLogLevel(  # noqa: N802 - gRPC names it
        self, request: pb.AdminServiceSetLogLevelRequest, context: Any
    ) -> pb.AdminServiceSetLogLevelResponse:
        """Change how much the process logs."""

        async def work(caller: Caller) -> pb.AdminServiceSetLogLevelResponse:
            duration_s = request.duration_s if request.HasField("duration_s") else None
            previous = await self._admin.set_level(caller, request.level, duration_s, request.reason)
            level = self._admin.level
            until = _time(level.until) if level.until else None
            return pb.AdminServiceSetLogLevelResponse(level=level.level, previous=previous, until=until)

        return await self._answer(context, "admin-log-level", work)

    async def Config(  # noqa: N802 - gRPC names it
        self, request: pb.AdminServiceConfigRequest, context: Any
    ) -> pb.AdminServiceConfigResponse:
        """Return the settings in effect, masked."""
        del request

        async def work(caller: Caller) -> pb.AdminServiceConfigResponse:
            settings, revision, config = await self._admin.settings(caller)
            return pb.AdminServiceConfigResponse(settings=settings, config_revision=revision, config_json=config)

        return await self._answer(context, "admin-config", work)

    async def ListDeadLetters(  # noqa: N802 - gRPC names it
        self, request: pb.AdminServiceListDeadLettersRequest, context: Any
    ) -> pb.AdminServiceListDeadLettersResponse:
        """Return what this service's consumers gave up."""

        async def work(caller: Caller) -> pb.AdminServiceListDeadLettersResponse:
            found = await self._admin.letters(caller, request.tenant or None, request.limit)
            return pb.AdminServiceListDeadLettersResponse(letters=map(_line, found.letters))

        return await self._answer(context, "admin-dead", work)

    async def Redrive(  # noqa: N802 - gRPC names it
        self, request: pb.AdminServiceRedriveRequest, context: Any
    ) -> pb.AdminServiceRedriveResponse:
        """Send messages again that this service's consumers gave up."""

        async def work(caller: Caller) -> pb.AdminServiceRedriveResponse:
            seqs = tuple(request.seqs)
            done = await self._admin.redrive(caller, request.tenant or None, seqs, request.reason, every=request.all)
            return pb.AdminServiceRedriveResponse(letters=_settled(done))

        return await self._answer(context, "admin-redrive", work)

    async def _answer(self, context: Any, what: str, work: Callable[[Caller], Awaitable[AnswerT]]) -> AnswerT:
        who: Principal | None = None
        peer = peer_host(context)
        try:
            who = await self._people.identify(authorization_of(context), peer, None)
            return await work(Caller(who, peer))
        except InquestError as error:
            await self._people.refused(error, who, peer, what)
            raise


def _time(at: datetime) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(at)
    return made


def _line(line: LetterLine) -> pb.DeadLetterLine:
    values = {name: getattr(line, name) for name in LetterLine.model_fields if name != "dead_at"}
    return pb.DeadLetterLine(**values, dead_at=_time(line.dead_at))


def _settled(done: LettersSettled) -> list[pb.DeadLetterSettled]:
    return [pb.DeadLetterSettled(seq=one.seq, subject=one.subject, error=one.error) for one in done.letters]
