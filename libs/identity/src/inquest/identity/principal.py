"""One who asks: who they are, and where they may do what their role allows. Pure."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal

from inquest.contracts.errors import Impossible
from inquest.contracts.message import ID_PATTERN
from inquest.identity.errors import Forbidden
from inquest.identity.permissions import OF_A_PROCESS, OF_A_TENANT, ROLES, Permission, Role, roles_with

EVERY_TENANT = "*"
DEFAULT_TENANT = "default"
Method = Literal["local", "key", "jwt"]


@dataclass(frozen=True, slots=True)
class Principal:
    """One who asks.

    Attributes:
        name: for the record of what they did.
        method: how they showed who they are; `local` by being on this machine.
        role: what they may do.
        tenants: for which tenants; `*` for every one.
        services: of which services; None: of every one.
        repositories: of which repositories; None: of every one.
    """

    name: str
    method: Method
    role: Role
    tenants: frozenset[str]
    services: frozenset[str] | None = None
    repositories: frozenset[str] | None = None

    @property
    def is_for_every_tenant(self) -> bool:
        """Whether no tenant is closed to them."""
        return EVERY_TENANT in self.tenants

    @property
    def is_scoped(self) -> bool:
        """Whether some services or repositories of their tenants are closed to them."""
        return self.services is not None or self.repositories is not None

    @property
    def home(self) -> str | None:
        """The one tenant they are for; None where there are several."""
        return next(iter(self.tenants)) if len(self.tenants) == 1 and not self.is_for_every_tenant else None

    @property
    def where(self) -> str:
        """The tenants they are for, as people read it."""
        return ", ".join(sorted(self.tenants))

    def may(self, permission: Permission, tenant: str | None) -> str:
        """Return the tenant that the request is about. Raises Forbidden, and Impossible for a malformed tenant."""
        chosen = tenant or self.home or (DEFAULT_TENANT if self.is_for_every_tenant else None)
        if chosen is None:
            raise Impossible(f"tenant: name one of {self.where}")
        if not re.match(ID_PATTERN, chosen):
            raise Impossible(f"tenant: {chosen[:60]!r} is not a tenant id [a-z0-9-]{{1,48}}")
        if not self.is_for_every_tenant and chosen not in self.tenants:
            raise Forbidden(f"tenant: {self.name} is for {self.where}, not for {chosen}")
        self.needs(permission)
        return chosen

    def needs(self, permission: Permission) -> None:
        """Raise Forbidden unless they may do this somewhere."""
        if permission not in ROLES[self.role]:
            least = next(iter(roles_with(permission)), "no role")
            raise Forbidden(f"this needs the role {least} ({permission}); {self.name} has {self.role}")
        if permission in OF_A_TENANT and self.is_scoped:
            raise Forbidden(f"{permission} is about a whole tenant; {self.name} is for some of its services")
        if permission in OF_A_PROCESS and (self.is_scoped or not self.is_for_every_tenant):
            raise Forbidden(f"{permission} is about every tenant; {self.name} is for {self.where}")


LOCAL = Principal("local", "local", "admin", frozenset({EVERY_TENANT}))


def is_this_machine(peer: str | None, host: str | None) -> bool:
    """Whether a request comes from this machine and was meant for it.

    Args:
        peer: the address the request comes from.
        host: the Host header; a name of another machine means a browser was tricked into asking (DNS rebinding).
    """
    return is_loopback(peer) and (host is None or is_loopback(_without_port(host)))


def is_loopback(host: str | None) -> bool:
    """Whether only this machine goes by this address."""
    if not host:
        return False
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0]
    return host.rpartition(":")[0] if host.count(":") == 1 else host
