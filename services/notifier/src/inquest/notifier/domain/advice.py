"""What an operator does first about a verdict. Pure; it names nothing that the verdict does not."""

import re
from collections.abc import Mapping

from inquest.contracts.latest import Cause, CauseKind, Hypothesis, Remediation, Verdict

_REMEDIES: Mapping[Remediation, str] = {
    "rollback": "roll back {change}",
    "roll-forward": "fix and deploy anew: {change}",
    "config-revert": "revert the configuration: {change}",
    "flag-disable": "disable the flag: {change}",
    "scale": "scale {entity}",
    "restart": "restart {entity}",
    "failover": "fail over from {entity}",
    "reschedule": "move {entity} to other nodes",
    "rotate-credential": "rotate the credential of {entity}",
    "purge-data": "purge the data that {entity} cannot process",
    "escalate-upstream": "escalate to the owner of {entity}",
}
_BY_KIND: Mapping[CauseKind, str] = {
    "change": "look at {change} first and page its author",
    "dependency": "look at {entity} first and page its owner",
    "resource": "relieve {entity}: scale it or take load off it",
    "traffic": "shed load in front of {entity}, or scale it",
    "config": "compare the configuration of {entity} with the last one that worked",
    "data": "look at the newest data of {entity} and page its owner",
    "infrastructure": "look at what {entity} runs on and page who runs it",
    "external": "escalate to the provider of {entity}",
    "unknown": "look at {entity} first and page its owner",
}
_WIRE = "connect {what}: `inquest init` writes an inquest.yaml to fill in, `inquest doctor` checks it; then ask again"
_COMMIT = re.compile(r"[0-9a-f]{40}")
_COMMIT_CHARS = 12


def next_step(verdict: Verdict | None, leading: Hypothesis | None) -> str:
    """Return one instruction: the remedy, else what people do about this kind of cause, else what to find out."""
    if verdict is None:
        return "wait: there is no verdict yet"
    if verdict.band == "undetermined" or leading is None:
        return _undetermined(verdict, leading)
    said = _BY_KIND[leading.cause.kind] if verdict.remediation == "none" else _REMEDIES[verdict.remediation]
    return said.format(change=_change(leading.cause), entity=leading.cause.entity)


def saw_nothing(verdict: Verdict) -> bool:
    """Say whether no source at all could be looked at."""
    return all(row.status in {"failed", "skipped"} for row in verdict.coverage)


def _undetermined(verdict: Verdict, leading: Hypothesis | None) -> str:
    unwired = dict.fromkeys(row.interface for row in verdict.coverage if row.reason.startswith("no provider"))
    if unwired:
        return _WIRE.format(what=f"a source of {', '.join(unwired)}")
    if verdict.coverage and saw_nothing(verdict):
        return _WIRE.format(what="a data source (none could be looked at)")
    if leading is not None:
        return f"look at {leading.cause.entity} first: it is the strongest candidate, though a weak one"
    question = next((text for text in verdict.open_questions if "?" in text), "")
    return f"find out: {question}" if question else "look at the service that paged, and page its owner"


def _change(cause: Cause) -> str:
    if cause.change_ref is None:
        return cause.entity
    is_commit = _COMMIT.fullmatch(cause.change_ref)
    return f"{cause.change_ref[:_COMMIT_CHARS] if is_commit else cause.change_ref} on {cause.entity}"
