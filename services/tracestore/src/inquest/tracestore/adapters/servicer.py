"""The trace store's gRPC service, for the process's server, and who may call it."""

import hmac
from pathlib import Path
from typing import Any

from inquest.contracts.errors import InquestError, RetryLater
from inquest.identity import Unauthenticated
from inquest.identity.principal import is_loopback
from inquest.runtime import Servicer
from inquest.tracestore.changes import Changes
from inquest.tracestore.ports import Store
from inquest.tracestore.settings import Settings


def make_servicer(store: Store, changes: Changes, settings: Settings) -> Servicer:
    """Return TraceStoreService. Raises InquestError when strangers could read without a token."""
    token = settings.grpc_token_file
    if token is None and not is_loopback(settings.grpc_host):
        raise InquestError(
            f"INQUEST_GRPC_HOST={settings.grpc_host} can be reached from outside: set INQUEST_GRPC_TOKEN_FILE"
        )
    if token is not None:
        _read(token)

    def add(server: Any) -> None:
        # Imported late: gRPC costs start-up time and memory, which `inquest --help` must not pay.
        from inquest.contracts.proto.v1 import services_pb2_grpc as rpc  # noqa: PLC0415
        from inquest.tracestore.adapters.grpc_server import TraceStoreServicer  # noqa: PLC0415

        rpc.add_TraceStoreServiceServicer_to_server(TraceStoreServicer(store, changes, settings.watchers_max), server)

    async def check(context: Any) -> None:
        if token is None:
            return
        sent = dict(context.invocation_metadata() or ()).get("authorization", "")
        try:
            expected = f"Bearer {_read(token)}"
        except OSError as error:
            raise RetryLater("the trace store cannot read its token") from error
        if not hmac.compare_digest(str(sent).encode(), expected.encode()):
            raise Unauthenticated("send the trace store's token as `authorization: Bearer …`")

    return Servicer("inquest.v1.TraceStoreService", add, check)


def _read(path: Path) -> str:
    token = path.read_text().strip()
    if not token:
        raise InquestError(f"INQUEST_GRPC_TOKEN_FILE: {path} is empty")
    return token
