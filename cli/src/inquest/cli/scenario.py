"""A recorded incident as a tenant of its own: its windows, its data source and its signed page."""

import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from inquest.config import Config
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import derive_id
from inquest.packs import PackError, PackMeta, TimeRange, open_pack

SIGNATURE_HEADERS = {"pagerduty": "X-PagerDuty-Signature", "generic": "X-Inquest-Signature"}
SECRET_BYTES = 32
_TENANT_CHARS_MAX = 40


@dataclass(frozen=True, slots=True)
class Scenario:
    """One pack, ready to be sent: the tenant that stands for it, and the delivery with its signature."""

    pack: Path
    tenant: str
    meta: PackMeta
    source: str
    body: bytes

    def headers(self, secret: str) -> dict[str, str]:
        """Return the headers of the delivery, signed as the source signs."""
        digest = hmac.new(secret.encode(), self.body, hashlib.sha256).hexdigest()
        return {"Content-Type": "application/json", SIGNATURE_HEADERS[self.source]: f"v1={digest}"}


def scenario(path: Path) -> Scenario:
    """Open a pack. Raises InquestError with the file that is wrong."""
    try:
        pack = open_pack(path)
    except PackError as error:
        raise InquestError(str(error)) from error
    source = pack.signal["source"] if pack.signal["source"] in SIGNATURE_HEADERS else "generic"
    body = json.dumps(pack.signal["body"]).encode()
    return Scenario(path.resolve(), tenant_id(pack.meta.id, path), pack.meta, source, body)


def tenant_id(pack_id: str, path: Path) -> str:
    """Return the tenant that stands for a pack; two packs that call themselves the same stay apart."""
    name = re.sub(r"[^a-z0-9-]+", "-", pack_id.lower()).strip("-")[:_TENANT_CHARS_MAX].strip("-")
    return f"{name or 'pack'}-{derive_id(str(path.resolve()))[:6]}"


def write_secret(directory: Path, name: str) -> Path:
    """Make a signing secret that only this user can read, once; returns its file."""
    path = directory / "secrets" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(SECRET_BYTES))
    return path


def add_tenants(base: Config, scenarios: list[Scenario], secret_file: Path) -> Config:
    """Return the configuration with one more tenant for each pack."""
    document = base.model_dump(mode="json", exclude_unset=True)
    tenants = document.setdefault("tenants", {})
    for one in scenarios:
        tenants[one.tenant] = _tenant(one, secret_file)
    return Config.model_validate(document)


def _tenant(one: Scenario, secret_file: Path) -> dict[str, Any]:
    recording: dict[str, Any] = {"pack": str(one.pack), "window": _window(one.meta.window)}
    if one.meta.baseline is not None:
        recording["baseline"] = _window(one.meta.baseline)
    return {"sources": [{"kind": one.source, "secret": f"file:{secret_file.resolve()}"}], "recording": recording}


def _window(span: TimeRange) -> dict[str, str]:
    return {"start": _iso(span.start), "end": _iso(span.end)}


def _iso(epoch_s: float) -> str:
    return datetime.fromtimestamp(epoch_s, UTC).isoformat()
