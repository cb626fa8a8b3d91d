"""Which incidents are investigated now, which wait and which are refused: a pure fold over one tenant's ledger.

Every input ends in `_settled`, which goes through the queue in order of urgency. Each incident that asks is after it
running, waiting or decided against, and each change is one decision in `unsent` of the same ledger.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from inquest.contracts.latest import AdmissionCause, AdmissionDecided, Incident
from inquest.planner.domain.budgets import Usage
from inquest.planner.domain.decide import investigation_of
from inquest.planner.domain.ledger import SEVERITIES, Ledger, Request, Slot, is_over, request_of, spend
from inquest.planner.domain.rulings import Rules, Ruling, decision, due, fitted, is_news, judged, urgency


def asked(ledger: Ledger, incident: Incident, prior: AdmissionDecided | None, rules: Rules, at: datetime) -> Ledger:
    """Return the ledger after news of an incident: it asks, becomes more urgent, or ends.

    Args:
        ledger: before it.
        incident: the news.
        prior: the newest decision about it, where it neither runs nor waits.
        rules: what decides.
        at: when the server stored the news.
    """
    present = ledger.request(incident.incident_id)
    if present is None:
        if ledger.runs(incident.incident_id) or not _asks(incident, prior):
            return ledger
        added = request_of(incident, max(at, ledger.at), prior)
        return _settled(ledger.model_copy(update={"waiting": (*ledger.waiting, added)}), rules, at, {})
    if is_over(incident):
        return _dropped(ledger, present, incident, rules, at)
    fresh, news = _raised(present, incident)
    if not news:
        return ledger  # a storm tells the same many times; none of it is worth a write
    waiting = tuple(fresh if one is present else one for one in ledger.waiting)
    return _settled(ledger.model_copy(update={"waiting": waiting}), rules, at, {fresh.incident_id: news})


def ended(ledger: Ledger, investigation_id: str, rules: Rules, at: datetime) -> Ledger:
    """Return the ledger after an investigation ended: its slot is free."""
    left = tuple(slot for slot in ledger.running if slot.investigation_id != investigation_id)
    if len(left) == len(ledger.running):
        return ledger
    return _settled(ledger.model_copy(update={"running": left}), rules, at, {})


def not_opened(ledger: Ledger, slot: Slot, reason: str, rules: Rules, at: datetime) -> Ledger:
    """Return the ledger after an admitted investigation could not be opened: its slot is free, and people are told."""
    request = Request(
        incident_id=slot.incident_id,
        severity=slot.severity,
        source=slot.source,
        updated_at=slot.since,
        since=slot.since,
        number=slot.number,
    )
    ruling = Ruling(request, "refused", "not-opened", f"its investigation could not be opened: {reason}")
    said = decision(ruling, rules, max(at, ledger.at), len(ledger.waiting))
    return ended(_saying(ledger, [said]), slot.investigation_id, rules, at)


def rechecked(ledger: Ledger, rules: Rules, at: datetime) -> Ledger:
    """Return the ledger after time has passed or the limits have changed."""
    return _settled(ledger, rules, at, {}) if ledger.waiting else ledger


def _asks(incident: Incident, prior: AdmissionDecided | None) -> bool:
    """Whether news of an incident without a place asks for one.

    What was refused asks again once it is more severe; what ended while it waited asks again when it is open again.
    """
    if prior is None:
        return incident.merged_into is None
    if is_over(incident) or prior.outcome == "admitted" or incident.updated_at < prior.incident_updated_at:
        return False
    if prior.outcome == "refused":
        return SEVERITIES.index(incident.severity) > SEVERITIES.index(prior.severity)
    return prior.outcome == "waiting" or incident.updated_at > prior.incident_updated_at


def _raised(request: Request, incident: Incident) -> tuple[Request, str]:
    """Return the request with what is more urgent in the news, and a word on it; older news lowers nothing."""
    severity = max(request.severity, incident.severity, key=SEVERITIES.index)
    fresh = request.model_copy(
        update={
            "severity": severity,
            "priority": min(request.priority, incident.priority),
            "updated_at": max(request.updated_at, incident.updated_at),
        }
    )
    if severity != request.severity:
        return fresh, f"severity raised from {request.severity} to {severity}"
    if fresh.priority != request.priority:
        return fresh, f"priority raised from {request.priority} to {fresh.priority}"
    return fresh, ""


def _dropped(ledger: Ledger, present: Request, incident: Incident, rules: Rules, at: datetime) -> Ledger:
    left = tuple(one for one in ledger.waiting if one is not present)
    request = present.model_copy(update={"updated_at": max(present.updated_at, incident.updated_at)})
    ruling = Ruling(request, "dropped", *_over(incident))
    said = decision(ruling, rules, max(at, ledger.at), len(left))
    return _settled(_saying(ledger.model_copy(update={"waiting": left}), [said]), rules, at, {})


def _over(incident: Incident) -> tuple[AdmissionCause, str]:
    if incident.merged_into:
        how = incident.ended_how or f"merged into {incident.merged_into}"
        return "merged", f"while it waited it was {how}"
    return "resolved", "it was resolved while it waited"


def _settled(ledger: Ledger, rules: Rules, at: datetime, news: Mapping[str, str]) -> Ledger:
    """Go through the queue in order of urgency: admit what there is room for, refuse what would wait too long."""
    now = max(at, ledger.at)
    usage = Usage(ledger, now)
    running, spent = list(ledger.running), ledger.spent
    rulings: list[Ruling] = []
    for request in sorted(ledger.waiting, key=lambda one: urgency(one, now, rules)):
        ruling = judged(request, usage.block(request, rules.config), rules, now)
        if ruling.outcome == "admitted":
            usage.take(request)
            spent = spend(spent, request, now)
            running.append(_slot(request, rules, now))
        rulings.append(ruling)
    rulings = [one.with_news(news.get(one.request.incident_id, "")) for one in fitted(rulings, rules)]
    stay = [one for one in rulings if one.outcome == "waiting"]
    place = {one.request.incident_id: index for index, one in enumerate(stay, 1)}
    said = [decision(one, rules, now, len(stay), place.get(one.request.incident_id)) for one in rulings if is_news(one)]
    settled = ledger.model_copy(
        update={
            "at": now,
            "waiting": tuple(_told(one) for one in stay),
            "running": tuple(running),
            "spent": spent,
            "due": due(stay, rules),
        }
    )
    return _saying(settled, said)


def _told(ruling: Ruling) -> Request:
    request = ruling.request
    if not is_news(ruling):
        return request
    return request.model_copy(update={"told": ruling.cause, "number": request.number + 1})


def _slot(request: Request, rules: Rules, now: datetime) -> Slot:
    return Slot(
        incident_id=request.incident_id,
        investigation_id=investigation_of(rules.tenant, request.incident_id),
        severity=request.severity,
        source=request.source,
        since=now,
        number=request.number + 1,
    )


def _saying(ledger: Ledger, said: Sequence[AdmissionDecided]) -> Ledger:
    return ledger.model_copy(update={"unsent": (*ledger.unsent, *said)})
