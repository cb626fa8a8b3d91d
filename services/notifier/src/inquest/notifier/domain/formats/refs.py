"""Which thing at its source a notice is about, for channels that write on things of a source. Pure.

An id ends up in an address, and came from outside: one of another form must not choose which address that is.
"""

import re

from inquest.config.channels import Channel, JiraChannel, PagerDutyChannel
from inquest.contracts.latest import NoticeContent, NoticeKind

ASKS_A_PERSON: frozenset[NoticeKind] = frozenset({"escalation", "admission"})
MUST_ARRIVE = ASKS_A_PERSON | {"test"}
INCIDENTS_MAX = 5  # of PagerDuty that became one of ours and get a note each
_INCIDENT = re.compile(r"[A-Za-z0-9]{1,64}")
_ISSUE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}-[0-9]{1,12}|[0-9]{1,20}")


def pagerduty_incidents(content: NoticeContent | None) -> tuple[str, ...]:
    """Return the ids of the PagerDuty incidents, the one that came first in front; INCIDENTS_MAX at most."""
    return _refs(content, "pagerduty", _INCIDENT)[:INCIDENTS_MAX]


def jira_issue(content: NoticeContent | None, channel: JiraChannel) -> str | None:
    """Return the Jira issue that came first, else the one that the channel names, or None."""
    return next(iter(_refs(content, "jira", _ISSUE)), channel.issue)


def has_place(channel: Channel, kind: NoticeKind, content: NoticeContent) -> bool:
    """Whether there is something to write on. What must arrive is tried all the same, and fails visibly."""
    if kind in MUST_ARRIVE:
        return True
    if isinstance(channel, PagerDutyChannel):
        return bool(pagerduty_incidents(content))
    return not isinstance(channel, JiraChannel) or jira_issue(content, channel) is not None


def _refs(content: NoticeContent | None, source: str, form: re.Pattern[str]) -> tuple[str, ...]:
    refs = content.refs if content else ()
    return tuple(item.ref for item in refs if item.source == source and form.fullmatch(item.ref))
