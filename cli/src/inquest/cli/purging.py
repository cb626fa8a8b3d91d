"""What a purge covers: subjects and keys by stream, from the table of contracts. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from inquest.contracts.message import derive_id
from inquest.contracts.subjects import DEAD_PREFIX, SUBJECTS, Subject
from inquest.contracts.topology import (
    ARCHIVED,
    BUDGET_DEFAULTS,
    GATEWAY_APPROVALS,
    GATEWAY_JOURNAL,
    GATEWAY_LEDGER,
    INTAKE_INCIDENTS,
    MUTES,
    NOTIFIER_CLAIMS,
    NOTIFIER_THREADS,
    PLANNER_ADMISSION,
    Bucket,
)

Scope: TypeAlias = Mapping[str, Sequence[str]]
KEPT = frozenset({"AUDIT", "CHECKPOINTS"})  # who did what stays; it holds hashes and reasons, no content
_OF_TENANT = (
    INTAKE_INCIDENTS,
    PLANNER_ADMISSION,
    GATEWAY_JOURNAL,
    NOTIFIER_CLAIMS,
    NOTIFIER_THREADS,
    MUTES,
    BUDGET_DEFAULTS,
    GATEWAY_APPROVALS,
)


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be purged: one investigation, one incident with its investigation, or a tenant up to a time.

    `whole` says that this time is now, and that nothing of the tenant is to stay.
    """

    tenant: str
    investigation_id: str | None = None
    incident_id: str | None = None
    before: datetime | None = None
    whole: bool = False

    @property
    def about(self) -> str:
        """Its name in the audit."""
        return self.incident_id or self.investigation_id or self.tenant

    @property
    def investigation(self) -> str | None:
        """The investigation that goes with it; None for a whole tenant."""
        if self.incident_id:
            return self.investigation_id or derive_id("investigation", self.tenant, self.incident_id)
        return self.investigation_id


def of_investigation(tenant: str, investigation_id: str) -> Scope:
    """Return what lies about an investigation beside its history: of that, an end stays."""
    rows = [row for row in SUBJECTS if "investigation" in row.keys and row.stream != "INVESTIGATIONS"]
    scope = _scope(rows, tenant=tenant, investigation=investigation_id)
    return scope | {
        "BUDGETS": [f"budget.{tenant}.{investigation_id}.>"],
        **_keys(NOTIFIER_THREADS, [f"{tenant}.{investigation_id}.>"]),
    }


def of_incident(tenant: str, incident_id: str) -> Scope:
    """Return what lies about an incident itself."""
    return _scope([row for row in SUBJECTS if "incident" in row.keys], tenant=tenant, incident=incident_id)


def of_signals(tenant: str, signal_ids: Iterable[str]) -> Scope:
    """Return what lies about signals."""
    return {"SIGNALS": [f"evt.signal.received.v1.{tenant}.{one}" for one in signal_ids]}


def of_calls(tenant: str, call_ids: Iterable[str], notice_ids: Iterable[str]) -> Scope:
    """Return what the journal, approvals and the notifier remember of calls and notices."""
    return {
        **_keys(GATEWAY_APPROVALS, [f"{tenant}.{one}" for one in call_ids]),
        **_keys(GATEWAY_JOURNAL, [f"{tenant}.{one}" for one in call_ids]),
        **_keys(NOTIFIER_CLAIMS, [f"{tenant}.{one}" for one in notice_ids]),
    }


def of_tenant(tenant: str, *, whole: bool) -> Scope:
    """Return what a tenant has beside its investigations; keys, which have no time of their own, with the whole."""
    rows = [row for row in SUBJECTS if "tenant" in row.keys and row.stream not in ARCHIVED]
    scope = dict(_scope(rows, tenant=tenant))
    if whole:
        scope["BUDGETS"] = [f"budget.{tenant}.>"]
        for bucket in _OF_TENANT:
            scope |= _keys(bucket, [tenant, f"{tenant}.>"])
        scope |= _keys(GATEWAY_LEDGER, [f"switching.{tenant}.>"])
    return scope


def _scope(rows: Iterable[Subject], **keys: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.stream is not None and row.stream not in KEPT:
            found[row.stream].append(row.pattern(**keys))
            found["DEAD"].append(f"{DEAD_PREFIX}.{row.pattern(**keys)}")
    return dict(found)


def _keys(bucket: Bucket, keys: Sequence[str]) -> dict[str, list[str]]:
    return {f"KV_{bucket.name}": [f"$KV.{bucket.name}.{key}" for key in keys]}
