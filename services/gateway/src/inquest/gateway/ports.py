"""What the gateway needs of a provider, and what can go wrong there."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from inquest.contracts.latest import DataSourceInterfaceContract, Domain, DomainRequest
from inquest.contracts.redaction import Redactor
from inquest.gateway.domain.failure import ProviderError
from inquest.gateway.domain.fence import CAREFUL
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.switching import Sort
from inquest.ledger import Governor

__all__ = ["Clock", "Context", "Directory", "Interface", "Provider", "ProviderError"]

Clock = Callable[[], datetime]
"""Returns the present in UTC."""


@dataclass(slots=True)
class Context:
    """What a provider is told beside the question. It may not outlive the call.

    `deadline_s` is a point of `time.monotonic()`; `bytes_left` is what may still be read from the source.
    """

    tenant: str
    domain: Domain
    deadline_s: float
    bytes_left: int
    bytes_read: int = field(default=0, init=False)
    may_write: bool = field(default=False, init=False)  # an approval of exactly this call was just used up

    def left_s(self) -> float:
        """Return the time that is left; zero or less when it is up."""
        return self.deadline_s - time.monotonic()

    def spend(self, size_bytes: int) -> None:
        """Count what was read. Raises ProviderError (malformed) past the limit: call it while reading."""
        self.bytes_read += size_bytes
        self.bytes_left -= size_bytes
        if self.bytes_left < 0:
            raise ProviderError(
                "malformed", f"the source answers with more than {self.bytes_read + self.bytes_left} bytes in one call"
            )


class Provider(Protocol):
    """One data source of one tenant. Instances live as long as their configuration, and serve many calls at once."""

    def describe(self) -> tuple[DataSourceInterfaceContract, ...]:
        """Return an interface for each domain that is served."""
        ...

    async def probe(self) -> None:
        """Raise ProviderError when the source is not well. Cheap: it runs every few seconds."""
        ...

    async def call(self, request: DomainRequest, context: Context) -> Fetched:
        """Answer `context.domain`; `request` is that domain's request model. Raises ProviderError and nothing else."""
        ...


@dataclass(frozen=True, slots=True)
class Interface:
    """A domain as one provider serves it, with the rules for asking it. `key` tells its health apart.

    Attributes:
        backend: what it asks in the end; providers and tenants that ask the same one are polite together.
        governor: how much at once, and how often; None: as much as it likes.
        revision: of the configuration it was made from. Answers are shared within one revision.
        redactor: takes out of what it says what its tenant has removed.
        shares: whether an answer may also serve who asks the same soon after.
        side: which sort of source it is; empty: our own files and streams, which are neither.
        turn: 1 where it is asked only after the side that leads the call.
    """

    key: str
    name: str
    domains: frozenset[Domain]
    provider: Provider
    priority: int = 100
    timeout_s: float = 10.0
    retries_max: int = 1
    failures_max: int = 3
    reset_s: float = 30.0
    services: frozenset[str] = frozenset()
    is_live: bool = True  # worth probing
    backend: str = ""
    governor: Governor | None = None
    revision: str = ""
    shares: bool = False
    redactor: Redactor = CAREFUL
    side: Sort = ""
    turn: int = 0


class Directory(Protocol):
    """The interfaces that the present configuration gives a tenant."""

    async def interfaces(self, tenant: str, domain: Domain) -> Sequence[Interface]:
        """Return those that serve a domain, none when the tenant has none or is unknown.

        Waits until the configuration was loaded: a call that comes earlier must not hear "no provider configured".
        """
        ...

    async def all(self, tenant: str) -> Sequence[Interface]:
        """Return every interface of a tenant."""
        ...

    def probed(self) -> Sequence[Interface]:
        """Return those whose health is worth asking for: live sources, of all tenants."""
        ...
