"""What the records of calls say of providers: how often each was asked, how it answered, how fast."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from inquest.bus.codec import decode
from inquest.bus.port import BusPort
from inquest.contracts.latest import Domain, ToolCall
from inquest.contracts.subjects import TOOL_CALLED
from inquest.gateway.domain.failure import PASSING

CALLS_READ_MAX = 20_000  # newest first; what is older is left out, and said to be
Key = tuple[Domain, str]


@dataclass(slots=True)
class Use:
    """One provider in one domain. An attempt is one question put to it; who was passed over was not asked.

    Attributes:
        asked: attempts.
        failed: those that ended with an error; `unsupported` is none, it says that there is nothing of the kind.
        latencies_ms: of the answers.
        size_bytes: of the answers that investigations got.
        shared: calls that got an answer which it had just given to another.
        errors: by kind.
        failing: attempts since the last answer that failed for what asking again does not mend.
        reason: of the newest of these.
    """

    asked: int = 0
    failed: int = 0
    latencies_ms: list[float] = field(default_factory=list)
    size_bytes: int = 0
    shared: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    failing: int = 0
    reason: str = ""

    @property
    def error_rate(self) -> float | None:
        """Share of attempts that failed; None where there was none."""
        return self.failed / self.asked if self.asked else None

    def latency_ms(self, share: float) -> float | None:
        """Return the latency that this share of the answers kept to; None where there was none."""
        return quantile(self.latencies_ms, share)

    def note(self, duration_ms: float, error: str | None, reason: str = "") -> None:
        """Count one attempt, the newest first; `error` is its kind, None for an answer."""
        if error is None:
            self.latencies_ms.append(duration_ms)
        elif error != "unsupported":
            self.failed += 1
            self.errors[error] += 1
            if error not in PASSING and not self.latencies_ms:  # what passes, the probe knows better
                self.failing += 1
                self.reason = self.reason or reason or error
        self.asked += 1


@dataclass(frozen=True, slots=True)
class Records:
    """The calls of a tenant, newest first; `whole` is false where there are more than were read."""

    calls: Sequence[ToolCall]
    whole: bool


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return the smallest value that at least this share of the values does not exceed; None of none."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)] if values else None


def uses(calls: Iterable[ToolCall]) -> dict[Key, Use]:
    """Return what each provider did in each domain. A call that was recorded twice counts once."""
    found: dict[Key, Use] = {}
    seen: set[str] = set()
    for call in calls:
        if call.call_id in seen:
            continue
        seen.add(call.call_id)
        for attempt in reversed(call.attempts):
            if attempt.status != "unhealthy" and not call.shared:
                error = None if attempt.status == "ok" else attempt.error or attempt.status
                found.setdefault((call.domain, attempt.provider), Use()).note(
                    attempt.duration_ms, error, attempt.reason
                )
        if call.provider:
            use = found.setdefault((call.domain, call.provider), Use())
            use.size_bytes += call.size_bytes
            use.shared += call.shared
    return found


async def read_calls(bus: BusPort, tenant: str, since: datetime) -> Records:
    """Return the calls that were recorded since then. Raises RetryLater."""
    calls: list[ToolCall] = []
    async for delivery in bus.newest("TOOLCALLS", TOOL_CALLED.pattern(tenant=tenant), back_max=10 * CALLS_READ_MAX):
        if delivery.stored_at < since:
            return Records(calls, whole=True)
        if len(calls) == CALLS_READ_MAX:
            return Records(calls, whole=False)
        calls.append(decode(TOOL_CALLED, delivery.headers, delivery.payload))
    return Records(calls, whole=True)
