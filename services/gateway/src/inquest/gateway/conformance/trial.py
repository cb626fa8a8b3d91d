"""One provider on trial: how it is asked, and what a check can say."""

import time
from dataclasses import dataclass
from typing import Any

from inquest.contracts.errors import InquestError
from inquest.contracts.latest import Domain, DomainRequest, FlagsResponse
from inquest.gateway.conformance.rows import Row, rows_of
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.ports import Context, Provider


class Broken(InquestError):
    """The provider does not do what every provider has to do."""


class Skipped(InquestError):
    """The check says nothing here, such as about pages where there is a single row."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A provider, a domain, and a request that is believed to find something: several rows, of two services at best."""

    provider: Provider
    domain: Domain
    request: DomainRequest
    tenant: str = "acme"
    left_s: float = 10.0
    bytes_max: int = 32 * 1024 * 1024

    def context(self, *, left_s: float | None = None, bytes_max: int | None = None) -> Context:
        """Return the context of one call."""
        ends_s = time.monotonic() + (self.left_s if left_s is None else left_s)
        return Context(self.tenant, self.domain, ends_s, self.bytes_max if bytes_max is None else bytes_max)

    async def call(self, **changes: Any) -> Fetched:
        """Ask the request with some fields changed."""
        request = type(self.request).model_validate(self.request.model_dump() | changes)
        return await self.provider.call(request, self.context())

    def rows(self, fetched: Fetched) -> list[Row]:
        """Return the rows of an answer. Raises Broken where its columns differ in length."""
        try:
            return rows_of(self.domain, fetched.response)
        except ValueError as error:
            raise Broken(f"columns of different lengths: {error}") from error

    def found(self, fetched: Fetched) -> bool:
        """Say whether there is anything in an answer: states of flags are no rows, but they are something."""
        return bool(self.rows(fetched)) or bool(isinstance(fetched.response, FlagsResponse) and fetched.response.flags)


def need(holds: object, otherwise: str) -> None:
    """Raise Broken unless it holds."""
    if not holds:
        raise Broken(otherwise)
