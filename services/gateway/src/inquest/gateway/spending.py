"""Which accounts a call is paid from, and what it is charged. Pure."""

from collections.abc import Iterator, Sequence

from inquest.config.quota import Caps, Quota, Windows
from inquest.contracts.latest import LimitReached, Share, ToolRequest, ToolResult
from inquest.contracts.spending import by_provider
from inquest.ledger import Account, Budget, Draw, Refusal, Spent

_MS = 1000


def draws_of(request: ToolRequest, quota: Quota) -> tuple[Draw, ...]:
    """Return what a call is taken from whoever answers it: the investigation, the capability, then the tenant."""
    run = Budget(request.calls_max, request.bytes_max, request.tokens_max, _ms(request.call_s_max))
    draws = [Draw(Account(request.tenant, request.investigation_id), run)]
    if request.capability_id:
        windows = quota.capabilities.get(request.capability_id)
        draws += _parts(request, "capability", request.capability_id, windows)
    return (*draws, *_windows(request.tenant, "", quota))


def draws_on(request: ToolRequest, provider: str, quota: Quota) -> tuple[Draw, ...]:
    """Return what a call is taken from beside, where this provider may answer it."""
    return _parts(request, "provider", provider, quota.providers.get(provider))


def charge(draw: Draw, request: ToolRequest, result: ToolResult) -> Spent:
    """Return what an account is charged beside what was reserved: nothing is counted that it has no limit on.

    The whole investigation counts bytes and tokens in any case.
    """
    account, budget = draw.account, draw.budget
    is_run = bool(account.investigation) and not account.part
    if account.part.startswith("provider-"):
        return _charge_of_provider(draw, result)
    return Spent(
        size_bytes=result.size_bytes if is_run or budget.bytes_max is not None else 0,
        tokens=max(0, result.tokens - request.tokens) if is_run or budget.tokens_max is not None else 0,
        call_ms=round(result.duration_ms) if budget.call_ms_max is not None else 0,
    )


def _charge_of_provider(draw: Draw, result: ToolResult) -> Spent:
    name = draw.account.part.removeprefix("provider-")
    spent = next((row for row in by_provider(result) if row.provider == name), None)
    if spent is None:
        return Spent(calls=-1)  # it was not asked after all
    budget = draw.budget
    return Spent(
        size_bytes=spent.bytes_read if budget.bytes_max is not None else 0,
        tokens=spent.tokens if budget.tokens_max is not None else 0,
        call_ms=round(spent.call_ms) if budget.call_ms_max is not None else 0,
    )


def reached_by(refusal: Refusal) -> LimitReached:
    """Return the limit that a call was refused by, as people see it: times in seconds."""
    account = refusal.draw.account
    unit = _MS if refusal.unit == "call-time" else 1
    scope, _, name = account.part.partition("-")
    spent, limit = refusal.spent / unit, refusal.limit / unit
    if account.window:
        part = f"{scope} {name}" if name else ""
        return LimitReached(
            scope="tenant", what=refusal.unit, spent=spent, limit=limit, name=part, window=account.window
        )
    if scope == "capability":
        return LimitReached(scope="capability", what=refusal.unit, spent=spent, limit=limit, name=name)
    if scope == "provider":
        return LimitReached(scope="provider", what=refusal.unit, spent=spent, limit=limit, name=name)
    return LimitReached(scope="run", what=refusal.unit, spent=spent, limit=limit)


def _parts(request: ToolRequest, scope: str, name: str, windows: Windows | None) -> tuple[Draw, ...]:
    part = f"{scope}-{name}"
    own = next((one for one in request.shares if (one.scope, one.name) == (scope, name)), None)
    mine = [Draw(Account(request.tenant, request.investigation_id, part), _budget(own))] if own else []
    return (*mine, *(_windows(request.tenant, part, windows) if windows else ()))


def _windows(tenant: str, part: str, windows: Windows) -> Iterator[Draw]:
    if windows.per_hour:
        yield Draw(Account(tenant, "", part, "hour"), _budget(windows.per_hour))
    if windows.per_day:
        yield Draw(Account(tenant, "", part, "day"), _budget(windows.per_day))


def _budget(caps: Caps | Share) -> Budget:
    return Budget(caps.calls_max, caps.bytes_max, caps.tokens_max, _ms(caps.call_s_max))


def _ms(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * _MS


def providers_of(names: Sequence[str], request: ToolRequest, quota: Quota) -> dict[str, tuple[Draw, ...]]:
    """Return, for each provider that has limits of its own, what a call is taken from."""
    found = {name: draws_on(request, name, quota) for name in names}
    return {name: draws for name, draws in found.items() if draws}
