"""API keys: lines of a file that holds the hash of each key, never a key.

A key is 256 random bits, so that its plain SHA-256 cannot be turned back: no salt, and no slow hash on each request.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from inquest.contracts.errors import Impossible
from inquest.contracts.message import ID_PATTERN
from inquest.contracts.v1.controls import NO_TENANT
from inquest.identity.permissions import ROLES, Role
from inquest.identity.principal import EVERY_TENANT, Principal

KEY_CHARS_MIN = 16
NAMES_MAX = 500  # services, repositories or tenants of one principal
FORM = "id sha256:<hex> role tenant[,tenant] [name=…] [services=a,b] [repositories=owner/a] [expires=2027-01-31]"
_SECRET_BYTES = 32
_HASH = re.compile(r"sha256:([0-9a-f]{64})")
_OPTIONS = ("name", "services", "repositories", "expires")


@dataclass(frozen=True, slots=True)
class Key:
    """One line: whose key it is, and until when; `expires_at` None is for good."""

    key_id: str
    digest: str
    principal: Principal
    expires_at: datetime | None = None

    def line(self) -> str:
        """Return it as it stands in the file."""
        who = self.principal
        parts = [self.key_id, f"sha256:{self.digest}", who.role, ",".join(sorted(who.tenants))]
        if who.name != self.key_id:
            parts.append(f"name={who.name}")
        for option, names in (("services", who.services), ("repositories", who.repositories)):
            if names is not None:
                parts.append(f"{option}={','.join(sorted(names))}")
        if self.expires_at is not None:
            parts.append(f"expires={self.expires_at.isoformat().replace('+00:00', 'Z')}")
        return " ".join(parts)


class Keys:
    """The keys of a file, found by their hash: what a lookup takes says nothing of a key that is not known already."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self._by_digest = {key.digest: key for key in keys}

    def find(self, token: str) -> Key | None:
        """Return the key that a token is, expired or not, or None."""
        digest = digest_of(token)
        found = self._by_digest.get(digest)
        return found if found is not None and hmac.compare_digest(found.digest, digest) else None


def new_key(role: Role, tenants: Iterable[str], options: Mapping[str, str]) -> tuple[str, Key]:
    """Return a fresh key, which nobody can show again, and its line. Raises Impossible as `parse_line` does."""
    key_id = secrets.token_hex(4)
    token = f"inq_{key_id}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    parts = (f"{name}={value}" for name, value in options.items() if value)
    return token, parse_line(" ".join((key_id, f"sha256:{digest_of(token)}", role, ",".join(tenants), *parts)))


def parse_keys(text: str) -> tuple[Key, ...]:
    """Return the keys of a file; `#` starts a comment line.

    Raises Impossible with the line number; the text never repeats what stands there, as it may be a key.
    """
    found: dict[str, Key] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            key = parse_line(line)
        except Impossible as error:
            raise Impossible(f"API keys, line {number}: {error}") from None
        if any(key.key_id == other.key_id or key.digest == other.digest for other in found.values()):
            raise Impossible(f"API keys, line {number}: this key, or another of its id, stands above already")
        found[key.key_id] = key
    if not found:
        raise Impossible("API keys: there is none; `inquest keys new` prints one, or unset the reference")
    return tuple(found.values())


def parse_line(line: str) -> Key:
    """Return the key of one line. Raises Impossible."""
    fields = line.split()
    if len(fields) > 1 and fields[1] in ROLES:
        raise Impossible(
            "holds a key itself, and only hashes are kept: `inquest keys hash FILE` prints the file anew;"
            " its keys go on working"
        )
    if len(fields) < 4:
        raise Impossible(f"write `{FORM}`")
    key_id, hashed, role, tenants = fields[:4]
    if not re.match(ID_PATTERN, key_id):
        raise Impossible("the id of a key is [a-z0-9-]{1,48}")
    digest = _HASH.fullmatch(hashed)
    if digest is None:
        raise Impossible("the second word is sha256: and 64 hexadecimal digits; `inquest keys new` prints a line")
    options = _options(fields[4:])
    name = options.get("name", key_id)
    services, repositories = (_names(options, option) for option in ("services", "repositories"))
    principal = Principal(name, "key", role_of(role), tenants_of(tenants.split(",")), services, repositories)
    return Key(key_id, digest[1], principal, _expiry(options.get("expires")))


def role_of(text: str) -> Role:
    """Return the role of this name. Raises Impossible."""
    known: Role | None = next((role for role in ROLES if role == text), None)
    if known is None:
        raise Impossible(f"the role is one of {', '.join(ROLES)}")
    return known


def tenants_of(names: Iterable[str]) -> frozenset[str]:
    """Return the tenants; `*` is every one. Raises Impossible where none is named, or what is no tenant."""
    found = frozenset(names)
    if not found or len(found) > NAMES_MAX or not all(name == EVERY_TENANT or _is_tenant(name) for name in found):
        raise Impossible("a tenant is an id [a-z0-9-]{1,48}, or * for every one")
    return found


def digest_of(token: str) -> str:
    """Return the hash under which a key is known."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def hashed_line(line: str) -> str:
    """Return an old line `key role tenant [name]` in the form of today; any other line as it is. Raises Impossible."""
    fields = line.split()
    if not fields or fields[0].startswith("#") or len(fields) not in (3, 4) or fields[1] not in ROLES:
        return line
    token, role, tenant, *name = fields
    if len(token) < KEY_CHARS_MIN:
        raise Impossible(f"a key needs {KEY_CHARS_MIN} characters or more")
    digest = digest_of(token)
    named = [f"name={name[0]}"] if name else []
    return parse_line(" ".join((digest[:8], f"sha256:{digest}", role, tenant, *named))).line()


def _is_tenant(name: str) -> bool:
    return name != NO_TENANT and re.match(ID_PATTERN, name) is not None


def _options(fields: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for field in fields:
        option, equals, value = field.partition("=")
        if option not in _OPTIONS or not equals or not value or option in found:
            raise Impossible(
                f"after the tenant, write each of {', '.join(f'{name}=…' for name in _OPTIONS)} at most once"
            )
        found[option] = value
    return found


def _names(options: Mapping[str, str], option: str) -> frozenset[str] | None:
    if option not in options:
        return None
    names = frozenset(options[option].split(","))
    if "" in names or len(names) > NAMES_MAX:
        raise Impossible(f"{option}: write up to {NAMES_MAX} names with commas between them")
    return names


def _expiry(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Impossible("expires: write a date or a time with a zone, such as 2027-01-31") from None
