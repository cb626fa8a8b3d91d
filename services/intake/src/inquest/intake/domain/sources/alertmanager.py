"""Alertmanager's webhook, version 4: a group of alerts, each of which is a signal of its own.

Source: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config. Grafana's alerts have the same shape
and more; `alerts_of` and `Alert` serve both.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import Field

from inquest.intake.domain import labels as of
from inquest.intake.domain.payload import NAME_CHARS_MAX, Moment, Payload, Word, labelled, links, understood
from inquest.intake.domain.reading import Reading, content_key, passed_over
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.several import several
from inquest.intake.domain.source import Delivered, Source

ENDED = {"firing": False, "resolved": True}
_NEVER_YEAR = 1  # Go's zero time, which Alertmanager sends for an end that is not known


class Alert(Payload):
    """One alert of a group."""

    status: Word = ""
    labels: dict[str, Any] = Field(default_factory=dict)
    annotations: dict[str, Any] = Field(default_factory=dict)
    startsAt: Moment | None = None  # noqa: N815 - the sender's name
    endsAt: Moment | None = None  # noqa: N815 - the sender's name
    generatorURL: str = ""  # noqa: N815 - the sender's name
    fingerprint: str = Field(default="", max_length=NAME_CHARS_MAX)

    @property
    def identity(self) -> str:
        """What the alert is through all its firings: the fingerprint, or a hash of the labels where there is none."""
        return self.fingerprint or content_key(self.labels)[:16]

    @property
    def firing(self) -> str:
        """What tells this firing of it from others: when it began, or all that is said where that is not."""
        return self.startsAt.isoformat() if self.startsAt else content_key(self.model_dump(mode="json"))


class Group(Payload):
    """What is common to the alerts of one delivery."""

    status: Word = ""
    receiver: Word = ""
    groupKey: Word = ""  # noqa: N815 - the sender's name
    truncatedAlerts: int = 0  # noqa: N815 - the sender's name
    externalURL: str = ""  # noqa: N815 - the sender's name
    alerts: list[Any]


A = TypeVar("A", bound=Alert)
G = TypeVar("G", bound=Group)


def alerts_of(group: G, alert: type[A], one: Callable[[A, G], Reading], when: Delivered) -> tuple[Reading, ...]:
    """Return a reading for each alert of the group. Raises Refused where none of them is understood."""

    def read_one(number: int, given: Any) -> tuple[Reading, ...]:
        return (one(understood(alert, given, "an alert", ("alerts", str(number))), group),)

    return several(group.alerts, read_one, when.received_at)


def reading(alert: Alert, group: Group, when: Delivered, extra: dict[str, object], urls: tuple[str, ...]) -> Reading:
    """Return what one alert says; `extra` labels come first, so that they stay when there are too many.

    Raises Refused for a status that is neither firing nor resolved.
    """
    status = (alert.status or group.status).casefold()
    if status not in ENDED:
        raise Refused("not-understood", f"not an alert: status is {status!r}, neither firing nor resolved")
    source, rules, own = when.settings.kind, when.settings.labels, of.texts(alert.labels)
    key, began = f"{alert.identity}:{alert.firing}:{status}", alert.startsAt or when.received_at
    if reason := of.ignored(own, rules):
        return passed_over(key, began, reason)
    annotations = of.texts(alert.annotations)
    ended = alert.endsAt if ENDED[status] and alert.endsAt and alert.endsAt.year > _NEVER_YEAR else None
    truncated = f"{group.truncatedAlerts} more alerts of this group were left out by the sender"
    return Reading(
        key=key,
        kind="resolution" if ENDED[status] else "alert",
        occurred_at=ended or began,
        title=_title(own, annotations),
        severity=of.severity(own, rules) or "high",
        services=of.services(own, rules),
        labels=labelled(
            {
                "truncated_alerts": truncated if group.truncatedAlerts > 0 else "",
                "receiver": group.receiver,
                "group_key": group.groupKey,
                "lasted_s": _lasted_s(ended - began) if ended else "",
                **extra,
                **own,
            }
        ),
        dedup_key=f"{source}:{alert.identity}",
        links=links(*urls, alert.generatorURL, annotations.get("runbook_url", ""), group.externalURL),
    )


def _lasted_s(lasted: timedelta) -> str:
    return f"{max(lasted.total_seconds(), 0):.0f}"


def _title(own: dict[str, str], annotations: dict[str, str]) -> str:
    said = next(
        (annotations[name] for name in ("summary", "title", "message", "description") if name in annotations), ""
    )
    where = (
        own.get("rulename") or own.get("instance") or own.get("namespace")
    )  # rulename: of Grafana's DatasourceNoData
    named = f"{own.get('alertname', 'Alert without a name')}{f' on {where}' if where else ''}"
    return said or named


def read(body: dict[str, Any], when: Delivered) -> tuple[Reading, ...]:
    """Return what a group says, one reading per alert. Raises Refused naming the field that is wrong."""
    group = understood(Group, body, "an Alertmanager webhook (version 4)")
    return alerts_of(group, Alert, lambda alert, of_group: reading(alert, of_group, when, {}, ()), when)


SOURCE = Source("alertmanager", read)
