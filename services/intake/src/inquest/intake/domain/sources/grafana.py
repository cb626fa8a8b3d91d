"""Grafana's alerting webhook (unified alerting): Alertmanager's groups, with values and links of Grafana's own.

Source: https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
"""

from typing import Any

from inquest.intake.domain import labels as of
from inquest.intake.domain.payload import Word, understood
from inquest.intake.domain.reading import Reading, passed_over
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.source import Delivered, Source
from inquest.intake.domain.sources import alertmanager

TEST = {"alertname": "TestAlert", "instance": "Grafana"}  # what the Test button of a contact point sends


class _Alert(alertmanager.Alert):
    values: dict[str, Any] | None = None
    valueString: str = ""  # noqa: N815 - the sender's name
    dashboardURL: str = ""  # noqa: N815 - the sender's name
    panelURL: str = ""  # noqa: N815 - the sender's name
    silenceURL: str = ""  # noqa: N815 - the sender's name
    ruleUID: Word = ""  # noqa: N815 - the sender's name
    orgId: Word = ""  # noqa: N815 - the sender's name


class _Group(alertmanager.Group):
    orgId: Word = ""  # noqa: N815 - the sender's name
    state: Word = ""


def read(body: dict[str, Any], when: Delivered) -> tuple[Reading, ...]:
    """Return what a group says, one reading per alert. Raises Refused for legacy alerting and anything else."""
    if "alerts" not in body and ("ruleId" in body or "evalMatches" in body):
        raise Refused(
            "not-understood",
            "this is a webhook of Grafana's legacy alerting",
            "create a webhook contact point under Alerting > Contact points",
        )
    group = understood(_Group, body, "a Grafana alerting webhook")

    def one(alert: _Alert, of_group: _Group) -> Reading:
        extra: dict[str, object] = {
            "values": _values(alert),
            "org_id": alert.orgId or of_group.orgId,
            "state": of_group.state,
            "rule_uid": alert.ruleUID,
        }
        found = alertmanager.reading(
            alert, of_group, when, extra, (alert.panelURL, alert.dashboardURL, alert.silenceURL)
        )
        if of.texts(alert.labels).items() >= TEST.items():
            return passed_over(found.key, found.occurred_at, "a test of the contact point", is_ping=True)
        return found

    return alertmanager.alerts_of(group, _Alert, one, when)


SOURCE = Source("grafana", read)


def _values(alert: _Alert) -> str:
    """Return what was measured: `B=44.2, C=1`."""
    return ", ".join(f"{name}={value}" for name, value in of.texts(alert.values).items()) or alert.valueString
