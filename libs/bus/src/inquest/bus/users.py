"""The users of a nats-server: one for each service, `cli` for operators, and one account for each tenant's producers.

One file holds them, which the server's configuration includes. Services are written by whoever deploys (or here, for an
embedded run); producers come and go by `inquest tenant`, each account one line between two marks.
"""

import json
import os
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inquest.contracts.errors import Impossible, InquestError
from inquest.contracts.message import ID_PATTERN
from inquest.contracts.permissions import permissions
from inquest.contracts.subjects import DOORSTEP_DELIVERY, INGEST_DELIVERY
from inquest.contracts.topology import SERVICES

ACCOUNT = "INQUEST"
OPERATOR = "cli"
CONNECTIONS_MAX = 32  # of all producers of one tenant
PAYLOAD_BYTES_MAX = 1024 * 1024
_BEGIN, _END = "  # producers: `inquest tenant` writes the lines from here", "  # to here"
_HEAD = f"""\
accounts: {{
  {ACCOUNT}: {{
    jetstream: enabled
    # What producers of a tenant publish comes out of their account here; no other subject does.
    exports: [ {{ service: "{DOORSTEP_DELIVERY.pattern()}" }} ]
    users: [
"""


@dataclass(frozen=True, slots=True)
class Producer:
    """Somebody outside who may publish deliveries of one tenant, from these sources (none: from all)."""

    tenant: str
    name: str
    password: str
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse names that would not be tokens of a subject. Raises Impossible."""
        for token in (self.tenant, self.name, *self.sources):
            if not re.fullmatch(ID_PATTERN, token):
                raise Impossible(f"{token!r} is no name: names are of a-z, 0-9 and -, at most 48 characters")

    @property
    def user(self) -> str:
        """What it logs in as; no service has a dot in its name."""
        return f"{self.tenant}.{self.name}"

    @property
    def inbox(self) -> str:
        """Where it hears that a delivery was taken: its client's inbox prefix."""
        return f"_INBOX.producer.{self.user}"

    def permissions(self) -> dict[str, Any]:
        """Return the allow-lists of its user."""
        sources = self.sources or ("*",)
        return {
            "publish": {"allow": [INGEST_DELIVERY.pattern(source=one, tenant=self.tenant) for one in sources]},
            "subscribe": {"allow": [f"{self.inbox}.>"]},
        }


class UsersFile:
    """The file. Its producers can be read and changed, whoever wrote the rest."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, services: Mapping[str, str]) -> None:
        """Write operator and services, by user and password; producers that are there stay. Raises InquestError."""
        users = [
            {"user": name, "password": password} | ({} if name == OPERATOR else {"permissions": allowed(name)})
            for name, password in services.items()
        ]
        lines = "".join(f"      {json.dumps(user)}\n" for user in users)
        kept = self.producers() if self.path.exists() else ()
        self._write(f"{_HEAD}{lines}    ]\n  }}\n{_BEGIN}\n{_END}\n}}\n", kept)

    def producers(self) -> tuple[Producer, ...]:
        """Return all producers. Raises InquestError where the file is not one of ours."""
        _, lines, _ = self._parts(self._read())
        return tuple(one for line in lines for one in _producers(line))

    def change(self, producers: Iterable[Producer]) -> None:
        """Have these producers, and no others. Raises InquestError."""
        self._write(self._read(), producers)

    def _write(self, text: str, producers: Iterable[Producer]) -> None:
        before, _, after = self._parts(text)
        tenants: dict[str, list[Producer]] = {}
        for one in sorted(producers, key=lambda one: one.user):
            tenants.setdefault(one.tenant, []).append(one)
        lines = [_account(tenant, users) for tenant, users in tenants.items()]
        try:
            write_private(self.path, "\n".join([before + _BEGIN, *lines, _END + after]))
        except OSError as error:
            raise InquestError(f"cannot write {self.path}: {error.strerror}") from error

    def _read(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8")
        except OSError as error:
            raise InquestError(f"cannot read {self.path}: {error.strerror}") from error

    def _parts(self, text: str) -> tuple[str, list[str], str]:
        before, begun, rest = text.partition(_BEGIN)
        inside, ended, after = rest.partition(_END)
        if not begun or not ended:
            raise InquestError(f"{self.path} has no lines for producers: begin with deploy/nats/users.conf")
        return before, [line for line in inside.splitlines() if line.strip()], after


def allowed(service: str) -> dict[str, Any]:
    """Return the permissions of a service's user."""
    return permissions(service).as_nats()


def _account(tenant: str, producers: Iterable[Producer]) -> str:
    fields = {
        "limits": {"max_connections": CONNECTIONS_MAX, "max_payload": PAYLOAD_BYTES_MAX},
        "users": [{"user": one.user, "password": one.password, "permissions": one.permissions()} for one in producers],
        "imports": [
            {
                "service": {"account": ACCOUNT, "subject": DOORSTEP_DELIVERY.pattern(tenant=tenant)},
                "to": INGEST_DELIVERY.pattern(tenant=tenant),
            }
        ],
    }
    return f"  {json.dumps(f'producers-{tenant}')}: {json.dumps(fields)}"


def _producers(line: str) -> list[Producer]:
    fields = json.loads(line.partition(": ")[2])
    found = []
    for user in fields["users"]:
        tenant, _, name = user["user"].partition(".")
        sources = [subject.split(".")[1] for subject in user["permissions"]["publish"]["allow"]]
        found.append(Producer(tenant, name, user["password"], tuple(one for one in sources if one != "*")))
    return found


def new_password() -> str:
    """Return a random password. It begins with a letter: nats-server reads 1e5 as a number."""
    return f"p{secrets.token_hex(24)}"


def write_private(path: Path, text: str) -> None:
    """Replace a file by one that only this user can read, in one step. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            out.write(text)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


class Identities:
    """Users and passwords of an embedded server, made once, in files beside its configuration that only we can read."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory.resolve()
        self.users = UsersFile(self._directory / "users.conf")

    def prepare(self) -> None:
        """Make what is missing, and write the permissions of this release. Raises InquestError."""
        passwords = {}
        try:
            for name in (OPERATOR, *SERVICES):
                file = self.password_file(name)
                if not file.exists():
                    write_private(file, new_password())
                passwords[name] = file.read_text().strip()
        except OSError as error:
            raise InquestError(f"cannot keep the bus passwords in {self._directory}: {error.strerror}") from error
        self.users.write(passwords)

    def password_file(self, name: str) -> Path:
        """Return the file that holds the password of a service, or of the operator."""
        return self._directory / "passwords" / name
