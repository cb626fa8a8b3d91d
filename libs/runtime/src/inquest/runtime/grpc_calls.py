"""What gRPC operations do around their own work: who asks, and how a failure is said. Imported late."""

from typing import Any, Never
from urllib.parse import unquote

import grpc

from inquest.contracts.errors import Impossible, InquestError, NotFound, RetryLater
from inquest.identity import Forbidden, Unauthenticated
from inquest.identity.errors import RateLimited

# The first class that fits counts.
_CODES = (
    (Unauthenticated, grpc.StatusCode.UNAUTHENTICATED),
    (Forbidden, grpc.StatusCode.PERMISSION_DENIED),
    (NotFound, grpc.StatusCode.NOT_FOUND),
    (Impossible, grpc.StatusCode.INVALID_ARGUMENT),
    (RateLimited, grpc.StatusCode.RESOURCE_EXHAUSTED),
    (RetryLater, grpc.StatusCode.UNAVAILABLE),
)


def peer_host(context: Any) -> str:
    """Return the address of a peer from gRPC's name of it: `ipv4:127.0.0.1:5`, `ipv6:%5B::1%5D:5`."""
    return unquote(context.peer().partition(":")[2]).rpartition(":")[0]


def authorization_of(context: Any) -> str | None:
    """Return the metadata of that name. Several would be read in two ways by two readers: as none."""
    sent = [value for key, value in context.invocation_metadata() or () if key == "authorization"]
    return str(sent[0]) if len(sent) == 1 else None


async def abort(context: Any, error: InquestError) -> Never:
    """End the call with the status that the error means; one that means none is a fault of ours, and is raised."""
    code = next((code for kind, code in _CODES if isinstance(error, kind)), None)
    if code is None:
        raise error
    after_s = error.after_s if isinstance(error, RetryLater) else 0
    await context.abort(code, str(error), (("retry-after", f"{after_s:.0f}"),) if after_s else ())
    raise AssertionError("abort raises")
