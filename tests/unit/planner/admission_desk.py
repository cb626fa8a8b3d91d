"""One tenant's admission desk, for tests: it asks, ends and lets time pass."""

from datetime import UTC, datetime, timedelta

from inquest.config.admission import AdmissionConfig
from inquest.contracts.latest import Incident
from inquest.planner.domain.admission import asked, ended, rechecked
from inquest.planner.domain.decide import investigation_of
from inquest.planner.domain.ledger import Ledger
from inquest.planner.domain.rulings import Rules

T0 = datetime(2026, 3, 14, 3, 10, tzinfo=UTC)


class Desk:
    """One tenant's admission, with a clock that the test moves."""

    def __init__(self, **config):
        base = {"reserved": {}, "source_share": 1, "severities": {}}
        self.rules = Rules("acme", AdmissionConfig.model_validate(base | config))
        self.ledger = Ledger()
        self.now = T0

    def later(self, **span):
        self.now += timedelta(**span)

    def ask(self, name, severity="medium", **changes):
        priority = {"critical": "p1", "high": "p2", "medium": "p3", "low": "p4", "info": "p5"}[severity]
        fields = {"sources": ("pagerduty",), "priority": priority, "opened_at": self.now, "updated_at": self.now}
        incident = Incident(incident_id=name, tenant="acme", severity=severity, title=name, **(fields | changes))
        prior = max(self.said(name), key=lambda one: one.number, default=None)
        self.ledger = asked(self.ledger, incident, prior, self.rules, self.now)
        return self.last(name)

    def end(self, name):
        self.ledger = ended(self.ledger, investigation_of("acme", name), self.rules, self.now)

    def check(self):
        self.ledger = rechecked(self.ledger, self.rules, self.now)

    def said(self, name):
        return [one for one in self.ledger.unsent if one.incident_id == name]

    def last(self, name):
        return self.said(name)[-1] if self.said(name) else None

    @property
    def running(self):
        return [slot.incident_id for slot in self.ledger.running]

    @property
    def waiting(self):
        return [one.incident_id for one in self.ledger.waiting]
