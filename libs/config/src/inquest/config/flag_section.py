"""What providers of feature flags have in common."""

from typing import Annotated

from pydantic import Field, PositiveInt

from inquest.config.section import Section

FlagKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$", max_length=256)]
"""A key of a project or an environment; it becomes a part of addresses and filters."""


class FlagRules(Section):
    """Whose flags they are, and how much of them is read."""

    service_tag_prefix: str = Field(
        default="",
        max_length=50,
        description="Beginning of the tags that name a service, such as 'service:'. "
        "Empty: a tag that the catalogue knows is a service.",
    )
    flags_max: PositiveInt = Field(
        default=1000, le=20_000, description="Most flags whose state one answer has; more are left out, and it says so."
    )
