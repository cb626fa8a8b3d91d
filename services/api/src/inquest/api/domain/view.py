"""What of a tenant somebody may see and touch. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from inquest.contracts.latest import Mute
from inquest.identity import Permission, Principal

BuiltFrom = Callable[[str, str], Iterable[str]]  # tenant and repository → the services that it builds
_WILDCARDS = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class View:
    """A tenant, or those of its matters that touch some services.

    Attributes:
        tenant: whose matters.
        services: nothing but what touches one of these is there; None: everything is.
    """

    tenant: str
    services: frozenset[str] | None = None

    def covers(self, names: Iterable[str]) -> bool:
        """Whether all these services are in view, and there is one at least."""
        wanted = frozenset(names)
        return self.services is None or (bool(wanted) and wanted <= self.services)

    def shows(self, mute: Mute) -> bool:
        """Whether a mute can hold for something in view."""
        if self.services is None or not mute.services:
            return True
        patterns = [pattern.casefold() for pattern in mute.services]
        return any(fnmatchcase(name.casefold(), pattern) for name in self.services for pattern in patterns)

    def may_mute(self, names: Iterable[str]) -> bool:
        """Whether a mute of these services can hold for nothing out of view: each is named in full."""
        return self.services is None or (self.covers(names) and not any(_WILDCARDS & set(name) for name in names))


def view_of(caller: Principal, permission: Permission, tenant: str | None, built_from: BuiltFrom) -> View:
    """Return what a request is about. Raises Forbidden, and Impossible for a malformed tenant."""
    chosen = caller.may(permission, tenant)
    if not caller.is_scoped:
        return View(chosen)
    built = (service for repository in caller.repositories or () for service in built_from(chosen, repository))
    return View(chosen, (caller.services or frozenset()).union(built))


def nothing_built(tenant: str, repository: str) -> Iterable[str]:
    """Say that no service is built from a repository: where there is no catalogue, nothing is in view by one."""
    del tenant, repository
    return ()
