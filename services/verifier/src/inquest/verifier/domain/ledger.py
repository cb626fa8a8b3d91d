"""The coverage ledger: what was looked at, what was not, and why."""

from collections.abc import Iterable

from inquest.contracts.capabilities import CAPABILITIES
from inquest.contracts.latest import Coverage, CoverageStatus
from inquest.verifier.domain.case import Case

_WORST: dict[CoverageStatus, int] = {"failed": 0, "skipped": 1, "degraded": 2, "looked": 3}
_DOMAINS = {one.capability_id: one.domains for one in CAPABILITIES}


def ledger_of(case: Case) -> tuple[Coverage, ...]:
    """Return one row per capability and interface, sorted.

    The latest round counts, because a later look repairs an earlier failure; within a round the worst status
    counts. A step that did not finish in time failed, unless an earlier round had looked.
    """
    newest: dict[tuple[str, str], tuple[int, Coverage]] = {}
    reported = [(case.rounds[step.step_id], row) for step in case.steps for row in step.coverage]
    for number, row in sorted(reported, key=lambda pair: (pair[0], -_WORST[pair[1].status], pair[1].model_dump_json())):
        newest[row.capability, row.interface] = (number, row)  # the last in this order: newest round, worst status
    rows = [row for _, row in newest.values()]
    rows += _unfinished(case, rows)
    rows += _not_asked(case, rows)
    return tuple(sorted(rows, key=lambda row: (row.capability, row.interface)))


def best_status(rows: Iterable[Coverage]) -> CoverageStatus:
    """Return how well a capability could look: any of its interfaces helps, a broken one takes something away."""
    statuses = {row.status for row in rows}
    if statuses & {"looked", "degraded"}:
        return "degraded" if statuses & {"degraded", "failed"} else "looked"
    return "failed" if "failed" in statuses else "skipped"


def _unfinished(case: Case, rows: Iterable[Coverage]) -> list[Coverage]:
    present = {row.capability for row in rows}
    late = sorted({capability for _, capability in case.missing} - present)
    return [
        Coverage(capability=capability, interface=domain, status="failed", reason="did not finish in time")
        for capability in late
        for domain in _DOMAINS.get(capability, ())
    ] + [
        Coverage(
            capability=capability, interface="none", status="skipped", reason="no worker of this release serves it"
        )
        for capability in late
        if capability not in _DOMAINS
    ]


def _not_asked(case: Case, rows: Iterable[Coverage]) -> list[Coverage]:
    present = {row.capability for row in rows}
    return [
        Coverage(
            capability=capability,
            interface=domain,
            status="skipped",
            reason=f"not asked for in mode {case.opened.mode}",
        )
        for capability, domains in _DOMAINS.items()
        if capability not in present
        for domain in domains
    ]
