"""What is known of an incident and its investigation, as the content of a notice. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from inquest.config import Catalogue, TenantConfig
from inquest.contracts.latest import (
    Incident,
    InvestigationRecorded,
    InvestigationStory,
    NoticeContent,
    NoticeFinding,
    NoticeLink,
    Opened,
    Severity,
    Signal,
    SourceRef,
    Verdict,
)
from inquest.contracts.v1.controls import TEST_LABEL
from inquest.notifier.domain.report import Exhibit, make_report

REFS_MAX = 10
LINKS_MAX = 5


@dataclass(frozen=True, slots=True)
class Case:
    """What the streams hold about one investigation when something about it is to be told.

    `incident` is None for an investigation that a person started, `events` is empty where none was begun.
    """

    tenant: str
    investigation_id: str
    incident_id: str
    incident: Incident | None
    signals: tuple[Signal, ...]
    events: tuple[InvestigationRecorded, ...]

    @property
    def opened(self) -> Opened | None:
        """Number 1 of the investigation."""
        return next((event.opened for event in self.events if event.opened), None)

    @property
    def is_archived(self) -> bool:
        """Whether the history begins with its end: archiving left that alone."""
        return any(event.is_remnant for event in self.events[:1])

    @property
    def is_test(self) -> bool:
        """Whether this came from `inquest test-page`."""
        return TEST_LABEL in self.labels() or (self.incident is not None and TEST_LABEL in self.incident.labels)

    @property
    def severity(self) -> Severity:
        """Of the incident; of an investigation without one, what its priority says."""
        if self.incident is not None:
            return self.incident.severity
        return "critical" if self.opened and self.opened.priority == "critical" else "high"

    @property
    def services(self) -> tuple[str, ...]:
        """Those that the incident names, else those that the investigation began with."""
        if self.incident is not None and self.incident.services:
            return self.incident.services
        return self.opened.focus.services if self.opened else ()

    @property
    def title(self) -> str:
        """Of the incident."""
        if self.incident is not None:
            return self.incident.title
        return self.opened.title if self.opened else "an incident"

    def labels(self) -> dict[str, str]:
        """Return the labels that all its signals agree on: what is muted by a label must be so as a whole."""
        if not self.signals:
            return dict(self.incident.labels) if self.incident else {}
        shared = set.intersection(*(set(signal.labels.items()) for signal in self.signals))
        return dict(sorted(shared))


def basis(case: Case, tenant: TenantConfig, headline: str) -> NoticeContent:
    """Return the content that any notice about the case has."""
    incident = case.incident
    sources = incident.sources if incident else ()
    return NoticeContent(
        title=case.title,
        headline=headline,
        severity=case.severity,
        priority=incident.priority if incident else None,
        number=incident.number if incident else 0,
        services=case.services,
        sources=tuple(dict.fromkeys((*sources, *(signal.source for signal in case.signals)))),
        labels=case.labels(),
        refs=() if case.is_test else tuple(_refs(case.signals))[:REFS_MAX],  # a test is known to no source
        links=tuple(_links(case))[:LINKS_MAX],
        opened_at=incident.opened_at if incident else (case.events[0].at if case.events else None),
        ended_at=incident.resolved_at if incident else None,
        time_zone=str(owners_zone(tenant, case.services)),
        tried=tuple(_tried(case.events)),
    )


def with_verdict(content: NoticeContent, story: InvestigationStory) -> NoticeContent:
    """Return the content with what the verdict of the story says."""
    report = make_report(story)
    verdict, leading = report.verdict, report.leading
    assert verdict is not None
    return content.model_copy(
        update={
            "headline": verdict.headline or content.headline,
            "band": verdict.band,
            "confidence": verdict.confidence,
            "cause": leading.cause if leading else None,
            "mechanism": leading.mechanism if leading else "",
            "first_failing_service": verdict.first_failing_service,
            "blast_radius": verdict.blast_radius,
            "remediation": verdict.remediation,
            "next_step": report.next_step,
            "evidence": tuple(map(_finding, report.proof)),
            "against": tuple(map(_finding, report.against)),
            "not_seen": tuple(f"{row.interface}: {row.status}, {row.reason}" for row in report.not_seen),
            "stopped": report.stopped,
            "open_questions": verdict.open_questions,
            "took_s": report.took.seconds,
        }
    )


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


def first_services(verdict: Verdict, services: Sequence[str]) -> tuple[str, ...]:
    """Return the services with the one that failed first in front."""
    first = (verdict.first_failing_service,) if verdict.first_failing_service else ()
    return (*first, *services)


def _refs(signals: Iterable[Signal]) -> Iterator[SourceRef]:
    """Yield what the sources call the incident; a dedup key is `<source>:<their id>`."""
    seen: set[str] = set()
    for signal in signals:
        source, colon, ref = signal.dedup_key.partition(":")
        if colon and ref and source == signal.source and signal.dedup_key not in seen:
            seen.add(signal.dedup_key)
            yield SourceRef(source=source, ref=ref, url=signal.links[0] if signal.links else "")


def _links(case: Case) -> Iterator[NoticeLink]:
    links = {url: signal.source for signal in reversed(case.signals) for url in signal.links}
    for url in case.incident.links if case.incident else ():
        links.setdefault(url, "source")
    return (NoticeLink(title=title, url=url) for url, title in reversed(links.items()))


def _tried(events: Iterable[InvestigationRecorded]) -> Iterator[str]:
    for event in events:
        if step := event.step_finished:
            yield f"{step.capability}: {step.status}, {len(step.evidence_ids)} findings, {step.calls} calls"
        if event.round_closed:
            yield from (f"{capability}: did not finish in time" for capability in event.round_closed.missing)


def _finding(exhibit: Exhibit) -> NoticeFinding:
    evidence, source = exhibit.evidence, exhibit.evidence.provenance
    return NoticeFinding(
        label=exhibit.label,
        kind=evidence.kind,
        statement=evidence.statement,
        source=f"{source.provider}/{source.interface}",
    )
