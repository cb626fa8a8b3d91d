"""flagd, or anything that speaks OFREP or serves a flagd definition file."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from inquest.config.flag_section import FlagKey, FlagRules
from inquest.config.http_section import HttpSettings
from inquest.config.provider_section import ProviderSettings


class FlagdSettings(HttpSettings, FlagRules):
    """A flagd, asked by OFREP; or the file of definitions that it reads, where that is served over HTTP."""

    definition: Annotated[str, Field(pattern=r"^/[^?#\s]*$", max_length=1000)] | None = Field(
        default=None,
        description="Path of the file of definitions below the URL, such as /flags.json; none: the URL speaks OFREP.",
    )
    context: Mapping[str, str | bool | float] = Field(
        default={"targetingKey": "inquest"},
        max_length=50,
        description="Whom OFREP evaluates the flags for: what your targeting asks about.",
    )
    environment: FlagKey | Literal[""] = Field(default="", description="Name of the environment that it serves.")


class FlagdProvider(ProviderSettings):
    """Serves the state of flags from flagd, which keeps no history."""

    kind: Literal["flagd"]
    domains: tuple[Literal["flags"], ...] = Field(default=("flags",), min_length=1, description="Always flags.")
    settings: FlagdSettings
