"""What belongs to one tenant: sources, providers, catalogue, channels, a recording, limits."""

from collections import Counter
from collections.abc import Iterable
from typing import Self

from pydantic import ConfigDict, Field, PositiveInt, field_validator, model_validator

from inquest.config.admission import AdmissionConfig
from inquest.config.channels import Channel, TerminalChannel
from inquest.config.hours import parse_hours, zone_of
from inquest.config.notices import NoticesConfig
from inquest.config.policy import TenantPolicyConfig
from inquest.config.providers import Provider
from inquest.config.quota import BudgetSettings, Quota
from inquest.config.redaction import RedactionConfig
from inquest.config.retention import TenantRetention
from inquest.config.section import FilePath, Section, ServiceName
from inquest.config.sources import SourceConfig
from inquest.config.switching import SwitchConfig
from inquest.contracts.message import Window
from inquest.contracts.v1.investigation import Limits, Mode
from inquest.contracts.v1.tools import Domain


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


class ServiceEntry(Section):
    """One service of the catalogue, with the names it goes by elsewhere."""

    service_id: ServiceName = Field(description="The name that telemetry carries and verdicts show.")
    tier: PositiveInt | None = Field(default=None, description="1 is the most important.")
    owner: str | None = Field(default=None, description="Team or person.")
    time_zone: str | None = Field(default=None, description="IANA zone of the owners, such as Europe/Berlin.")
    hours: str | None = Field(default=None, description="When the owners work, such as Mon-Fri 09:00-18:00.")
    repositories: tuple[str, ...] = Field(default=(), description="Repositories that build it.")
    dependencies: tuple[ServiceName, ...] = Field(default=(), description="Services that it calls.")
    aliases: dict[str, tuple[ServiceName, ...]] = Field(
        default_factory=dict,
        description="Its names by source: pagerduty: [PF9KMXH], prometheus: [checkout-svc].",
    )

    @field_validator("hours")
    @classmethod
    def _hours_can_be_read(cls, value: str | None) -> str | None:
        if value is not None:
            parse_hours(value)
        return value

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, value: str | None) -> str | None:
        if value is not None:
            zone_of(value)
        return value


class CatalogueConfig(Section):
    """The services of a tenant."""

    services: tuple[ServiceEntry, ...] = Field(default=(), max_length=20_000)

    @model_validator(mode="after")
    def _unambiguous(self) -> Self:
        if repeated := _repeated(entry.service_id for entry in self.services):
            raise ValueError(f"service_id used twice: {', '.join(repeated)}")
        claims = Counter(
            (source, alias)
            for entry in self.services
            for source, names in entry.aliases.items()
            for alias in set(names)
        )
        if double := [f"{alias} ({source})" for (source, alias), count in claims.items() if count > 1]:
            raise ValueError(f"alias claimed by two services: {', '.join(double)}")
        return self


class RecordedWindow(Window):
    """A stretch of time in UTC or with an offset."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.end <= self.start:
            raise ValueError("end must be after start")
        return self


class RecordingConfig(Section):
    """The tenant replays one incident pack instead of looking at live systems."""

    pack: FilePath = Field(description="Folder of the pack.")
    window: RecordedWindow = Field(description="When the incident happened.")
    baseline: RecordedWindow | None = Field(default=None, description="A stretch without the fault.")


class LimitsCeiling(Section):
    """What one investigation of this tenant may spend at most, whatever its mode says."""

    calls_max: PositiveInt | None = None
    bytes_max: PositiveInt | None = None
    rounds_max: PositiveInt | None = None
    step_latency_ms_max: PositiveInt | None = None
    duration_s_max: PositiveInt | None = None
    tokens_max: PositiveInt | None = None
    call_s_max: PositiveInt | None = None

    def cap(self, limits: Limits) -> Limits:
        """Return the limits, none of them above this ceiling."""
        mine = self.model_dump(exclude_none=True)
        capped = {name: mine.get(name) if value is None else value for name, value in limits.model_dump().items()}
        return Limits(**{name: value and min(value, mine.get(name, value)) for name, value in capped.items()})


class TenantConfig(Section):
    """One tenant."""

    mode: Mode = Field(default="balanced", description="Mode of investigations that a page opens.")
    sources: tuple[SourceConfig, ...] = Field(default=(), description="Where signals come from.")
    providers: tuple[Provider, ...] = Field(default=(), description="Where telemetry is read.")
    switching: dict[Domain, SwitchConfig] = Field(
        default_factory=dict, description="Who answers a domain that has external and internal sources."
    )
    catalogue: CatalogueConfig = CatalogueConfig()
    catalogue_file: FilePath | None = Field(
        default=None,
        description="File that holds the catalogue (`services: […]`). It is read when the configuration is loaded, "
        "and takes the place of `catalogue`.",
    )
    channels: tuple[Channel, ...] = Field(
        default=(TerminalChannel(id="terminal", kind="terminal"),), description="Where verdicts are told."
    )
    notices: NoticesConfig = Field(default=NoticesConfig(), description="Which channel is told what, and when not.")
    recording: RecordingConfig | None = Field(default=None, description="Replay this pack.")
    limits: LimitsCeiling = Field(
        default=LimitsCeiling(), description="What one investigation may spend at most, whoever chose its budget."
    )
    budget: BudgetSettings = Field(
        default=BudgetSettings(),
        description="What one investigation may spend, where neither the run nor a user or team says otherwise.",
    )
    quota: Quota = Field(
        default=Quota(), description="What all investigations together may spend in an hour and a day."
    )
    admission: AdmissionConfig = Field(
        default=AdmissionConfig(), description="How many investigations pages may open, and how the rest waits."
    )
    redaction: RedactionConfig = Field(
        default=RedactionConfig(), description="What is removed from telemetry, beside secrets, which always are."
    )
    policy: TenantPolicyConfig = Field(
        default=TenantPolicyConfig(), description="What may be called, and what a person must approve."
    )
    retention: TenantRetention = Field(
        default=TenantRetention(), description="How long what this tenant has is kept, where not as for all."
    )

    @field_validator("sources", "providers", "channels")
    @classmethod
    def _names_are_unique(cls, value: tuple[Section, ...]) -> tuple[Section, ...]:
        names = (
            str(getattr(item, "name", None) or getattr(item, "id", None) or getattr(item, "kind", "")) for item in value
        )
        if repeated := _repeated(names):
            raise ValueError(f"used twice: {', '.join(repeated)}")
        return value

    @model_validator(mode="after")
    def _limited_providers_exist(self) -> Self:
        there = {provider.name for provider in self.providers}
        if self.recording is not None:
            return self  # its providers are made for it
        for section, named in (("budget", self.budget.providers), ("quota", self.quota.providers)):
            if unknown := sorted(named.keys() - there):
                raise ValueError(f"{section}.providers: no provider {', '.join(unknown)}; there are {_listed(there)}")
        return self

    @model_validator(mode="after")
    def _channels_exist(self) -> Self:
        if unknown := sorted(self.notices.channels_named() - {channel.id for channel in self.channels}):
            raise ValueError(f"notices: no channel {', '.join(unknown)} among channels")
        return self

    def source(self, kind: str) -> SourceConfig | None:
        """Return the source of this kind, or None."""
        return next((source for source in self.sources if source.kind == kind), None)
