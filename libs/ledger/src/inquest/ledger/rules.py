"""The rules of the ledger, pure: times are seconds of whichever clock the caller goes by."""

from dataclasses import dataclass, field

from inquest.ledger.port import Budget, Circuit, Governor, Health, Spent

DOUBLINGS_MAX = 4
WAIT_S_MAX = 1.0  # a place may be given back at any time: never advise a longer wait for one


def refusal(spent: Spent, budget: Budget) -> str | None:
    """Return why a call is refused, or None. `spent.calls` includes the call that is asked for."""
    if spent.calls > budget.calls_max:
        return f"over budget: the investigation may make {budget.calls_max} calls"
    if spent.size_bytes >= budget.bytes_max:
        return f"over budget: the investigation has read {spent.size_bytes} bytes of {budget.bytes_max}"
    return None


@dataclass(frozen=True, slots=True)
class Standing:
    """The health of a provider as it is kept: `rests_until_s` is a time."""

    failures: int = 0
    rests_until_s: float = 0.0
    reason: str = ""

    def at(self, now_s: float) -> Health:
        """Return it as seen at a time."""
        return Health(self.failures, max(0.0, self.rests_until_s - now_s), self.reason)


def after_failure(standing: Standing, reason: str, now_s: float, circuit: Circuit) -> Standing:
    """Return the standing after one more failure."""
    failures = standing.failures + 1
    over = failures - circuit.failures_max
    rest_s = circuit.reset_s * 2 ** min(over, DOUBLINGS_MAX) if over >= 0 else 0.0
    return Standing(failures, now_s + rest_s if rest_s else standing.rests_until_s, reason)


def rested(standing: Standing, reason: str, now_s: float, rest_s: float) -> Standing:
    """Return the standing of a source that asked for a pause; the longer of two pauses stands."""
    until_s = now_s + rest_s
    return Standing(1, until_s, reason) if until_s > standing.rests_until_s else standing


@dataclass(frozen=True, slots=True)
class Places:
    """Who holds a place until when, and how many new places the rate allows (`tokens`, as of `at_s`)."""

    until_s: dict[str, float] = field(default_factory=dict)
    tokens: float | None = None  # None: nobody asked yet, a full burst
    at_s: float = 0.0


def taken(places: Places, holder: str, now_s: float, governor: Governor) -> tuple[Places, float]:
    """Return the places after a holder asked for one, and 0.0, or after how many seconds it should ask again."""
    held = {name: until for name, until in places.until_s.items() if until > now_s}
    if places.tokens is None:
        tokens = float(governor.burst)
    else:
        tokens = min(governor.burst, places.tokens + max(0.0, now_s - places.at_s) * governor.per_s)
    if holder in held:
        return Places(held | {holder: now_s + governor.lease_s}, tokens, now_s), 0.0
    if len(held) >= governor.places_max:
        soonest_s = min(held.values(), default=now_s + WAIT_S_MAX) - now_s
        return places, min(soonest_s, WAIT_S_MAX)
    if tokens < 1:
        return places, (1 - tokens) / governor.per_s if governor.per_s > 0 else WAIT_S_MAX
    return Places(held | {holder: now_s + governor.lease_s}, tokens - 1, now_s), 0.0
