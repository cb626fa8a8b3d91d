"""What a call cost, and how a limit that was reached is told. Pure."""

from collections.abc import Iterable

from inquest.contracts.v1.budgets import LimitReached
from inquest.contracts.v1.evidence import ProviderSpend
from inquest.contracts.v1.tools import ToolResult

REACHED_A_PROVIDER = frozenset({"ok", "degraded", "failed"})
_DONE = {"calls": "made", "bytes": "read", "tokens": "spent", "call-time": "spent", "duration": "taken"}
_UNITS = {"calls": "calls", "bytes": "bytes", "tokens": "tokens", "call-time": "s of calls", "duration": "s"}
LIMIT_FIELDS = {
    "calls": "calls_max",
    "bytes": "bytes_max",
    "tokens": "tokens_max",
    "call-time": "call_s_max",
    "duration": "duration_s_max",
}
"""The field of Limits that each name of a limit stands for."""
_WINDOWS = {"": "", "hour": " this hour", "day": " today (UTC)"}


def by_provider(result: ToolResult) -> tuple[ProviderSpend, ...]:
    """Return what a call cost at each provider that was asked, sorted by name; one passed over costs nothing.

    An answer that was read for another call costs the same as if it had been read for this one.
    """
    if result.status not in REACHED_A_PROVIDER:
        return ()
    spent_ms: dict[str, float] = {}
    for attempt in result.attempts:
        if attempt.status != "unhealthy":
            spent_ms[attempt.provider] = spent_ms.get(attempt.provider, 0) + attempt.duration_ms
    if result.provider:
        spent_ms.setdefault(result.provider, result.duration_ms)
    return tuple(
        ProviderSpend(
            provider=name,
            calls=1,
            bytes_read=result.size_bytes if name == result.provider else 0,
            tokens=result.tokens if name == result.provider else 0,
            call_ms=round(call_ms, 3),
        )
        for name, call_ms in sorted(spent_ms.items())
    )


def together(rows: Iterable[ProviderSpend]) -> tuple[ProviderSpend, ...]:
    """Return one row for each provider, sorted by name."""
    found: dict[str, ProviderSpend] = {}
    for row in rows:
        had = found.get(row.provider, ProviderSpend(provider=row.provider))
        found[row.provider] = ProviderSpend(
            provider=row.provider,
            calls=had.calls + row.calls,
            bytes_read=had.bytes_read + row.bytes_read,
            tokens=had.tokens + row.tokens,
            call_ms=round(had.call_ms + row.call_ms, 3),
        )
    return tuple(found[name] for name in sorted(found))


def distinct(reached: Iterable[LimitReached]) -> tuple[LimitReached, ...]:
    """Return each limit once, with the most that was spent of it, sorted by whose it is."""
    found: dict[tuple[str, str, str, str], LimitReached] = {}
    for one in reached:
        key = (one.scope, one.name, one.what, one.window)
        if key not in found or found[key].spent < one.spent:
            found[key] = one
    return tuple(found[key] for key in sorted(found))


def told(reached: LimitReached) -> str:
    """Return the limit as a clause: `the investigation has made 12 of 12 calls`."""
    whose = "the tenant" if reached.scope == "tenant" else "the investigation"
    part = reached.name if reached.scope in {"run", "tenant"} else f"{reached.scope} {reached.name}"
    about = f" ({part})" if part else ""
    spent, limit = f"{reached.spent:,.10g}", f"{reached.limit:,.10g}"
    count = f"{_DONE[reached.what]} {spent} of {limit} {_UNITS[reached.what]}"
    return f"{whose} has {count}{about}{_WINDOWS[reached.window]}"
