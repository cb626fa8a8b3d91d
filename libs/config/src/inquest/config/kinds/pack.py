"""An incident pack."""

from typing import Literal

from pydantic import Field

from inquest.config.provider_section import ProviderSettings
from inquest.config.section import FilePath, Section
from inquest.contracts.v1.tools import Domain

PACK_DOMAINS: tuple[Domain, ...] = ("metrics", "logs", "traces", "changes", "flags", "topology")


class PackSettings(Section):
    """An incident pack on disk."""

    path: FilePath = Field(description="Folder of the pack.")


class PackProvider(ProviderSettings):
    """Serves an incident pack."""

    kind: Literal["pack"]
    domains: tuple[Domain, ...] = Field(default=PACK_DOMAINS, min_length=1, description="Domains it serves.")
    settings: PackSettings
