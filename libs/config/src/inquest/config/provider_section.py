"""What every provider of inquest.yaml has, whatever its kind."""

from pydantic import Field, PositiveFloat, PositiveInt

from inquest.config.section import Name, Section, ServiceName
from inquest.contracts.v1.switching import Side
from inquest.contracts.v1.tools import Domain


class ProviderSettings(Section):
    """One data source. Each kind (`inquest.config.kinds`) narrows `kind` and `domains`, and adds `settings`."""

    name: Name = Field(description="Name in evidence, metrics and coverage.")
    kind: str
    domains: tuple[Domain, ...]
    priority: int = Field(default=100, description="The healthy provider with the highest priority is asked first.")
    timeout_ms: PositiveInt = Field(default=10_000, description="Longest wait for one answer.")
    retries: int = Field(default=1, ge=0, le=5, description="Further tries after a failure.")
    breaker_failures_max: PositiveInt = Field(
        default=3, description="Failures in a row after which the provider counts as unhealthy."
    )
    breaker_reset_s: PositiveFloat = Field(default=30, description="Rest of an unhealthy provider before a new try.")
    calls_at_once_max: PositiveInt = Field(
        default=8, le=256, description="Most calls to its back end at the same time, of all gateways together."
    )
    calls_per_second_max: PositiveFloat = Field(
        default=50, le=10_000, description="Most calls a second to its back end on average, of all gateways together."
    )
    share_answers: bool = Field(
        default=True, description="An answer also serves who asks the same within two minutes, in the same tenant."
    )
    services: tuple[ServiceName, ...] = Field(default=(), description="Services it knows; empty: all.")
    side: Side | None = Field(
        default=None,
        description="Sort of source, for switching; absent: internal where Inquest serves it over MCP, else external.",
    )

    @property
    def sort(self) -> Side:
        """Which sort of source it is: what `inquest provider serve` serves is internal, unless `side` says else."""
        mapping = getattr(getattr(self, "settings", None), "mapping", "")
        return self.side or ("internal" if mapping == "inquest" else "external")
