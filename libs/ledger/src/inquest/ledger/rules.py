"""The rules of the ledger, pure: times are seconds of whichever clock the caller goes by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from inquest.ledger.port import Budget, Circuit, Draw, Governor, Health, Refusal, Spent, Unit

DOUBLINGS_MAX = 4
WAIT_S_MAX = 1.0  # a place may be given back at any time: never advise a longer wait for one


WINDOWS_S = {"hour": 3600, "day": 86_400}


def refusal(
    draws: Sequence[Draw], found: Iterable[Spent], asked: Spent, resets_s: Iterable[float] = ()
) -> Refusal | None:
    """Return the first limit that stands in the way of one more call, or None.

    Args:
        draws: what the call is to be taken from.
        found: what each account had spent before, in the same order.
        asked: the call and its tokens.
        resets_s: in how many seconds each account begins anew; nothing: none does.
    """
    ends = [*resets_s] or [0.0] * len(draws)
    for draw, before, end_s in zip(draws, found, ends, strict=True):
        if over := _over(draw.budget, before, asked):
            return Refusal(draw, *over, end_s)
    return None


def _over(budget: Budget, before: Spent, asked: Spent) -> tuple[Unit, int, int] | None:
    limits: tuple[tuple[Unit, int, int, int | None], ...] = (
        ("calls", before.calls, asked.calls, budget.calls_max),
        ("bytes", before.size_bytes, 0, budget.bytes_max),
        ("tokens", before.tokens, asked.tokens, budget.tokens_max),
        ("call-time", before.call_ms, 0, budget.call_ms_max),
    )
    for unit, spent, more, limit in limits:
        if limit is not None and (spent >= limit or spent + more > limit):
            # Of calls there are never more: what is counted beyond is refused at this moment, and being given back.
            return unit, min(spent, limit) if unit == "calls" else spent, limit
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
