"""Which budget an investigation gets: run before user before team before tenant before profile. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from inquest.config.catalogue import Catalogue
from inquest.config.model import Config
from inquest.contracts.latest import BudgetChoice, Limits, Mode, SavedBudgets, Share

LIMITS = tuple(Limits.model_fields)
PROFILE = "profile"
MODES: Mapping[str, Mode] = {"fast": "fast", "balanced": "balanced", "deep": "deep", "custom": "custom"}


@dataclass(frozen=True, slots=True)
class Level:
    """What one level chose; `who` is it in words, such as `team payments`."""

    who: str
    choice: BudgetChoice


@dataclass(frozen=True, slots=True)
class Granted:
    """What an investigation may spend.

    Attributes:
        mode: what is asked, and how far back.
        profile: what the limits started from.
        limits: of the whole investigation.
        shares: of single capabilities and providers.
        limits_from: who set each limit that is not the mode's own, in words, by its name; `profile` for the profile.
    """

    mode: Mode
    profile: str
    limits: Limits
    shares: tuple[Share, ...] = ()
    limits_from: Mapping[str, str] = field(default_factory=dict)


def team_of(config: Config, tenant_id: str, services: Iterable[str]) -> str | None:
    """Return the owner of the first of these services that has one."""
    catalogue = Catalogue(config.tenant(tenant_id).catalogue)
    entries = (catalogue.get(catalogue.resolve(name) or name) for name in services)
    return next((entry.owner for entry in entries if entry and entry.owner), None)


def levels_of(
    config: Config,
    tenant_id: str,
    saved: SavedBudgets,
    services: Sequence[str],
    *,
    user: str | None = None,
    run: BudgetChoice | None = None,
) -> tuple[Level, ...]:
    """Return the levels that have a say, the strongest first. Raises NotFound for an unknown tenant."""
    levels = [Level("this run", run)] if run else []
    mine = saved.of("user", user) if user else None
    team = team_of(config, tenant_id, services)
    ours = saved.of("team", team) if team else None
    levels += [Level(f"{one.level} {one.name}", one.budget) for one in (mine, ours) if one]
    tenants = config.tenant(tenant_id).budget.choice()
    return (*levels, Level("the tenant", tenants)) if tenants != BudgetChoice() else tuple(levels)


def resolve(
    config: Config, tenant_id: str, levels: Sequence[Level], default: Mode, *, mode: Mode | None = None
) -> Granted:
    """Return what holds. A level that names a profile starts anew from it: what weaker levels said is gone.

    Args:
        config: the configuration.
        tenant_id: whose investigation. Raises NotFound for an unknown one.
        levels: see `levels_of`.
        default: the mode where no level names a profile.
        mode: that this run was given in any case, whatever the profile's own.
    """
    granted = Granted(default, default, Limits(**config.mode(default).limits.model_dump()))
    for level in reversed(levels):
        granted = _over(config, granted, level)
    return _under_the_ceiling(config, tenant_id, granted, mode or granted.mode)


def profile(config: Config, name: str) -> Granted | None:
    """Return what a profile grants, before any ceiling; None where there is none of this name."""
    if own := config.profiles.get(name):
        limits = config.mode(own.mode).limits.model_dump() | own.model_dump(include=set(LIMITS), exclude_none=True)
        return Granted(own.mode, name, Limits(**limits), own.shares())
    mode = MODES.get(name)
    return Granted(mode, name, Limits(**config.mode(mode).limits.model_dump())) if mode else None


def _over(config: Config, below: Granted, level: Level) -> Granted:
    choice, who = level.choice, level.who
    base, said = below, dict(below.limits_from)
    if choice.profile is not None:
        start = profile(config, choice.profile)
        if start is None:
            said[PROFILE] = f"{said.get(PROFILE, below.profile)}; {choice.profile} of {who} is no profile any more"
        else:
            base = start
            said = {PROFILE: who, **dict.fromkeys(_set(start.limits), f"profile {start.profile} of {who}")}
    single = choice.model_dump(include=set(LIMITS), exclude_none=True)
    said |= dict.fromkeys(single, who)
    shares = {(one.scope, one.name): one for one in (*base.shares, *choice.shares)}
    said |= {f"{one.scope}:{one.name}": who for one in choice.shares}
    limits = Limits(**{**base.limits.model_dump(), **single})
    return Granted(base.mode, base.profile, limits, tuple(shares[key] for key in sorted(shares)), said)


def _set(limits: Limits) -> list[str]:
    return [name for name, value in limits.model_dump().items() if value is not None]


def _under_the_ceiling(config: Config, tenant_id: str, granted: Granted, mode: Mode) -> Granted:
    capped = config.tenant(tenant_id).limits.cap(granted.limits)
    said = dict(granted.limits_from)
    for name in LIMITS:
        if getattr(capped, name) != getattr(granted.limits, name):
            said[name] = "the tenant's ceiling"
    return Granted(mode, granted.profile, capped, granted.shares, said)
