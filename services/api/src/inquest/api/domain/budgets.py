"""From what people save about budgets to what is written, and what holds for them. Pure."""

from collections.abc import Iterator

from inquest.api.domain.budget_requests import BudgetsAnswer, Profile, QuotaRow
from inquest.config import Config
from inquest.config.budgets import profile
from inquest.config.quota import Windows
from inquest.contracts.capabilities import CAPABILITIES
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import BudgetChoice, BudgetLevel, SavedBudget, SavedBudgets
from inquest.contracts.v1.budgets import SAVED_MAX

_KNOWN = tuple(one.capability_id for one in CAPABILITIES)


def checked(choice: BudgetChoice, config: Config, tenant_id: str) -> BudgetChoice:
    """Return a choice that names what there is. Raises Impossible naming the field."""
    if choice.profile is not None and choice.profile not in config.profile_names:
        raise Impossible(f"budget.profile: no profile {choice.profile!r}; there are {', '.join(config.profile_names)}")
    tenant = config.tenants.get(tenant_id)
    providers = sorted(one.name for one in tenant.providers) if tenant else []
    there = {"capability": _KNOWN, "provider": tuple(providers)}
    is_open = tenant is None or tenant.recording is not None  # a recording's providers are made for it
    seen: set[tuple[str, str]] = set()
    for share in choice.shares:
        if (share.scope, share.name) in seen:
            raise Impossible(f"budget.shares: {share.scope} {share.name} occurs twice")
        seen.add((share.scope, share.name))
        known = there[share.scope]
        if share.name not in known and not (is_open and share.scope == "provider"):
            raise Impossible(f"budget.shares: no {share.scope} {share.name!r}; there are {', '.join(known) or 'none'}")
    return choice


def with_saved(saved: SavedBudgets, one: SavedBudget) -> SavedBudgets:
    """Return the defaults with this one in place of an earlier. Raises Impossible at the limit."""
    rest = tuple(other for other in saved.saved if (other.level, other.name) != (one.level, one.name))
    if len(rest) >= SAVED_MAX:
        raise Impossible(f"there are {SAVED_MAX} saved budgets already; clear one first: `inquest budget show`")
    return SavedBudgets(saved=tuple(sorted((*rest, one), key=lambda each: (each.level, each.name))))


def without_saved(saved: SavedBudgets, level: BudgetLevel, name: str) -> SavedBudgets:
    """Return the defaults without one."""
    return SavedBudgets(saved=tuple(one for one in saved.saved if (one.level, one.name) != (level, name)))


def overview(config: Config, tenant_id: str, saved: SavedBudgets) -> BudgetsAnswer:
    """Return what there is to choose from, and what was chosen."""
    profiles = [found for name in config.profile_names if (found := profile(config, name))]
    return BudgetsAnswer(
        profiles=tuple(
            Profile(name=one.profile, mode=one.mode, limits=one.limits, shares=one.shares) for one in profiles
        ),
        saved=saved.saved,
        tenant_default=config.tenant(tenant_id).budget.choice(),
        quotas=tuple(_quotas(config, tenant_id)),
    )


def _quotas(config: Config, tenant_id: str) -> Iterator[QuotaRow]:
    quota = config.quota_of(tenant_id)
    yield from _rows(quota, "", "")
    for name, windows in quota.capabilities.items():
        yield from _rows(windows, "capability", name)
    for name, windows in quota.providers.items():
        yield from _rows(windows, "provider", name)


def _rows(windows: Windows, scope: str, name: str) -> Iterator[QuotaRow]:
    for window, caps in (("hour", windows.per_hour), ("day", windows.per_day)):
        if caps:
            yield QuotaRow.model_validate({"window": window, "scope": scope, "name": name, **caps.model_dump()})
