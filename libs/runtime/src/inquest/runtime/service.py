"""What `build()` returns: everything the runtime must start, watch and stop for one service."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.routing import BaseRoute

Action = Callable[[], Awaitable[None]]
Ping = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Servicer:
    """One gRPC service that the process's server carries beside health, reflection and Admin.

    Attributes:
        name: in full, as `inquest.v1.TraceStoreService`.
        add: registers it on a grpc.aio server; what it needs of gRPC it imports only then.
        check: asked before each call, with its context; raises Unauthenticated or Forbidden, which the audit keeps.
    """

    name: str
    add: Callable[[Any], None]
    check: Callable[[Any], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """One wired service. Its consumers and repliers were registered on the bus by `build()`.

    Attributes:
        name: folder, package, durable prefix and metric label.
        routes: HTTP routes beside /livez, /readyz, /metrics and /asyncapi.json.
        on_start: run in order before consumption starts; a failure stops the process.
        servicers: gRPC services beside those of every process.
        tasks: long-running loops; cancelled on stop; one that ends with an error stops the process.
        chores: the same, but for loops that begin work: cancelled while the service is drained, then begun anew.
        on_stop: run in reverse order after the bus has drained; failures are logged.
        pings: one per dependency; readiness asks all of them, a raise means not ready.
    """

    name: str
    routes: tuple[BaseRoute, ...] = ()
    servicers: tuple[Servicer, ...] = ()
    on_start: tuple[Action, ...] = ()
    tasks: tuple[Action, ...] = ()
    chores: tuple[Action, ...] = ()
    on_stop: tuple[Action, ...] = ()
    pings: Mapping[str, Ping] = field(default_factory=dict)
