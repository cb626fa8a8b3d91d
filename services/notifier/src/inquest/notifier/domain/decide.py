"""Who is told what, and when nothing changed enough to tell. Pure."""

from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from inquest.config import Catalogue, TenantConfig
from inquest.config.channels import Channel
from inquest.contracts.latest import (
    Band,
    Concluded,
    Evidence,
    InvestigationRecorded,
    InvestigationStory,
    InvestigationSummary,
    Notice,
    Verdict,
    derive_id,
)
from inquest.notifier.domain.render import headline, report_json, report_text

BODY_CHARS_MAX = 20_000
_RANK: dict[Band, int] = {"undetermined": 0, "possible": 1, "likely": 2, "proven": 3}


def previous_conclusion(events: Iterable[InvestigationRecorded], number: int) -> Concluded | None:
    """Return what was concluded last before event `number`, or None."""
    before = [event for event in events if event.concluded and event.number < number]
    return max(before, key=lambda event: event.number).concluded if before else None


def is_material(verdict: Verdict, before: Verdict | None) -> bool:
    """Whether people must hear of this verdict: it is the first, or its band or its cause is another."""
    return before is None or verdict.band != before.band or _blamed(verdict) != _blamed(before)


def _blamed(verdict: Verdict) -> object:
    return verdict.hypotheses[0].cause if verdict.hypotheses else None


def story_of(
    events: Sequence[InvestigationRecorded], verdict: Verdict, evidence: Iterable[Evidence]
) -> InvestigationStory | None:
    """Return as much of the story as a notice tells, or None while the first event is missing."""
    first = next((event for event in events if event.opened), None)
    if first is None or first.opened is None:
        return None
    opened, last = first.opened, events[-1]
    return InvestigationStory(
        summary=InvestigationSummary(
            investigation_id=first.investigation_id,
            incident_id=opened.incident_id,
            tenant=first.tenant,
            title=opened.title,
            state="concluded",
            mode=opened.mode,
            severity="critical" if opened.priority == "critical" else "high",
            services=opened.focus.services,
            opened_at=first.at,
            ended_at=last.at,
        ),
        events=tuple(events),
        evidence=tuple(evidence),
        verdicts=(verdict,),
    )


def notices(story: InvestigationStory, tenant: TenantConfig) -> list[Notice]:
    """Return one notice for each channel that wants a verdict of this band; shadow mode unless a channel is live."""
    (verdict,) = story.verdicts
    zone = owners_zone(tenant, (*_first(verdict), *story.summary.services))
    body, payload = report_text(story, zone)[:BODY_CHARS_MAX], report_json(story)
    return [
        Notice(
            notice_id=derive_id("notice", verdict.tenant, verdict.investigation_id, verdict.verdict_id, channel.id),
            tenant=verdict.tenant,
            investigation_id=verdict.investigation_id,
            verdict_id=verdict.verdict_id,
            revision=verdict.revision,
            channel=channel.id,
            subject=headline(story),
            body=body,
            payload=payload,
            live=is_live(channel, story.summary.services),
        )
        for channel in tenant.channels
        if _RANK[verdict.band] >= _RANK[channel.band_min]
    ]


def is_live(channel: Channel, services: Sequence[str]) -> bool:
    """Whether a notice about these services really leaves; otherwise it is rendered and recorded."""
    return channel.live and (not channel.live_services or bool(set(channel.live_services) & set(services)))


def owners_zone(tenant: TenantConfig, services: Iterable[str]) -> tzinfo:
    """Return the zone of the first of these services that has owners with one; UTC otherwise."""
    catalogue = Catalogue(tenant.catalogue)
    for service in services:
        entry = catalogue.get(service)
        if entry and entry.time_zone:
            try:
                return ZoneInfo(entry.time_zone)
            except (ZoneInfoNotFoundError, ValueError):
                continue
    return UTC


def _first(verdict: Verdict) -> tuple[str, ...]:
    return (verdict.first_failing_service,) if verdict.first_failing_service else ()
