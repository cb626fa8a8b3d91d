"""Notices: one as it really looks, and one whose every text comes from somebody who means harm."""

from datetime import UTC, datetime
from typing import Any

from inquest.contracts import latest as m

AT = datetime(2026, 3, 1, 15, 0, tzinfo=UTC)
HARM = (
    "<!channel> <@U1|x> @here @channel <script>alert(1)</script> [a](https://evil.example) [~admin] {code} *b* `c` "
    "&amp; \r\nBcc: all@example.com\r\n\r\n\x1b[2J \u202eevil\u2066 https://evil.example/?a=1|b www.evil.example "
    "javascript:alert(1) mailto:x@evil.example |table| !img.png! <at>everyone</at> ${jndi:ldap://evil} \ud83d"
)


def notice(**changes: Any) -> m.Notice:
    """Return the notice of a verdict; `content` changes what it says."""
    content: dict[str, Any] = {
        "title": "checkout latency p99 above 2 s",
        "headline": "checkout v1.42 shrank the DB pool from 20 to 2",
        "severity": "critical",
        "number": 7,
        "services": ("checkout",),
        "refs": (m.SourceRef(source="pagerduty", ref="Q1ABC"), m.SourceRef(source="jira", ref="OPS-7")),
        "band": "likely",
        "confidence": 0.87,
        "cause": m.Cause(kind="change", entity="checkout", change_ref="3f9c2ab"),
        "mechanism": "fewer connections than requests, so requests queue",
        "first_failing_service": "checkout",
        "blast_radius": ("frontend", "cart"),
        "remediation": "rollback",
        "next_step": "roll back 3f9c2ab on checkout",
        "evidence": (
            m.NoticeFinding(label="E1", kind="metric", statement="pool wait p99 rose 14x", source="prom/metrics"),
            m.NoticeFinding(label="E3", kind="change", statement="pool_size 20 → 2 at 14:02:10", source="gh/changes"),
        ),
        "against": (
            m.NoticeFinding(label="E2", kind="log", statement="no pool errors in the log", source="loki/logs"),
        ),
        "not_seen": ("flags: skipped, no provider configured",),
        "links": (m.NoticeLink(title="Report", url="https://inquest.example.com/i/1?tab=proof&x=(1)"),),
        "opened_at": AT,
        "took_s": 8.5,
        **changes.pop("content", {}),
    }
    fields = {
        "notice_id": "0123456789abcdef0123456789abcdef",
        "tenant": "acme",
        "investigation_id": "inv-1",
        "incident_id": "incident-1",
        "verdict_id": "verdict-1",
        "revision": 1,
        "channel": "ops",
        "subject": "[likely 0.87] checkout v1.42 shrank the DB pool from 20 to 2",
        "body": "the report",
        "payload": '{"format": 1}',
        "live": True,
        "at": AT,
        **changes,
    }
    return m.Notice.model_validate({**fields, "content": m.NoticeContent.model_validate(content)})


def hostile(**content: Any) -> m.Notice:
    """Return a notice of a revision in which all texts are harmful, long, and many; `content` changes what it says."""
    findings = tuple(m.NoticeFinding(label=f"E{n}", kind=HARM, statement=HARM * 20, source=HARM) for n in range(200))
    bad_links = (
        "javascript:alert(1)",
        "https://u:p@evil.example",
        "https://evil.example/<b>|x\r\nX: y",
        "data:text/html,x",
    )
    return notice(
        kind="revision",
        subject=HARM,
        body=HARM * 100,
        content={
            "title": HARM,
            "headline": HARM,
            "services": (HARM,) * 50,
            "refs": (m.SourceRef(source="pagerduty", ref="../users"), m.SourceRef(source="jira", ref="X-1/../../2")),
            "mechanism": HARM,
            "first_failing_service": HARM,
            "blast_radius": (HARM,) * 50,
            "next_step": HARM,
            "evidence": findings,
            "against": findings,
            "not_seen": (HARM,) * 100,
            "open_questions": (HARM,) * 100,
            "changed": (HARM,) * 20,
            "tried": (HARM,) * 20,
            "reason": HARM,
            "links": tuple(m.NoticeLink(title=HARM, url=url) for url in bad_links),
            "time_zone": "../../etc/passwd",
            **content,
        },
    )
