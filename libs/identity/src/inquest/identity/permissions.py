"""What there is to be allowed, and which role allows it: what is not in the table is denied. Pure."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Permission = Literal[
    "investigations.read",
    "investigations.start",
    "investigations.cancel",
    "feedback.give",
    "incidents.read",
    "incidents.regroup",
    "notices.read",
    "mutes.read",
    "mutes.write",
    "budgets.read",
    "budgets.write",  # one's own default
    "budgets.govern",  # the default of a team or of anybody
    "panic.read",
    "panic.write",
    "audit.read",
    "approvals.read",
    "approvals.give",
    "switches.read",
    "switches.write",
    "dead.read",
    "dead.settle",
    "service.admin",
]
Role = Literal["viewer", "responder", "operator", "admin"]

_VIEWER: frozenset[Permission] = frozenset(
    {
        "investigations.read",
        "incidents.read",
        "notices.read",
        "mutes.read",
        "budgets.read",
        "panic.read",
        "audit.read",
        "approvals.read",
        "switches.read",
    }
)
_RESPONDER: frozenset[Permission] = _VIEWER | {
    "investigations.start",
    "investigations.cancel",
    "feedback.give",
    "incidents.regroup",
    "mutes.write",
    "budgets.write",
    "panic.write",
}
_OPERATOR: frozenset[Permission] = _RESPONDER | {"budgets.govern", "approvals.give", "dead.read", "dead.settle"}
_ADMIN: frozenset[Permission] = _OPERATOR | {"switches.write", "service.admin"}

ROLES: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {"viewer": _VIEWER, "responder": _RESPONDER, "operator": _OPERATOR, "admin": _ADMIN}
)

# What cannot be cut down to some services, so nobody who is for some of them may do it.
OF_A_TENANT: frozenset[Permission] = frozenset(
    {
        "budgets.govern",
        "panic.write",
        "audit.read",
        "approvals.read",
        "approvals.give",
        "switches.read",
        "switches.write",
        "dead.read",
        "dead.settle",
    }
)
# A process serves every tenant: who may drain it is trusted by all of them.
OF_A_PROCESS: frozenset[Permission] = frozenset({"service.admin"})


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """Return the roles that allow it, the least first."""
    return tuple(role for role, allowed in ROLES.items() if permission in allowed)
