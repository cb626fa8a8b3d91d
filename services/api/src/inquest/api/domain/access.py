"""Who asks, for which tenant, and what they may do. Pure."""

import hashlib
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from inquest.api.errors import Forbidden, Unauthenticated
from inquest.contracts.errors import Impossible
from inquest.contracts.message import ID_PATTERN

Role = Literal["viewer", "responder", "operator", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)  # each may do what those before it may
EVERY_TENANT = "*"
DEFAULT_TENANT = "default"
TOKEN_CHARS_MIN = 16


@dataclass(frozen=True, slots=True)
class Caller:
    """One who asks: a name for the record, a role, and a tenant (`*`: any)."""

    name: str
    role: Role
    tenant: str

    def may(self, needed: Role, tenant: str | None) -> str:
        """Return the tenant that the request is about. Raises Forbidden, and Impossible for a malformed tenant."""
        chosen = tenant or (DEFAULT_TENANT if self.tenant == EVERY_TENANT else self.tenant)
        if not re.match(ID_PATTERN, chosen):
            raise Impossible(f"tenant: {chosen[:60]!r} is not a tenant id [a-z0-9-]{{1,48}}")
        if self.tenant not in (EVERY_TENANT, chosen):
            raise Forbidden(f"tenant: this token is for {self.tenant}, not for {chosen}")
        if ROLES.index(self.role) < ROLES.index(needed):
            raise Forbidden(f"this needs the role {needed}; the token has {self.role}")
        return chosen


LOCAL = Caller("local", "admin", EVERY_TENANT)
Tokens = Mapping[str, Caller]  # by the hash of the token, so that a lookup tells nothing by its time


def parse_tokens(text: str) -> dict[str, Caller]:
    """Return the callers of lines `token role tenant [name]`; `#` starts a comment line.

    Raises Impossible with the line number; the text never repeats the token.
    """
    callers: dict[str, Caller] = {}
    for number, line in enumerate(text.splitlines(), 1):
        fields = line.split()
        if not fields or fields[0].startswith("#"):
            continue
        if len(fields) not in (3, 4):
            raise Impossible(f"API tokens, line {number}: write `token role tenant [name]`")
        token, role, tenant = fields[:3]
        if len(token) < TOKEN_CHARS_MIN:
            raise Impossible(f"API tokens, line {number}: a token needs {TOKEN_CHARS_MIN} characters or more")
        known: Role | None = next((item for item in ROLES if item == role), None)
        if known is None:
            raise Impossible(f"API tokens, line {number}: the role is one of {', '.join(ROLES)}")
        if tenant != EVERY_TENANT and not re.match(ID_PATTERN, tenant):
            raise Impossible(f"API tokens, line {number}: the tenant is an id [a-z0-9-]{{1,48}}, or *")
        digest = digest_of(token)
        callers[digest] = Caller(fields[3] if len(fields) == 4 else f"{role}-{digest[:8]}", known, tenant)
    if not callers:
        raise Impossible("API tokens: there is none; write lines `token role tenant [name]`, or unset the reference")
    return callers


def digest_of(token: str) -> str:
    """Return the hash under which a token is known."""
    return hashlib.sha256(token.encode()).hexdigest()


def identify(tokens: Tokens | None, authorization: str | None, peer: str | None, host: str | None) -> Caller:
    """Return who asks. Raises Unauthenticated.

    Args:
        tokens: by hash; None when none are configured, and then only this machine may ask.
        authorization: the header of that name.
        peer: the address the request comes from.
        host: the Host header; a name of another machine means a browser was tricked into asking (DNS rebinding).
    """
    if tokens is None:
        if is_loopback(peer) and (host is None or is_loopback(_without_port(host))):
            return LOCAL
        raise Unauthenticated("no API token is configured, so only this machine may ask, by a loopback address")
    scheme, _, token = (authorization or "").partition(" ")
    caller = tokens.get(digest_of(token.strip())) if scheme.lower() == "bearer" else None
    if caller is None:
        raise Unauthenticated("send a known token: `Authorization: Bearer <token>`")
    return caller


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
