"""The forms of a verdict report: plain text, markdown, JSON. Pure.

Everything quoted comes from telemetry or people and is untrusted: text is stripped of control characters, markdown
is escaped, JSON escapes by itself.
"""

import json
import re
from datetime import tzinfo
from typing import Any

from inquest.contracts.latest import InvestigationStory
from inquest.contracts.text import plain
from inquest.notifier.domain.report import AGAINST_MAX, PROOF_MAX, Exhibit, Report, make_report
from inquest.notifier.domain.sections import Detail, Section, sections

JSON_FORMAT = 1
QUERY_CHARS_MAX = 2000
_LABEL_WIDTH = 11
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~@&!])")
_LINK = re.compile(r"(?i)(://|www\.)")

_TEXT = Detail(proof_max=4, against_max=2, is_full=False)
_FULL = Detail(proof_max=PROOF_MAX, against_max=AGAINST_MAX, is_full=True)


def report_text(story: InvestigationStory, zone: tzinfo) -> str:
    """Return the report for a terminal or a plain message: a label, then its lines; times in `zone`."""
    return "".join(_text_section(section) for section in sections(make_report(story), zone, _TEXT))


def report_markdown(story: InvestigationStory, zone: tzinfo) -> str:
    """Return the report as CommonMark with every query in full, times in `zone`."""
    report = make_report(story)
    title = f"# {_escape(plain(report.summary.title))}\n\n"
    body = "".join(_markdown_section(section) for section in sections(report, zone, _FULL))
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


def _text_section(section: Section) -> str:
    texts = [section.text, *section.items] if section.text else section.items
    labels = [section.label, *[""] * len(texts)]
    lines = (f"{label:<{_LABEL_WIDTH}}{text}" for label, text in zip(labels, texts or ("",), strict=False))
    return "".join(line.rstrip() + "\n" for line in lines)


def _markdown_section(section: Section) -> str:
    head = f"- **{section.label}**: {_escape(section.text)}".rstrip() + "\n"
    return head + "".join(f"  - {_escape(item.strip())}\n" for item in section.items)


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
        "window": report.window.model_dump(mode="json") if report.window else None,
        "clock_skew": report.clock_skew,
        "is_final": report.is_final,
        "verdict": verdict.model_dump(mode="json") if verdict else None,
        "proof": [_exhibit_document(item) for item in report.proof],
        "against": [_exhibit_document(item) for item in report.against],
        "next_step": report.next_step,
        "not_seen": [item.model_dump(mode="json") for item in report.not_seen],
        "stopped": list(report.stopped),
        "took": {"seconds": report.took.seconds, "tool_calls": report.took.calls, "tokens": report.took.tokens},
        "feedback": [item.model_dump(mode="json") for item in report.feedback],
    }


def _exhibit_document(exhibit: Exhibit) -> dict[str, Any]:
    return {"label": exhibit.label, **exhibit.evidence.model_dump(mode="json")}
