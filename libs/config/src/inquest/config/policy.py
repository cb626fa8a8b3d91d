"""Policies of a tenant, or of all: what may be called, and how long approvals of writes stand."""

from pydantic import Field, PositiveInt

from inquest.config.section import FilePath, Section

POLICY_CHARS_MAX = 200_000
ASKED_S_MAX = 7 * 86_400
GIVEN_S_MAX = 86_400


class ApprovalsConfig(Section):
    """How long a write waits for a person, and how long what they gave may be used."""

    asked_s: PositiveInt = Field(default=86_400, le=ASKED_S_MAX, description="A request waits so long for a person.")
    given_s: PositiveInt = Field(
        default=900, le=GIVEN_S_MAX, description="An approval may be used for so long; who gives it may say less."
    )


class PolicyConfig(Section):
    """Policies in Cedar. Without any, everything may be read and nothing written."""

    file: FilePath | None = Field(
        default=None,
        description="File that holds the policies. It is read when the configuration is loaded, and takes the place of "
        "`text`.",
    )
    text: str = Field(default="", max_length=POLICY_CHARS_MAX, description="The policies themselves.")


class TenantPolicyConfig(PolicyConfig):
    """Policies of one tenant, beside those of all, and how long approvals stand."""

    approvals: ApprovalsConfig = ApprovalsConfig()
