"""How urgent an incident is: severity, then the tier of its services, how wide it is, and whether its owners work."""

from inquest.config.hours import working
from inquest.config.tenant import ServiceEntry
from inquest.contracts.v1.signal import Incident, IncidentPriority, Severity
from inquest.intake.domain.correlation.place import Rules

WIDE_SERVICES = 5
PRIORITIES: tuple[IncidentPriority, ...] = ("p1", "p2", "p3", "p4", "p5")
LOW_TIER = 3
_RANK: dict[Severity, int] = {"critical": 0, "high": 1, "medium": 2, "low": 3, "info": 4}


def priority(incident: Incident, rules: Rules) -> tuple[IncidentPriority, str]:
    """Return the priority and the sentence that explains it.

    Severity gives p1 (critical) to p5 (info). A service of tier 1, and five services or more, each raise it by one;
    tier 3 and below lowers it by one, and so does a time outside the working hours of all owners unless the incident
    is critical or touches tier 1.
    """
    entries = [entry for name in incident.services if (entry := rules.catalogue.get(name))]
    rank = _RANK[incident.severity]
    said: list[str] = [incident.severity]
    tiers = [entry.tier for entry in entries if entry.tier is not None]
    if tiers and min(tiers) == 1:
        rank, said = rank - 1, [*said, f"tier 1: {next(entry.service_id for entry in entries if entry.tier == 1)}"]
    elif tiers and min(tiers) >= LOW_TIER:
        rank, said = rank + 1, [*said, f"tier {min(tiers)}"]
    if len(incident.services) >= WIDE_SERVICES:
        rank, said = rank - 1, [*said, f"{len(incident.services)} services"]
    if incident.severity != "critical" and 1 not in tiers and _is_off_hours(incident, entries):
        rank, said = rank + 1, [*said, "outside the owners' hours"]
    return PRIORITIES[max(0, min(rank, len(PRIORITIES) - 1))], "; ".join(said)


def _is_off_hours(incident: Incident, entries: list[ServiceEntry]) -> bool:
    """Return whether all owners whose hours are known are off. Hours without a zone are UTC."""
    known = [(entry.hours, entry.time_zone or "UTC") for entry in entries if entry.hours]
    return bool(known) and not any(working(hours, zone, incident.opened_at) for hours, zone in known)
