"""The forms of a verdict report: plain text, markdown, JSON. Pure.

Everything quoted comes from telemetry or people and is untrusted: text is stripped of control characters, markdown
is escaped, JSON escapes by itself.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any

from inquest.contracts.latest import InvestigationStory
from inquest.contracts.text import plain
from inquest.notifier.domain.report import Exhibit, Report, make_report

JSON_FORMAT = 1
QUERY_CHARS_MAX = 500
_LABEL_WIDTH = 11
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~@&!])")
_LINK = re.compile(r"(?i)(://|www\.)")

Line = tuple[str, str]  # a label (empty: continues the one above) and its text


def report_text(story: InvestigationStory, zone: tzinfo) -> str:
    """Return the report for a terminal or a plain message: one label a line, times in `zone`."""
    return "".join(f"{label:<{_LABEL_WIDTH}}{text}".rstrip() + "\n" for label, text in _lines(make_report(story), zone))


def report_markdown(story: InvestigationStory, zone: tzinfo) -> str:
    """Return the report as CommonMark, times in `zone`."""
    report = make_report(story)
    title = f"# {_escape(plain(report.summary.title))}\n\n"
    body = "".join(_markdown_line(label, text) for label, text in _lines(report, zone) if label != "Incident")
    exhibits = "".join(_markdown_exhibit(item) for item in (*report.proof, *report.against))
    return title + body + (f"\n## Evidence\n\n{exhibits}" if exhibits else "")


def report_json(story: InvestigationStory) -> str:
    """Return the report as a JSON document, times in UTC; fields are only added while `format` stays."""
    return json.dumps(_document(make_report(story)), indent=2)


def headline(story: InvestigationStory) -> str:
    """Return the report in one line, for a subject or a title."""
    report = make_report(story)
    if report.verdict is None:
        return plain(f"{report.summary.title}: {report.summary.state}, no verdict")
    verdict = report.verdict
    return plain(f"[{verdict.band} {verdict.confidence:.2f}] {verdict.headline} ({report.summary.title})")


def _lines(report: Report, zone: tzinfo) -> Iterator[Line]:
    summary = report.summary
    yield "Incident", plain(f"{summary.title} ({summary.severity}, opened {_time(summary.opened_at, zone)})")
    yield from _answer(report, zone)
    yield from _exhibit_lines("Proof", report.proof)
    yield from _exhibit_lines("Against", report.against)
    yield "Next step", plain(report.next_step)
    yield from _gaps(report)
    yield "Took", _took(report)
    for given in report.feedback:
        cause = f": {given.cause}" if given.cause else ""
        yield "Feedback", plain(f"{given.judgement}{cause} ({given.given_by}, {_time(given.given_at, zone)})")


def _answer(report: Report, zone: tzinfo) -> Iterator[Line]:
    verdict = report.verdict
    if verdict is None:
        yield "Cause", f"no verdict yet: the investigation is {report.summary.state}"
        return
    draft = "" if report.is_final else f" (not final: the investigation is {report.summary.state})"
    yield "Cause", plain(f"{verdict.headline}  {verdict.band} · {verdict.confidence:.2f}{draft}")
    if report.leading and plain(report.leading.mechanism) not in ("", plain(verdict.headline)):
        yield "", plain(report.leading.mechanism)
    blast = plain(f"blast radius: {', '.join(verdict.blast_radius) or 'none seen'}")
    if report.first_sign:
        sign = report.first_sign
        yield "First sign", f"{_time(sign.onset_at, zone)} {plain(sign.statement)} · {blast}"
    else:
        yield "First sign", f"none with a time · {blast}"


def _exhibit_lines(name: str, exhibits: tuple[Exhibit, ...]) -> Iterator[Line]:
    if not exhibits:
        yield name, "none"
    for number, exhibit in enumerate(exhibits):
        evidence, source = exhibit.evidence, exhibit.evidence.provenance
        yield name if number == 0 else "", plain(f"{exhibit.label} {evidence.kind}: {evidence.statement}")
        where = f"{source.provider}/{source.interface}"
        yield "", plain(f"   {where}: {source.query}", QUERY_CHARS_MAX)


def _gaps(report: Report) -> Iterator[Line]:
    verdict = report.verdict
    if verdict is None:
        return
    gaps = [f"{item.interface}: {item.status}, {item.reason or 'no reason given'}" for item in report.not_seen]
    for number, text in enumerate([*gaps, *verdict.losses] or ["nothing: every source was looked at"]):
        yield "Not seen" if number == 0 else "", plain(text)
    for number, text in enumerate(verdict.ceilings):
        yield "Held back" if number == 0 else "", plain(text)
    for number, text in enumerate(verdict.open_questions):
        yield "Open" if number == 0 else "", plain(text)


def _took(report: Report) -> str:
    took = report.took
    seconds = f"{took.seconds:.1f} s" if took.seconds is not None else "not ended"
    repeated = f" ({took.repeated_calls} repeated)" if took.repeated_calls else ""
    return f"{seconds} · {took.calls} tool calls{repeated} · {took.tokens} tokens"


def _time(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z")


def _markdown_line(label: str, text: str) -> str:
    return f"- **{label}**: {_escape(text)}\n" if label else f"  {_escape(text.strip())}\n"


def _markdown_exhibit(exhibit: Exhibit) -> str:
    evidence, source = exhibit.evidence, exhibit.evidence.provenance
    return (
        f"- **{exhibit.label}** `{evidence.evidence_id}` {_escape(plain(evidence.statement))}\n"
        f"  {_code(plain(source.query, QUERY_CHARS_MAX))}"
        f" from {_escape(plain(source.provider))}/{_escape(plain(source.interface))},"
        f" sha256 `{source.payload_sha256[:12]}`\n"
    )


def _escape(text: str) -> str:
    """Return text that renders as itself: no markup, no mention, no link that a reader might follow."""
    return _LINK.sub(lambda found: "".join(f"\\{c}" if not c.isalpha() else c for c in found[0]), _backslash(text))


def _backslash(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


def _code(text: str) -> str:
    """Return an inline code span; its fence is longer than any run of backticks inside (CommonMark 6.1)."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}" if longest else f"`{text or ' '}`"


def _document(report: Report) -> dict[str, Any]:
    summary, verdict = report.summary, report.verdict
    return {
        "format": JSON_FORMAT,
        "investigation_id": summary.investigation_id,
        "incident_id": summary.incident_id,
        "tenant": summary.tenant,
        "title": summary.title,
        "state": summary.state,
        "mode": summary.mode,
        "severity": summary.severity,
        "services": list(summary.services),
        "opened_at": summary.model_dump(mode="json")["opened_at"],
        "ended_at": summary.model_dump(mode="json")["ended_at"],
        "is_final": report.is_final,
        "verdict": verdict.model_dump(mode="json") if verdict else None,
        "proof": [_exhibit_document(item) for item in report.proof],
        "against": [_exhibit_document(item) for item in report.against],
        "next_step": report.next_step,
        "not_seen": [item.model_dump(mode="json") for item in report.not_seen],
        "took": {"seconds": report.took.seconds, "tool_calls": report.took.calls, "tokens": report.took.tokens},
        "feedback": [item.model_dump(mode="json") for item in report.feedback],
    }


def _exhibit_document(exhibit: Exhibit) -> dict[str, Any]:
    return {"label": exhibit.label, **exhibit.evidence.model_dump(mode="json")}
