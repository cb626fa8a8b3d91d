"""From stored messages to one incident: its line in a list, and its story in the order in which people ask. Pure.

The result depends on the set of rows alone: neither their order nor repeats change it.
"""

from collections.abc import Iterable, Sequence

from inquest.contracts.latest import (
    AdmissionDecided,
    Decision,
    Incident,
    IncidentStory,
    IncidentSummary,
    InvestigationRecorded,
    InvestigationSummary,
    NoticeSent,
    Signal,
    Verdict,
)
from inquest.tracestore.domain.rows import Row
from inquest.tracestore.domain.story import Parsed, distinct, entry, newest_incident, of, parsed

TOLD = frozenset({"opened", "concluded", "cancelled", "timed-out"})
"""What a timeline of an incident says of its investigation; the steps are in the investigation's own."""


def summarise_incident(
    rows: Iterable[Row], incident_id: str, investigation: InvestigationSummary | None
) -> IncidentSummary | None:
    """Return the line of one incident, or None while no message describes it."""
    read = parsed(rows)
    incident = newest_incident(read, incident_id)
    return _summary(incident, admissions_of(read), investigation) if incident else None


def assemble_incident(
    rows: Iterable[Row], incident_id: str, investigation: InvestigationSummary | None
) -> IncidentStory | None:
    """Return the story of one incident, or None while no message describes it.

    `rows` are the messages about the incident, its signals, and what its investigation concluded and told.
    """
    read = parsed(rows)
    incident = newest_incident(read, incident_id)
    if incident is None:
        return None
    admissions = admissions_of(read)
    return IncidentStory(
        summary=_summary(incident, admissions, investigation),
        incident=incident.model_copy(update={"taken": ()}),
        signals=distinct(of(read, Signal), lambda signal: signal.signal_id, lambda signal: signal.occurred_at),
        decisions=decisions_of(of(read, Incident)),
        admissions=admissions,
        investigation=investigation,
        verdict=_verdict(read),
        notices=distinct(
            of(read, NoticeSent), lambda notice: (notice.notice_id, notice.outcome), lambda notice: notice.at
        ),
        timeline=tuple(
            entry(row, message)
            for row, message in read
            if not isinstance(message, InvestigationRecorded) or message.type in TOLD
        ),
    )


def admissions_of(read: Parsed) -> tuple[AdmissionDecided, ...]:
    """Return the admission decisions, oldest first."""
    return distinct(of(read, AdmissionDecided), lambda decided: decided.number)


def decisions_of(told: Iterable[Incident]) -> tuple[Decision, ...]:
    """Return every decision that any event of the incident names, oldest first."""
    found = (decision for incident in told for decision in (*incident.decisions, *incident.taken))
    return distinct(found, lambda one: (one.at, one.signal_id or "", one.what, one.why))


def _verdict(read: Parsed) -> Verdict | None:
    verdicts = {verdict.verdict_id: verdict for verdict in of(read, Verdict)}
    accepted = [event.concluded for event in of(read, InvestigationRecorded) if event.concluded]
    if accepted:
        return verdicts.get(max(accepted, key=lambda one: one.revision).verdict_id)
    return max(verdicts.values(), key=lambda verdict: verdict.revision, default=None)


def _summary(
    incident: Incident, admissions: Sequence[AdmissionDecided], investigation: InvestigationSummary | None
) -> IncidentSummary:
    newest = admissions[-1] if admissions else None
    return IncidentSummary(
        incident_id=incident.incident_id,
        tenant=incident.tenant,
        number=incident.number,
        title=incident.title,
        state=incident.state,
        severity=incident.severity,
        priority=incident.priority,
        services=incident.services,
        sources=incident.sources,
        signals_count=incident.signals_count or len(incident.signal_ids),
        opened_at=incident.opened_at,
        updated_at=incident.updated_at,
        resolved_at=incident.resolved_at,
        merged_into=incident.merged_into,
        admission=newest.outcome if newest else None,
        admission_reason=newest.reason if newest else "",
        investigation_id=investigation.investigation_id if investigation else None,
        investigation_state=investigation.state if investigation else None,
        headline=investigation.headline if investigation else "",
        band=investigation.band if investigation else None,
        confidence=investigation.confidence if investigation else None,
    )
