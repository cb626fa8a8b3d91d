"""How records are chained: each holds the hash of the one before, and its own. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inquest.contracts.latest import AuditCheckpoint, AuditRecord
from inquest.contracts.v1.controls import AUDIT_GENESIS


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: its last number (0: no record yet), that record's hash, and its sequence in the stream."""

    chain: str
    number: int = 0
    hash: str = AUDIT_GENESIS
    seq: int = 0

    def named(self) -> str:
        """Return what the first record of the chain that goes on from here holds in `follows`."""
        return f"{self.chain}:{self.number}:{self.hash}"

    def checkpoint(self, tenant: str, service: str, at: datetime) -> AuditCheckpoint:
        """Return what is noted of it elsewhere."""
        return AuditCheckpoint(
            tenant=tenant, service=service, chain=self.chain, number=self.number, hash=self.hash, at=at
        )


def hash_of(fields: Mapping[str, Any]) -> str:
    """Return the SHA-256 in hex of a record's fields, `hash` left out.

    Over what lies on the wire as JSON with sorted keys, no spaces and ASCII escapes: a field that a later version
    added, and this one does not know, counts as well.
    """
    hashed = {name: value for name, value in fields.items() if name != "hash"}
    text = json.dumps(hashed, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def linked(record: AuditRecord, head: Head, follows: str = "") -> AuditRecord:
    """Return the record as the next of a chain."""
    at_end = {"chain": head.chain, "number": head.number + 1, "previous": head.hash, "follows": follows, "hash": ""}
    placed = record.model_copy(update=at_end)
    return placed.model_copy(update={"hash": hash_of(json.loads(placed.model_dump_json()))})
