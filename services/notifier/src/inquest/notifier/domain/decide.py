"""Who is told what, and when nothing changed enough to tell. Pure."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inquest.config import TenantConfig
from inquest.config.channels import Channel
from inquest.contracts.errors import RetryLater
from inquest.contracts.latest import (
    Concluded,
    Evidence,
    Instant,
    InvestigationRecorded,
    InvestigationStory,
    InvestigationSummary,
    Notice,
    NoticeContent,
    NoticeKind,
    NoticeSent,
    Verdict,
    derive_id,
)
from inquest.contracts.redaction import redact
from inquest.contracts.text import plain
from inquest.notifier.domain.content import Case, basis, first_services, owners_zone, with_verdict
from inquest.notifier.domain.formats.text import note
from inquest.notifier.domain.redacting import redacted
from inquest.notifier.domain.render import headline, report_json, report_text
from inquest.notifier.domain.routing import recipients

BODY_CHARS_MAX = 20_000
SUBJECT_CHARS_MAX = 300
JSON_FORMAT = 1
NO_CHANNEL = "nobody"
_MARKS: dict[NoticeKind, str] = {
    "verdict": "",
    "revision": "[changed] ",
    "escalation": "[needs a person] ",
    "admission": "[not investigated] ",
    "resolved": "[resolved] ",
    "correction": "[correction] ",
    "test": "[test] ",
}


@dataclass(frozen=True, slots=True)
class News:
    """Something to tell, before it is known whom.

    `cause` tells this piece of news from others about the same case; `verdict` is the one that stands.
    """

    kind: NoticeKind
    cause: str
    content: NoticeContent
    verdict: Verdict | None = None
    story: InvestigationStory | None = None


def previous_conclusion(events: Iterable[InvestigationRecorded], number: int) -> Concluded | None:
    """Return what was concluded last before event `number`, or None."""
    before = [event for event in events if event.concluded and event.number < number]
    return max(before, key=lambda event: event.number).concluded if before else None


def is_material(verdict: Verdict, before: Verdict | None) -> bool:
    """Whether people must hear of this verdict: it is the first, or its band or its cause is another."""
    return before is None or verdict.band != before.band or _blamed(verdict) != _blamed(before)


def _blamed(verdict: Verdict) -> object:
    return verdict.hypotheses[0].cause if verdict.hypotheses else None


def story_of(case: Case, verdict: Verdict, evidence: Iterable[Evidence]) -> InvestigationStory | None:
    """Return as much of the story as a notice tells, or None while the first event is missing."""
    opened = case.opened
    if opened is None:
        return None
    first, last = case.events[0], case.events[-1]
    return InvestigationStory(
        summary=InvestigationSummary(
            investigation_id=case.investigation_id,
            incident_id=opened.incident_id,
            tenant=case.tenant,
            title=opened.title,
            state="concluded",
            mode=opened.mode,
            severity=case.severity,
            services=opened.focus.services,
            opened_at=first.at,
            ended_at=last.at,
        ),
        events=case.events,
        evidence=tuple(evidence),
        verdicts=(verdict,),
    )


def verdict_news(
    case: Case, story: InvestigationStory, tenant: TenantConfig, reason: str, changed: Sequence[str]
) -> News:
    """Return the news of a verdict. `reason` says why a person must look, `changed` what is not as told before."""
    (verdict,) = story.verdicts
    kind: NoticeKind = "revision" if changed else "verdict"
    if reason:
        kind = "escalation"
    if case.is_test:
        kind = "test"
    content = with_verdict(basis(case, tenant, verdict.headline), story).model_copy(
        update={
            "reason": reason,
            "changed": tuple(changed),
            "time_zone": str(owners_zone(tenant, first_services(verdict, case.services))),
        }
    )
    return News(
        kind, verdict.verdict_id, content if reason else content.model_copy(update={"tried": ()}), verdict, story
    )


def notices(case: Case, news: News, tenant: TenantConfig, told: frozenset[str] = frozenset()) -> list[Notice]:
    """Return one notice for each channel that is to hear it, without secrets; shadow mode unless a channel is live."""
    content = news.content
    return [
        redacted(_notice(case, news, tenant, channel))
        for channel in recipients(content, news.kind, tenant.notices, tenant.channels, told)
    ]


def nobody(case: Case, news: News) -> NoticeSent:
    """Return the record of news that no rule sends anywhere."""
    return NoticeSent(
        notice_id=derive_id("notice", case.tenant, case.investigation_id, news.cause, NO_CHANNEL),
        tenant=case.tenant,
        investigation_id=case.investigation_id,
        channel=NO_CHANNEL,
        outcome="recorded",
        reason="no rule and no channel wants this",
        at=_at(case),
        kind=news.kind,
        incident_id=case.incident_id,
        held_by="rules",
        subject=redact(_subject(news)),
    )


def _notice(case: Case, news: News, tenant: TenantConfig, channel: Channel) -> Notice:
    verdict, content = news.verdict, news.content
    parts = (case.tenant, case.investigation_id, news.cause, channel.id)
    plain_notice = Notice(
        notice_id=derive_id("notice", *parts),
        tenant=case.tenant,
        investigation_id=case.investigation_id,
        verdict_id=verdict.verdict_id if verdict else derive_id("no-verdict", case.tenant, case.investigation_id),
        revision=verdict.revision if verdict else 0,
        channel=channel.id,
        subject=_subject(news),
        body="",
        live=is_live(channel, content.services),
        kind=news.kind,
        incident_id=case.incident_id,
        content=content,
        at=_at(case),
    )
    return plain_notice.model_copy(update=_forms(plain_notice, news, tenant))


def _forms(notice: Notice, news: News, tenant: TenantConfig) -> dict[str, str]:
    """Return the text and the document: of a verdict its report, with what is new about it in front."""
    content, story = news.content, news.story
    told = {
        "kind": news.kind,
        "notice_id": notice.notice_id,
        "reason": content.reason,
        "changed": list(content.changed),
        "tried": list(content.tried),
    }
    if story is None or news.verdict is None:
        document = {"format": JSON_FORMAT, **notice.model_dump(mode="json", include=_IDS), **told}
        return {
            "body": note(notice)[:BODY_CHARS_MAX],
            "payload": json.dumps({**document, **content.model_dump(mode="json")}),
        }
    zone = owners_zone(tenant, first_services(news.verdict, content.services))
    front = [f"{label:<11}{line}\n" for label, lines in _front(content) for line in lines]
    return {
        "subject": _MARKS[news.kind] + headline(story),
        "body": ("".join(front) + report_text(story, zone))[:BODY_CHARS_MAX],
        "payload": json.dumps({**json.loads(report_json(story)), **told}),
    }


_IDS = {"tenant", "investigation_id", "incident_id"}


def _front(content: NoticeContent) -> Iterable[tuple[str, tuple[str, ...]]]:
    yield "Why", (plain(content.reason),) if content.reason else ()
    yield "Changed", tuple(map(plain, content.changed))
    yield "Tried", tuple(map(plain, content.tried))


def _subject(news: News) -> str:
    content = news.content
    about = "" if content.title in content.headline else f" ({content.title})"
    return _MARKS[news.kind] + plain(f"{content.headline}{about}", SUBJECT_CHARS_MAX)


def _at(case: Case) -> Instant:
    """Return when the news happened, by what is known of the case. Raises RetryLater while nothing is."""
    if case.events:
        return case.events[-1].at
    if case.incident is None:
        raise RetryLater(f"incident {case.incident_id} is not there yet")
    return case.incident.updated_at


def is_live(channel: Channel, services: Sequence[str]) -> bool:
    """Whether a notice about these services really leaves; otherwise it is rendered and recorded."""
    return channel.live and (not channel.live_services or bool(set(channel.live_services) & set(services)))
