"""Which channels a notice goes to. Pure."""

from collections.abc import Iterable

from inquest.config.channels import Channel
from inquest.config.notices import NoticeRule, NoticesConfig
from inquest.contracts.latest import Band, NoticeContent, NoticeKind
from inquest.notifier.domain.formats.refs import has_place
from inquest.notifier.domain.quiet_times import has_labels, matches_any

RANK: dict[Band, int] = {"undetermined": 0, "possible": 1, "likely": 2, "proven": 3}
FOLLOW_UPS: frozenset[NoticeKind] = frozenset({"resolved", "correction"})


def recipients(
    content: NoticeContent,
    kind: NoticeKind,
    notices: NoticesConfig,
    channels: Iterable[Channel],
    told: frozenset[str],
) -> list[Channel]:
    """Return the channels, in the order of the configuration.

    Args:
        content: what is told.
        kind: what sort of news it is. A test goes everywhere.
        notices: the rules.
        channels: all there are.
        told: ids of the channels that heard of this investigation before; they hear what becomes of it.
    """
    chosen = _by_rules(content, kind, notices)
    escalated = set(notices.escalation.channels) if kind in ("escalation", "admission") else set()
    return [
        channel
        for channel in channels
        if kind == "test"
        or channel.id in escalated
        or (
            has_place(channel, kind, content)
            and (
                channel.id in told
                or (kind not in FOLLOW_UPS and (chosen is None or channel.id in chosen) and _is_worth(content, channel))
            )
        )
    ]


def _by_rules(content: NoticeContent, kind: NoticeKind, notices: NoticesConfig) -> set[str] | None:
    """Return the ids that the rules choose; None means every channel."""
    matching = [rule for rule in notices.rules if _matches(rule, content, kind)]
    if matching:
        return {channel for rule in matching for channel in rule.channels}
    return None if notices.otherwise is None else set(notices.otherwise)


def _matches(rule: NoticeRule, content: NoticeContent, kind: NoticeKind) -> bool:
    return (
        (not rule.severities or content.severity in rule.severities)
        and (not rule.priorities or content.priority in rule.priorities)
        and (not rule.bands or content.band is None or content.band in rule.bands)
        and (not rule.kinds or kind in rule.kinds)
        and (not rule.services or any(matches_any(one, rule.services) for one in _services(content)))
        and (not rule.sources or any(matches_any(one, rule.sources) for one in content.sources))
        and has_labels(content.labels, rule.labels)
    )


def _services(content: NoticeContent) -> tuple[str, ...]:
    """Return the services of the incident and the one that is to blame: its owners want to know as well."""
    return (*content.services, *((content.first_failing_service,) if content.first_failing_service else ()))


def _is_worth(content: NoticeContent, channel: Channel) -> bool:
    return content.band is None or RANK[content.band] >= RANK[channel.band_min]
