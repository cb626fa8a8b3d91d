"""Where signals come from: one entry per source, with what its deliveries must prove."""

from typing import Literal

from pydantic import Field

from inquest.config.section import SecretRefs, Section

SourceKind = Literal["pagerduty", "generic"]


class SourceConfig(Section):
    """Where signals come from."""

    kind: SourceKind
    secret: SecretRefs = Field(
        default=(),
        max_length=5,
        description="Signing secret of the webhook: a reference, or several while one is rotated. "
        "Without one, only the bus delivers.",
    )
