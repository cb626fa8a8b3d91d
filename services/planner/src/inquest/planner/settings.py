"""What the planner needs to start, from the environment (prefix INQUEST_)."""

from pydantic import Field

from inquest.runtime import ServiceSettings


class Settings(ServiceSettings):
    """The shared settings, and how eagerly the sweep looks for what was lost."""

    planner_sweep_interval_s: float = Field(default=15, gt=0)
    planner_stale_s: float = Field(default=20, gt=0)  # no event for this long: look whether something was lost
    planner_sweep_max: int = Field(default=500, ge=1)  # investigations looked at in one sweep
    planner_cached_max: int = Field(default=2_000, ge=1)  # folded histories kept in memory
