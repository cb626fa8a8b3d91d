"""What of gRPC every process serves beside its own: health, reflection, Admin."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from inquest.contracts.errors import InquestError
from inquest.identity import Authenticator
from inquest.identity.principal import is_loopback
from inquest.runtime.admin import Admin
from inquest.runtime.duty import Duty
from inquest.runtime.service import Service, Servicer
from inquest.runtime.tls import TlsFiles

if TYPE_CHECKING:
    from inquest.runtime.grpc_server import GrpcServer


async def open_grpc(
    service: Service,
    admin: Admin,
    duty: Duty,
    people: Authenticator,
    unready: Callable[[], Awaitable[dict[str, str]]],
    files: TlsFiles | None,
    at: tuple[str, int],
) -> "GrpcServer":
    """Return the listening server of a service. Raises InquestError when its port is taken."""
    from inquest.contracts.proto.v1 import services_pb2_grpc as rpc  # noqa: PLC0415 - gRPC costs start-up time
    from inquest.runtime import grpc_admin, grpc_health, grpc_server  # noqa: PLC0415 - the same
    from inquest.runtime.grpc_calls import authorization_of, peer_host  # noqa: PLC0415 - the same

    async def known(context: Any) -> None:
        if not is_loopback(peer_host(context)):
            await people.identify(authorization_of(context), peer_host(context), None)

    async def refused(error: Exception, context: Any) -> None:
        await people.refused(error, None, peer_host(context), "grpc")

    own = [one.name for one in service.servicers]
    health = grpc_health.HealthServicer(
        unready, duty, ready=("", service.name, *own), always=(grpc_admin.SERVICE, grpc_health.SERVICE)
    )
    admin_servicer = grpc_admin.AdminServicer(admin, people)
    names = (*own, grpc_admin.SERVICE, grpc_health.SERVICE)
    always = (
        Servicer(grpc_health.SERVICE, lambda server: grpc_health.add(health, server)),
        Servicer(grpc_admin.SERVICE, lambda server: rpc.add_AdminServiceServicer_to_server(admin_servicer, server)),
        Servicer(grpc_health.REFLECTION, lambda server: grpc_health.reflect(names, server), known),
    )
    server = grpc_server.GrpcServer(service.name, duty, service.servicers, always, refused, files)
    try:
        await server.start(*at)
    except InquestError as error:
        raise InquestError(f"{service.name}: {error}") from error
    return server
