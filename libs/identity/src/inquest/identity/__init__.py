"""Who asks at every door that people and programs use, and what they may do there."""

from inquest.identity.authenticator import Authenticator
from inquest.identity.errors import Forbidden, RateLimited, Unauthenticated
from inquest.identity.permissions import ROLES, Permission, Role
from inquest.identity.principal import EVERY_TENANT, LOCAL, Method, Principal
from inquest.identity.settings import IdentitySettings

__all__ = [
    "EVERY_TENANT",
    "LOCAL",
    "ROLES",
    "Authenticator",
    "Forbidden",
    "IdentitySettings",
    "Method",
    "Permission",
    "Principal",
    "RateLimited",
    "Role",
    "Unauthenticated",
]
