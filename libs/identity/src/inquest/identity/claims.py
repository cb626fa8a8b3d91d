"""From the claims of a token to who asks. What a claim does not say is denied. Pure."""

from collections.abc import Mapping
from typing import Any

from inquest.contracts.errors import Impossible
from inquest.contracts.text import plain
from inquest.identity.errors import Forbidden
from inquest.identity.keys import NAMES_MAX, tenants_of
from inquest.identity.permissions import ROLES, Role
from inquest.identity.principal import Principal
from inquest.identity.settings import IdentitySettings

NAME_CHARS_MAX = 100
_EVERY = "*"


def principal_of(claims: Mapping[str, Any], settings: IdentitySettings) -> Principal:
    """Return who a token is about. Raises Forbidden where it does not say what they may."""
    name = _claim(claims, settings.jwt_name_claim)
    if not isinstance(name, str) or not plain(name):
        raise Forbidden(f"the token has no name: claim {settings.jwt_name_claim}")
    try:
        tenants = tenants_of(_texts(claims, settings.jwt_tenants_claim))
    except Impossible as error:
        raise Forbidden(f"the token names no tenant: claim {settings.jwt_tenants_claim}: {error}") from None
    return Principal(
        name=plain(name, NAME_CHARS_MAX),
        method="jwt",
        role=_role(claims, settings.jwt_role_claim),
        tenants=tenants,
        services=_scope(claims, settings.jwt_services_claim),
        repositories=_scope(claims, settings.jwt_repositories_claim),
    )


def _role(claims: Mapping[str, Any], claim: str) -> Role:
    """Return the role that allows most of those that are named; names of other programs' roles say nothing here."""
    named = _texts(claims, claim)
    found = [role for role in ROLES if role in named]
    if not found:
        raise Forbidden(f"the token has no role of Inquest: claim {claim} is one of {', '.join(ROLES)}")
    return max(found, key=lambda role: len(ROLES[role]))


def _scope(claims: Mapping[str, Any], claim: str | None) -> frozenset[str] | None:
    if claim is None:
        return None
    names = _texts(claims, claim)
    if not names:
        raise Forbidden(f"the token says nothing of its scope: claim {claim}; `*` is for everything")
    return None if _EVERY in names else frozenset(names)


def _texts(claims: Mapping[str, Any], claim: str) -> tuple[str, ...]:
    """Return a claim that is a text or a list of texts; anything else says nothing."""
    value = _claim(claims, claim)
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or len(listed) > NAMES_MAX:
        return ()
    return tuple(listed) if all(isinstance(one, str) and one for one in listed) else ()


def _claim(claims: Mapping[str, Any], claim: str) -> Any:
    """Return a claim by its name, or else by a path such as `realm_access.roles`."""
    if claim in claims:
        return claims[claim]
    found: Any = claims
    for part in claim.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
