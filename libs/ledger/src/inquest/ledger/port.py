"""The ledger as its users see it: `BusLedger` is the one on NATS, `RedisLedger` the one on Redis."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from inquest.contracts.errors import RetryLater


class LedgerAway(RetryLater):
    """The ledger did not answer. What was asked of it may or may not have been done."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose budget it is.

    Attributes:
        tenant: the tenant.
        investigation: the investigation; empty for what a tenant spends in a `window`.
        part: what of it, such as `provider-loki`; empty for the whole.
        window: counts begin anew with each hour or day (UTC) of the ledger's own clock; empty: they last.
    """

    tenant: str
    investigation: str
    part: str = ""
    window: Literal["", "hour", "day"] = ""


@dataclass(frozen=True, slots=True)
class Budget:
    """What an account may spend; None is no limit.

    The call that crosses the limit of bytes or of time is served, the next one is refused. Calls and tokens are known
    before, so their limits are never crossed by what is reserved.
    """

    calls_max: int | None = None
    bytes_max: int | None = None
    tokens_max: int | None = None
    call_ms_max: int | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """What an account has spent. Times are whole milliseconds."""

    calls: int = 0
    size_bytes: int = 0
    tokens: int = 0
    call_ms: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        """Return both together."""
        return Spent(
            self.calls + other.calls,
            self.size_bytes + other.size_bytes,
            self.tokens + other.tokens,
            self.call_ms + other.call_ms,
        )


@dataclass(frozen=True, slots=True)
class Draw:
    """A call is to be taken from this account, under this budget."""

    account: Account
    budget: Budget


Unit = Literal["calls", "bytes", "tokens", "call-time"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a call is refused: which limit, what was spent of it before, and after how many seconds it begins anew."""

    draw: Draw
    unit: Unit
    spent: int
    limit: int
    resets_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Governor:
    """How much use of one thing is allowed to all replicas together.

    Attributes:
        places_max: holders at once.
        per_s: new places a second, on average.
        burst: new places that may come at once after a quiet time; at least 1.
        lease_s: a holder that does not renew for so long has died; its place is free again.
    """

    places_max: int
    per_s: float
    burst: int
    lease_s: float


@dataclass(frozen=True, slots=True)
class Circuit:
    """After `failures_max` failures in a row a provider rests for `reset_s`, doubled with each further failure."""

    failures_max: int = 3
    reset_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Health:
    """Failures in a row, how many seconds the provider still rests, and the last reason."""

    failures: int = 0
    rests_s: float = 0.0
    reason: str = ""


class Ledger(Protocol):
    """Counts that all replicas share. Every method raises LedgerAway when it gets no answer in time.

    Counting is at least once: a call that raised LedgerAway may have been counted, so that who asks again may count
    twice. A budget is therefore never exceeded by an outage, only used up sooner.
    """

    async def reserve(self, draws: Sequence[Draw], tokens: int = 0) -> Refusal | None:
        """Take one call, and the tokens that it will cost, from every account, all of one tenant.

        Returns the first limit that stands in the way; then nothing is taken from any.
        """
        ...

    async def settle(self, account: Account, spent: Spent) -> None:
        """Add what a call has cost beside what was reserved; calls may be given back (-1)."""
        ...

    async def spent(self, account: Account) -> Spent:
        """Return what was spent so far."""
        ...

    async def take(self, name: str, holder: str, governor: Governor) -> float:
        """Take a place: 0.0 means that it is the holder's for `lease_s`, else ask again after so many seconds.

        A holder that has a place keeps it, and its lease starts again: asking twice takes one place.
        """
        ...

    async def renew(self, name: str, holder: str, governor: Governor) -> bool:
        """Start the lease again. False: it ran out, the place may be another's."""
        ...

    async def give_back(self, name: str, holder: str) -> None:
        """Free the holder's place; unknown holders are no error."""
        ...

    async def health(self, key: str) -> Health:
        """Return what is known of a provider; healthy while nothing is."""
        ...

    async def failed(self, key: str, reason: str, circuit: Circuit) -> Health:
        """Note a failure and return the health after it."""
        ...

    async def succeeded(self, key: str) -> None:
        """Note an answer: the provider is healthy."""
        ...

    async def rest(self, key: str, rest_s: float, reason: str) -> None:
        """Note that a source wants to be left alone for so long; a longer rest that was noted before stands."""
        ...

    async def ping(self) -> None:
        """Raise LedgerAway when the ledger does not answer."""
        ...

    async def close(self) -> None:
        """Close what was opened for it."""
        ...
