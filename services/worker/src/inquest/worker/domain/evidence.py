"""Findings (rca) as evidence (contracts)."""

import json
import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import numpy as np

from inquest.contracts.latest import (
    CapabilityTask,
    Evidence,
    EvidenceKind,
    Lineage,
    Provenance,
    Scalar,
    derive_id,
)
from inquest.rca.finding import Finding
from inquest.worker.domain.answers import Answer
from inquest.worker.domain.tables import instant, span_of

STATEMENT_CHARS_MAX = 1_000
CUT = "there was more than was answered"
_NEVER = datetime.fromtimestamp(0, UTC)  # of a gateway that did not say when it fetched


def evidence_of(task: CapabilityTask, finding: Finding, answer: Answer) -> Evidence:
    """Return one finding as evidence of the answer that it was found in."""
    features = _features(finding.features)
    onset = instant(finding.onset_at) if finding.onset_at is not None and math.isfinite(finding.onset_at) else None
    statement = finding.statement[:STATEMENT_CHARS_MAX]
    return Evidence(
        evidence_id=evidence_id(finding.kind, finding.entity, statement, onset, features),
        tenant=task.tenant,
        investigation_id=task.investigation_id,
        step_id=task.step_id,
        capability=task.capability_id,
        kind=finding.kind,
        entity=finding.entity,
        statement=statement,
        window=span_of(finding.window),
        onset_at=onset,
        strength=_unit(finding.strength),
        features=features,
        provenance=_provenance(answer, finding.query),
        lineage=_lineage(finding, features),
    )


def injections_of(task: CapabilityTask, answer: Answer) -> Iterable[Evidence]:
    """Yield what the gateway reported as instructions hidden in the telemetry. It is never acted upon."""
    for found in answer.injections:
        where, _, said = found.partition(": ")
        statement = f"Text in {where} reads like an instruction to us: {said}"[:STATEMENT_CHARS_MAX]
        yield Evidence(
            evidence_id=evidence_id("injection-attempt", where, statement, None, {}),
            tenant=task.tenant,
            investigation_id=task.investigation_id,
            step_id=task.step_id,
            capability=task.capability_id,
            kind="injection-attempt",
            entity=where,
            statement=statement,
            window=task.window,
            strength=1.0,
            provenance=_provenance(answer, "the gateway's injection fence"),
        )


def evidence_id(
    kind: EvidenceKind, entity: str, statement: str, onset: datetime | None, features: Mapping[str, Scalar]
) -> str:
    """Return the hash of what was found: the same finding has the same id, whoever fetched it and when."""
    when = onset.isoformat() if onset else ""
    return derive_id("evidence", kind, entity, statement, when, json.dumps(dict(features), sort_keys=True))


def _features(raw: Mapping[str, object]) -> dict[str, Scalar]:
    """Plain scalars only: a NaN has no JSON, and a numpy scalar is not a bool."""
    plain = {name: value.item() if isinstance(value, np.generic) else value for name, value in raw.items()}
    return {
        name: float(value) if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in plain.items()
        if isinstance(value, (bool, str)) or (isinstance(value, (int, float)) and math.isfinite(value))
    }


def _unit(strength: float) -> float:
    return min(1.0, max(0.0, float(strength))) if math.isfinite(strength) else 0.0


def _provenance(answer: Answer, computed: str) -> Provenance:
    result = answer.result
    assert result is not None  # an answer without a result holds nothing to find
    cut = CUT if result.truncated else ""
    return Provenance(
        interface=result.interface or answer.domain,
        provider=result.provider or "unknown",
        query="; ".join(part for part in (result.query_text, computed, cut) if part),
        fetched_at=result.fetched_at or _NEVER,
        payload_sha256=result.payload_sha256,
        payload_ref=result.payload_ref,
        size_bytes=result.size_bytes,
    )


def _lineage(finding: Finding, features: Mapping[str, Scalar]) -> Lineage:
    commit = features.get("ref") if features.get("change_kind") == "commit" else None
    return Lineage(service=finding.entity or None, commit=commit if isinstance(commit, str) else None)
