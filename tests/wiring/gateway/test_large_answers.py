"""A large answer goes from its source to evidence: smaller, referred to by its hash, and never silently."""

from datetime import UTC, datetime, timedelta

import pytest
from inquest.contracts.latest import CapabilityTask, LogsRequest, LogsResponse, Query, ToolRequest, ToolResult, Window
from inquest.contracts.payloads import INLINE_BYTES_MAX, Payload, decode, encode
from inquest.gateway.calls import seal
from inquest.gateway.domain import large
from inquest.gateway.domain.fence import CAREFUL
from inquest.gateway.domain.outcome import Fetched, Reading, Sealed, record_of, result_of
from inquest.rca import summary
from inquest.worker.domain.answers import Answer
from inquest.worker.domain.evidence import CUT
from inquest.worker.domain.examine import examine
from inquest.worker.domain.outcome import conclude

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
WINDOW = Window(start=NOON, end=NOON + timedelta(minutes=10))
BASELINE = Window(start=NOON - timedelta(minutes=10), end=NOON)
TASK = CapabilityTask(
    step_id="s1",
    tenant="acme",
    investigation_id="i1",
    capability_id="collect-error-signatures",
    window=WINDOW,
    baseline=BASELINE,
)
REQUEST = ToolRequest(
    tenant="acme",
    investigation_id="i1",
    step_id="s1",
    domain="logs",
    query=Query(window=WINDOW, baseline=BASELINE),
    timeout_ms=1000,
    calls_max=9,
    bytes_max=10**9,
)
ASKS = LogsRequest(window=WINDOW, baseline=BASELINE)


def response(count: int, *, truncated: bool = False) -> LogsResponse:
    """Lines over both windows; from five minutes after noon on each fifth tells of an error."""
    times = [BASELINE.start.timestamp() + 1200 * n / count for n in range(count)]
    failed = [at >= NOON.timestamp() + 300 and n % 5 == 0 for n, at in enumerate(times)]
    return LogsResponse(
        times=times,
        services=["checkout"] * count,
        severities=["ERROR" if bad else "INFO" for bad in failed],
        messages=["pool of connections exhausted" if bad else f"order {n} paid" for n, bad in enumerate(failed)],
        trace_ids=[None] * count,
        span_ids=[None] * count,
        truncated=truncated,
    )


def result(made: LogsResponse, sealed: Sealed) -> ToolResult:
    reading = Reading(fetched=Fetched(made, "{app}"), provider="loki-main")
    return result_of(REQUEST, "c1", reading, sealed, fetched_at=NOON)


def concluded(made: LogsResponse, sealed: Sealed):
    answer = Answer("logs", result(made, sealed), sealed.payload.data)
    return conclude(TASK, [answer], examine(TASK, [answer]), now=NOON, wall_ms=1.0)


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(large, "LINES_MAX", 1_000)


def test_a_summary_leads_to_the_evidence_that_the_lines_lead_to(few):
    made = response(3_000)
    whole = concluded(made, seal(Fetched(made, "{app}")))
    short = concluded(made, seal(Fetched(made, "{app}"), asks=ASKS))
    told = [(one.evidence_id, one.statement, one.onset_at, one.strength) for one in short.evidence]
    assert told == [(one.evidence_id, one.statement, one.onset_at, one.strength) for one in whole.evidence]
    assert "pool of connections exhausted" in told[0][1]
    assert told[0][2] == NOON + timedelta(minutes=5)


def test_what_was_done_to_an_answer_is_told_in_result_and_coverage(few):
    made = response(3_000)
    outcome = concluded(made, seal(Fetched(made, "{app}"), asks=ASKS))
    (row,) = outcome.finished.coverage
    assert row.status == "looked"
    assert row.reason == "3000 log lines arrived as 2 templates with counts and exemplars"


def test_a_cut_answer_shows_in_result_record_evidence_and_coverage():
    made = response(500, truncated=True)
    sealed = seal(Fetched(made, "{app}"), asks=ASKS)
    answered = result(made, sealed)
    assert (answered.truncated, answered.status) == (True, "degraded")
    assert record_of(REQUEST, answered, NOON, CAREFUL).truncated
    outcome = concluded(made, sealed)
    assert all(CUT in one.provenance.query for one in outcome.evidence)
    assert outcome.finished.coverage[0].status == "degraded"
    assert "there is more than was answered" in outcome.finished.coverage[0].reason


def test_templates_that_are_left_out_make_the_answer_a_cut_one(few, monkeypatch):
    monkeypatch.setattr(summary, "PATTERNS", 1)
    sealed = seal(Fetched(response(3_000), "{app}"), asks=ASKS)
    assert result(response(3_000), sealed).truncated
    assert "1 further templates of log lines were only counted" in sealed.problems
    assert decode(sealed.payload.data, LogsResponse).truncated


def test_a_payload_that_is_large_is_named_by_the_hash_of_what_it_holds():
    payload: Payload = encode(response(10))
    assert not Sealed(payload, ()).is_large
    assert Sealed(Payload(b"x" * (INLINE_BYTES_MAX + 1), payload.sha256, 1), ()).is_large
    made = response(500)
    sealed = seal(Fetched(made, "{app}"), asks=ASKS)
    outcome = concluded(made, sealed)
    assert {one.provenance.payload_sha256 for one in outcome.evidence} == {sealed.payload.sha256}
