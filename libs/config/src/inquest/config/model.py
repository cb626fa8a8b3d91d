"""The whole of inquest.yaml. An empty file is valid: one tenant `default`, three modes, shadow mode."""

from typing import Any, Self, get_args

from pydantic import ConfigDict, Field, PositiveInt, field_validator, model_validator

from inquest.config.correlation import CorrelationConfig
from inquest.config.policy import PolicyConfig
from inquest.config.quota import BudgetSettings, ProfileSettings, Quota
from inquest.config.retention import RetentionConfig
from inquest.config.section import Name, Section
from inquest.config.tenant import TenantConfig
from inquest.contracts.capabilities import CAPABILITIES
from inquest.contracts.errors import NotFound
from inquest.contracts.v1.investigation import Limits, Mode

_KNOWN = tuple(capability.capability_id for capability in CAPABILITIES)
_MODES = get_args(Mode)
_MIB = 1024 * 1024


class ModeLimits(Limits):
    """What one investigation may spend."""

    model_config = ConfigDict(extra="forbid")


class ModeConfig(Section):
    """How deep an investigation goes. Times are in seconds, relative to the time of the signal."""

    limits: ModeLimits = ModeLimits()
    capabilities: tuple[Name, ...] = Field(default=_KNOWN, min_length=1, description="What is asked, in order.")
    lookback_s: PositiveInt = Field(default=3600, description="How far the window reaches back before the signal.")
    after_s: int = Field(default=600, ge=0, description="How far the window reaches past the signal.")
    baseline_s: PositiveInt = Field(default=7200, description="Length of the baseline that ends at the window.")

    @field_validator("capabilities")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [name for name in value if name not in _KNOWN]:
            raise ValueError(f"unknown: {', '.join(unknown)}; there are {', '.join(_KNOWN)}")
        return value


FAST = ModeConfig(
    limits=ModeLimits(calls_max=30, bytes_max=128 * _MIB, rounds_max=1, step_latency_ms_max=5_000, duration_s_max=30),
    lookback_s=1800,
    after_s=300,
    baseline_s=3600,
)
BALANCED = ModeConfig()
DEEP = ModeConfig(
    limits=ModeLimits(
        calls_max=200, bytes_max=2048 * _MIB, rounds_max=3, step_latency_ms_max=60_000, duration_s_max=600
    ),
    lookback_s=4 * 3600,
    after_s=1800,
    baseline_s=24 * 3600,
)


def _over(given: Any, default: dict[str, Any]) -> Any:
    """Lay what is written over a mode's own defaults; what is not a mapping is left for validation to refuse."""
    if not isinstance(given, dict):
        return given
    limits = given.get("limits")
    merged = {**default, **given}
    if isinstance(limits, dict):
        merged["limits"] = {**default["limits"], **limits}
    return merged


class Modes(Section):
    """The modes. What is not written keeps the mode's own default."""

    fast: ModeConfig = FAST
    balanced: ModeConfig = BALANCED
    deep: ModeConfig = DEEP
    custom: ModeConfig = BALANCED

    @model_validator(mode="before")
    @classmethod
    def _partial(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {
            name: _over(given, cls.model_fields[name].default.model_dump()) if name in cls.model_fields else given
            for name, given in value.items()
        }


class Config(Section):
    """inquest.yaml."""

    version: int = Field(default=1, ge=1, le=1, description="Version of this file's format.")
    tenants: dict[Name, TenantConfig] = Field(
        default_factory=lambda: {"default": TenantConfig()}, min_length=1, description="Tenants by id."
    )
    modes: Modes = Modes()
    profiles: dict[Name, ProfileSettings] = Field(
        default_factory=dict, description="Budgets of one's own, beside fast, balanced, deep and custom."
    )
    correlation: CorrelationConfig = CorrelationConfig()
    retention: RetentionConfig = RetentionConfig()
    policy: PolicyConfig = Field(default=PolicyConfig(), description="Policies of all tenants, beside their own.")

    @model_validator(mode="after")
    def _tenants_keep_in_order(self) -> Self:
        for name, tenant in self.tenants.items():
            try:
                self.retention.of(tenant.retention)
            except ValueError as error:
                raise ValueError(f"tenants.{name}.retention: {error}") from error
        return self

    @model_validator(mode="after")
    def _budgets_name_what_there_is(self) -> Self:
        if taken := sorted(set(_MODES) & self.profiles.keys()):
            raise ValueError(f"profiles.{taken[0]}: this name is a mode's; change `modes.{taken[0]}` instead")
        budgets: list[tuple[str, BudgetSettings | Quota]] = [
            (f"profiles.{name}", profile) for name, profile in self.profiles.items()
        ]
        for name, tenant in self.tenants.items():
            budgets += [(f"tenants.{name}.budget", tenant.budget), (f"tenants.{name}.quota", tenant.quota)]
            wanted = tenant.budget.profile
            if wanted is not None and wanted not in self.profile_names:
                raise ValueError(
                    f"tenants.{name}.budget.profile: no profile {wanted}; there are {', '.join(self.profile_names)}"
                )
        for where, one in budgets:
            if unknown := sorted(one.capabilities.keys() - set(_KNOWN)):
                raise ValueError(
                    f"{where}.capabilities: no capability {', '.join(unknown)}; there are {', '.join(_KNOWN)}"
                )
        return self

    @property
    def profile_names(self) -> tuple[str, ...]:
        """The profiles that may be chosen: the modes first."""
        return (*_MODES, *sorted(self.profiles))

    def quota_of(self, tenant_id: str) -> Quota:
        """Return what a tenant may spend in an hour and a day; no limit where there is no such tenant any more."""
        found = self.tenants.get(tenant_id)
        return found.quota if found else Quota()

    def tenant(self, tenant_id: str) -> TenantConfig:
        """Return a tenant. Raises NotFound naming those there are."""
        found = self.tenants.get(tenant_id)
        if found is None:
            raise NotFound(f"no tenant {tenant_id!r} in inquest.yaml; there are {', '.join(sorted(self.tenants))}")
        return found

    def retention_of(self, tenant_id: str) -> RetentionConfig:
        """Return how long what a tenant has is kept; what holds for all where there is no such tenant any more."""
        found = self.tenants.get(tenant_id)
        return self.retention.of(found.retention) if found else self.retention

    def mode(self, mode: Mode) -> ModeConfig:
        """Return the settings of a mode."""
        chosen: ModeConfig = getattr(self.modes, mode)
        return chosen

    def limits(self, tenant_id: str, mode: Mode) -> Limits:
        """Return what one investigation may spend: the mode's limits under the tenant's ceiling."""
        return self.tenant(tenant_id).limits.cap(self.mode(mode).limits)
