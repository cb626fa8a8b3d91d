import json
import re
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.latest import Coverage, InvestigationStory
from inquest.notifier.domain.render import headline, report_json, report_markdown, report_text
from inquest.notifier.domain.report import make_report
from inquest.testkit.stories import CAPABILITIES, HEADLINE, InvestigationBuilder

ONE = InvestigationBuilder()
EVIDENCE = tuple(ONE.evidence(f"step-{step}", name, 0) for step, name in enumerate(CAPABILITIES, 1))


def story(**changes) -> InvestigationStory:
    events = tuple(item.message for item in ONE.messages() if item.subject.name == "evt.investigation.recorded.v1")
    parts = {
        "summary": {
            "investigation_id": ONE.investigation_id,
            "incident_id": ONE.incident_id,
            "tenant": ONE.tenant,
            "title": "checkout latency p99 above 2 s",
            "state": "concluded",
            "mode": "balanced",
            "severity": "critical",
            "services": ["checkout"],
            "opened_at": ONE.at(1),
            "ended_at": ONE.at(2.9),
        },
        "events": events,
        "evidence": EVIDENCE,
        "verdicts": (ONE.verdict(),),
        "feedback": (ONE.feedback(judgement="wrong", cause="a cable"),),
        **changes,
    }
    return InvestigationStory.model_validate(parts)


def test_the_report_says_what_an_engineer_needs_at_night():
    assert report_text(story(), UTC).splitlines() == [
        "Incident   checkout latency p99 above 2 s (critical, tenant acme, opened 2026-03-01 15:00:01 UTC)",
        "Window     2026-03-01 14:00:00 \N{EN DASH} 14:30:00 UTC",
        f"Cause      {HEADLINE}",
        "           likely · 0.87",
        "           fewer connections than requests, so requests queue",
        "Next step  roll back 3f9c2ab on checkout",
        "First sign 2026-03-01 14:03:10 UTC checkout latency p99 14x",
        "           blast radius: frontend, cart",
        "Proof      E1 metric  checkout metric 0: pool wait p99 rose 14x at 14:03:10",
        '                 from pack/metrics: pool_wait_seconds{service="checkout"}',
        "           E3 change  checkout change 0: pool wait p99 rose 14x at 14:03:10",
        '                 from pack/metrics: pool_wait_seconds{service="checkout"}',
        "Against    E2 metric  checkout metric 0: pool wait p99 rose 14x at 14:03:10",
        '                 from pack/metrics: pool_wait_seconds{service="checkout"}',
        "Check      what would prove it wrong: pool wait before the deploy",
        "Not seen   flags: skipped, no provider configured",
        "Took       1.9 s · 14 tool calls · 0 tokens",
        "Feedback   wrong: a cable (ada, 2026-03-01 15:01:00 UTC)",
    ]


def test_times_are_in_the_readers_zone():
    assert "2026-03-01 23:03:10 JST" in report_text(story(), ZoneInfo("Asia/Tokyo"))


def test_markdown_has_the_evidence_with_its_ids():
    text = report_markdown(story(), UTC)
    assert text.startswith("# checkout latency p99 above 2 s\n")
    assert "- **Next step**: roll back 3f9c2ab on checkout\n" in text
    for evidence in EVIDENCE:
        assert f"`{evidence.evidence_id}`" in text
    assert "- **Proof**:\n  - E1 metric  checkout metric 0: pool wait" in text
    assert '`pool_wait_seconds{service="checkout"}` from pack/metrics, sha256 `000000000000`' in text


def test_json_is_complete():
    document = json.loads(report_json(story()))
    assert document["format"] == 1
    assert document["verdict"]["headline"] == HEADLINE
    assert [item["label"] for item in document["proof"]] == ["E1", "E3"]
    assert document["took"] == {"seconds": 1.9, "tool_calls": 14, "tokens": 0}
    assert document["not_seen"][0]["interface"] == "flags"
    assert document["feedback"][0]["cause"] == "a cable"


def test_a_headline_fits_a_subject():
    assert headline(story()) == f"[likely 0.87] {HEADLINE} (checkout latency p99 above 2 s)"
    assert headline(story(verdicts=())).endswith("concluded, no verdict")


def test_without_a_verdict_the_report_says_so():
    text = report_text(story(verdicts=(), feedback=()), UTC)
    assert "Cause      no verdict yet: the investigation is concluded" in text
    assert "Next step  wait: there is no verdict yet" in text
    assert "Not seen" not in text


def test_a_verdict_that_was_not_concluded_is_marked():
    running = story().model_copy(update={"events": story().events[:-1]})
    running = running.model_copy(
        update={"summary": running.summary.model_copy(update={"state": "running", "ended_at": None})}
    )
    text = report_text(running, UTC)
    assert "likely · 0.87 (not final: the investigation is running)" in text
    assert "Took       not ended" in text


def test_undetermined_is_an_answer():
    verdict = ONE.verdict(
        headline="undetermined",
        band="undetermined",
        confidence=0.1,
        hypotheses=(),
        first_sign=None,
        blast_radius=(),
        remediation="none",
        coverage=(),
        ceilings=("No higher than possible: no independent source agrees.",),
        open_questions=("did the load change?", "who deployed?"),
        losses=("logs.ndjson:3 is not JSON",),
        spend=ONE.verdict().spend.model_copy(update={"repeated_calls": 2}),
    )
    lines = report_text(story(verdicts=(verdict,)), UTC).splitlines()
    assert "undetermined · 0.10 (held back: one kind of source)" in lines[3]
    assert lines[lines.index("First sign none with a time") + 1].strip() == "blast radius: none seen"
    assert "Proof      none" in lines
    assert "Next step  find out: did the load change?" in lines
    assert "Not seen   logs.ndjson:3 is not JSON" in lines
    assert lines[-5:-3] == ["Open       did the load change?", "           who deployed?"]
    assert "14 tool calls (2 repeated)" in lines[-2]


def test_everything_seen_is_said_too():
    looked = Coverage(capability="collect-symptoms", interface="metrics", status="looked")
    text = report_text(story(verdicts=(ONE.verdict(coverage=(looked,)),)), UTC)
    assert "Not seen   nothing: every source was looked at" in text


@pytest.mark.parametrize(
    ("remediation", "step"),
    [("scale", "scale checkout"), ("escalate-upstream", "escalate to the owner of checkout")],
)
def test_the_next_step_is_an_instruction(remediation, step):
    assert make_report(story(verdicts=(ONE.verdict(remediation=remediation),))).next_step == step


def test_the_best_of_each_kind_comes_first_and_there_is_a_limit():
    found = [ONE.evidence(f"step-{n}", "collect-symptoms", 0).model_copy(update={"strength": 0.9}) for n in range(9)]
    weak = ONE.evidence("step-x", "collect-change-risk", 8)
    ids = tuple(item.evidence_id for item in (*found, weak))
    leading = ONE.verdict().hypotheses[0].model_copy(update={"support": (*ids, "missing")})
    verdict = ONE.verdict(hypotheses=(leading,), evidence_ids=ids)
    report = make_report(story(evidence=(*found, weak), verdicts=(verdict,)))
    assert [item.evidence.kind for item in report.proof] == ["metric", "change", *["metric"] * 4]


EVIL = "\x1b]0;pwned\x07 \x1b[2J \u202e\n# Fake\n[click](http://evil) <img src=x> `a` @all www.evil.com"


def evil_story() -> InvestigationStory:
    bad = EVIDENCE[0].model_copy(
        update={
            "statement": EVIL,
            "provenance": EVIDENCE[0].provenance.model_copy(update={"query": "a ``b`` `c`" + EVIL, "provider": EVIL}),
        }
    )
    verdict = ONE.verdict(headline=EVIL, blast_radius=(EVIL,), losses=(EVIL,), open_questions=(EVIL,))
    return story(evidence=(bad, *EVIDENCE[1:]), verdicts=(verdict,), feedback=(ONE.feedback(cause=EVIL),))


def test_telemetry_cannot_reach_the_terminal():
    text = report_text(evil_story(), UTC)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
    assert not any(line.startswith("# Fake") for line in text.splitlines())


def test_telemetry_cannot_become_markup():
    text = report_markdown(evil_story(), UTC)
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)
    assert not re.search(r"(?<!\\)(\[click|<img|@all|://|www\.)", outside)
    assert text.count("\n# ") == 0


@given(st.text(max_size=200))
@settings(max_examples=50)
def test_no_text_breaks_a_report(text):
    bad = EVIDENCE[0].model_copy(update={"statement": text})
    told = story(evidence=(bad, *EVIDENCE[1:]), verdicts=(ONE.verdict(headline=text),))
    lines = len(report_text(story(), UTC).splitlines())
    assert len(report_text(told, UTC).splitlines()) == lines
    assert len(report_markdown(told, UTC).splitlines()) == len(report_markdown(story(), UTC).splitlines())
    assert json.loads(report_json(told))["verdict"]["headline"] == text
