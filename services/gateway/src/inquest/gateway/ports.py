"""What the handlers need, and the situations a provider can report."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from inquest.contracts.errors import InquestError
from inquest.contracts.latest import Domain, Query
from inquest.gateway.domain.outcome import Fetched

Clock = Callable[[], datetime]
"""Returns the present in UTC."""


class NotServed(InquestError):
    """The provider works, and has nothing of this kind: "this pack has no flags"."""


class ProviderFailed(InquestError):
    """The provider could not answer. The text says why and what to do."""

    def __init__(self, reason: str, *, passing: bool = True) -> None:
        """Take `passing=False` where asking again cannot help, such as a wrong token or a query it does not accept."""
        super().__init__(reason)
        self.passing = passing


class Provider(Protocol):
    """One data source of one tenant."""

    async def fetch(self, domain: Domain, query: Query) -> Fetched:
        """Read a domain. Raises NotServed or ProviderFailed."""
        ...

    async def ping(self) -> None:
        """Raise ProviderFailed when the source does not answer."""
        ...


@dataclass(frozen=True, slots=True)
class Interface:
    """A domain as one provider serves it, with the rules for asking it. `key` tells its health apart."""

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


class Directory(Protocol):
    """The interfaces that the present configuration gives a tenant."""

    async def interfaces(self, tenant: str, domain: Domain) -> Sequence[Interface]:
        """Return those that serve a domain, none when the tenant has none or is unknown.

        Waits until the configuration was loaded: a call that comes earlier must not hear "no provider configured".
        """
        ...

    def probed(self) -> Sequence[Interface]:
        """Return those whose health is worth asking for: live sources, of all tenants."""
        ...
