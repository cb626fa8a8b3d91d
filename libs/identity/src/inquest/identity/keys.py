"""API keys: lines of a file, known by their hash. Pure."""

import hashlib
import re
from collections.abc import Mapping

from inquest.contracts.errors import Impossible
from inquest.contracts.message import ID_PATTERN
from inquest.identity.permissions import ROLES, Role
from inquest.identity.principal import EVERY_TENANT, Principal

KEY_CHARS_MIN = 16

Keys = Mapping[str, Principal]  # by the hash of the key, so that a lookup tells nothing by its time


def parse_keys(text: str) -> dict[str, Principal]:
    """Return who the lines `token role tenant [name]` are for; `#` starts a comment line.

    Raises Impossible with the line number; the text never repeats the token.
    """
    found: dict[str, Principal] = {}
    for number, line in enumerate(text.splitlines(), 1):
        fields = line.split()
        if not fields or fields[0].startswith("#"):
            continue
        if len(fields) not in (3, 4):
            raise Impossible(f"API tokens, line {number}: write `token role tenant [name]`")
        token, role, tenant = fields[:3]
        if len(token) < KEY_CHARS_MIN:
            raise Impossible(f"API tokens, line {number}: a token needs {KEY_CHARS_MIN} characters or more")
        known: Role | None = next((item for item in ROLES if item == role), None)
        if known is None:
            raise Impossible(f"API tokens, line {number}: the role is one of {', '.join(ROLES)}")
        if tenant != EVERY_TENANT and not re.match(ID_PATTERN, tenant):
            raise Impossible(f"API tokens, line {number}: the tenant is an id [a-z0-9-]{{1,48}}, or *")
        digest = digest_of(token)
        name = fields[3] if len(fields) == 4 else f"{role}-{digest[:8]}"
        found[digest] = Principal(name, "key", known, frozenset({tenant}))
    if not found:
        raise Impossible("API tokens: there is none; write lines `token role tenant [name]`, or unset the reference")
    return found


def digest_of(token: str) -> str:
    """Return the hash under which a token is known."""
    return hashlib.sha256(token.encode()).hexdigest()
