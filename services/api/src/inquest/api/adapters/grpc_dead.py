"""DeadLetterService over grpc.aio: the same operations as over HTTP. Imported late, as gRPC costs start-up time."""

from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from inquest.api.adapters.grpc_calls import answer, caller_of, tenant_of, valid
from inquest.api.dead import Dead
from inquest.api.domain.dead_requests import DeadLine, DeadQuery, DiscardBody, RedriveBody, SettledAll
from inquest.contracts.proto.v1 import services_pb2 as pb
from inquest.contracts.proto.v1 import services_pb2_grpc as rpc
from inquest.identity import Authenticator


class DeadLetterServicer(rpc.DeadLetterServiceServicer):
    """Parses, asks who it is, calls, answers."""

    def __init__(self, dead: Dead, tokens: Authenticator) -> None:
        self._dead = dead
        self._tokens = tokens

    async def List(  # noqa: N802 - gRPC names it
        self, request: pb.DeadLetterServiceListRequest, context: Any
    ) -> pb.DeadLetterServiceListResponse:
        """Return the newest letters."""

        async def work() -> pb.DeadLetterServiceListResponse:
            caller = await caller_of(context, self._tokens, "list_dead_letters")
            sent = {"tenant": tenant_of(request), "consumer": request.consumer}
            query = valid(DeadQuery, {**sent, "limit": request.limit} if request.limit else sent)
            found = await self._dead.list(caller, query)
            return pb.DeadLetterServiceListResponse(letters=map(_line, found.letters))

        return await answer(context, work())

    async def Get(  # noqa: N802 - gRPC names it
        self, request: pb.DeadLetterServiceGetRequest, context: Any
    ) -> pb.DeadLetterServiceGetResponse:
        """Return one letter with its content."""

        async def work() -> pb.DeadLetterServiceGetResponse:
            caller = await caller_of(context, self._tokens, "get_dead_letter")
            found = await self._dead.get(caller, tenant_of(request), str(request.seq))
            return pb.DeadLetterServiceGetResponse(
                letter=_line(found), headers=found.headers, payload=found.payload, payload_bytes=found.payload_bytes
            )

        return await answer(context, work())

    async def Redrive(  # noqa: N802 - gRPC names it
        self, request: pb.DeadLetterServiceRedriveRequest, context: Any
    ) -> pb.DeadLetterServiceRedriveResponse:
        """Send messages again."""

        async def work() -> pb.DeadLetterServiceRedriveResponse:
            caller = await caller_of(context, self._tokens, "redrive_dead_letters")
            body = valid(RedriveBody, {"seqs": tuple(request.seqs), "reason": request.reason})
            done = await self._dead.redrive(caller, tenant_of(request), body)
            return pb.DeadLetterServiceRedriveResponse(letters=_settled(done))

        return await answer(context, work())

    async def Discard(  # noqa: N802 - gRPC names it
        self, request: pb.DeadLetterServiceDiscardRequest, context: Any
    ) -> pb.DeadLetterServiceDiscardResponse:
        """Give messages up for good."""

        async def work() -> pb.DeadLetterServiceDiscardResponse:
            caller = await caller_of(context, self._tokens, "discard_dead_letters")
            body = valid(DiscardBody, {"seqs": tuple(request.seqs), "reason": request.reason})
            done = await self._dead.discard(caller, tenant_of(request), body)
            return pb.DeadLetterServiceDiscardResponse(letters=_settled(done))

        return await answer(context, work())


def _line(line: DeadLine) -> pb.DeadLetterLine:
    values = {name: getattr(line, name) for name in DeadLine.model_fields if name != "dead_at"}
    dead_at = Timestamp()
    dead_at.FromDatetime(line.dead_at)
    return pb.DeadLetterLine(**values, dead_at=dead_at)


def _settled(done: SettledAll) -> list[pb.DeadLetterSettled]:
    return [pb.DeadLetterSettled(seq=one.seq, subject=one.subject, error=one.error) for one in done.letters]
