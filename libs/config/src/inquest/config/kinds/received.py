"""What came in through the doors."""

from typing import Literal

from pydantic import Field

from inquest.config.provider_section import ProviderSettings


class ReceivedProvider(ProviderSettings):
    """Serves the changes that the tenant's own sources report, such as GitHub."""

    kind: Literal["received"]
    domains: tuple[Literal["changes", "flags"], ...] = Field(
        default=("changes", "flags"), min_length=1, description="changes, flags, or both."
    )
