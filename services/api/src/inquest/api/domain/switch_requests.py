"""Bodies, parameters and answers of the operations on switches, and their table. Pure."""

from typing import Literal

from pydantic import Field

from inquest.api.domain.operation import Operation
from inquest.api.domain.requests import Answer, Asked, TenantQuery, Words
from inquest.contracts.latest import Domain, ProviderSwitched, SwitchStanding

SWITCHES = "/v1/switches"


class SwitchesQuery(TenantQuery):
    """Which domains to list."""

    domain: Domain | None = Field(default=None, description="This one alone; absent: all that have a source.")


class SwitchBody(Asked):
    """Another side shall answer. `to` and `percent` absent: the next that makes sense."""

    action: Literal["promote", "rollback"]
    to: Literal["external", "internal", "both", "configured"] | None = Field(
        default=None, description="`configured` gives the domain back to inquest.yaml."
    )
    percent: float | None = Field(
        default=None, ge=0, le=100, description="Of the investigations, led by the side that is tried."
    )
    reason: Words = Field(default="", max_length=500, description="Kept in the audit.")


class SwitchesAnswer(Answer):
    """The domains of a tenant that have a source, by name."""

    standings: tuple[SwitchStanding, ...]


SWITCH_OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "list_switches",
        "GET",
        SWITCHES,
        "Which sort of source answers each domain, and how a trial does",
        "switches.read",
        "SwitchService.List",
        SwitchesQuery,
        None,
        SwitchesAnswer,
    ),
    Operation(
        "switch_provider",
        "POST",
        f"{SWITCHES}/{{domain}}",
        "Promote a side of a domain, or roll it back",
        "switches.write",
        "SwitchService.Switch",
        TenantQuery,
        SwitchBody,
        ProviderSwitched,
    ),
)
