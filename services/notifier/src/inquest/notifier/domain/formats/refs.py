"""Which thing at its source a notice is about, for channels that write on things of a source. Pure.

An id ends up in an address, and came from outside: one of another form must not choose which address that is.
"""

import re

from inquest.config.channels import Channel, JiraChannel, PagerDutyChannel
from inquest.contracts.latest import NoticeContent, NoticeKind

ASKS_A_PERSON: frozenset[NoticeKind] = frozenset({"escalation", "admission"})
MUST_ARRIVE = ASKS_A_PERSON | {"test"}
_INCIDENT = re.compile(r"[A-Za-z0-9]{1,64}")
_ISSUE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}-[0-9]{1,12}|[0-9]{1,20}")


def pagerduty_incident(content: NoticeContent | None) -> str | None:
    """Return the id of the PagerDuty incident that came first, or None."""
    return _ref(content, "pagerduty", _INCIDENT)


def jira_issue(content: NoticeContent | None, channel: JiraChannel) -> str | None:
    """Return the Jira issue that came first, else the one that the channel names, or None."""
    return _ref(content, "jira", _ISSUE) or channel.issue


def has_place(channel: Channel, kind: NoticeKind, content: NoticeContent) -> bool:
    """Whether there is something to write on. What must arrive is tried all the same, and fails visibly."""
    if kind in MUST_ARRIVE:
        return True
    if isinstance(channel, PagerDutyChannel):
        return pagerduty_incident(content) is not None
    return not isinstance(channel, JiraChannel) or jira_issue(content, channel) is not None


def _ref(content: NoticeContent | None, source: str, form: re.Pattern[str]) -> str | None:
    refs = content.refs if content else ()
    return next((item.ref for item in refs if item.source == source and form.fullmatch(item.ref)), None)
