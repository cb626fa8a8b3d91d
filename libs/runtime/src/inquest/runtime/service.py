"""What `build()` returns: everything the runtime must start, watch and stop for one service."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.routing import BaseRoute

Action = Callable[[], Awaitable[None]]
Ping = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Service:
    """One wired service. Its consumers and repliers were registered on the bus by `build()`.

    Attributes:
        name: folder, package, durable prefix and metric label.
        routes: HTTP routes beside /livez, /readyz, /metrics and /asyncapi.json.
        on_start: run in order before consumption starts; a failure stops the process.
        tasks: long-running loops; cancelled on stop; one that ends with an error stops the process.
        on_stop: run in reverse order after the bus has drained; failures are logged.
        pings: one per dependency; readiness asks all of them, a raise means not ready.
    """

    name: str
    routes: tuple[BaseRoute, ...] = ()
    on_start: tuple[Action, ...] = ()
    tasks: tuple[Action, ...] = ()
    on_stop: tuple[Action, ...] = ()
    pings: Mapping[str, Ping] = field(default_factory=dict)
