from datetime import UTC, datetime

import pytest
from inquest.contracts.latest import LogsResponse, Query, ToolRequest, Window
from inquest.contracts.payloads import INLINE_BYTES_MAX, Payload, encode
from inquest.gateway.domain.fence import CAREFUL
from inquest.gateway.domain.outcome import Fetched, Reading, Sealed, record_of, result_of

T0 = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
REQUEST = ToolRequest(
    tenant="acme",
    investigation_id="inv",
    step_id="step",
    domain="logs",
    query=Query(window=Window(start=T0, end=T0)),
)
FETCHED = Fetched(LogsResponse(), "all logs")


@pytest.mark.parametrize(
    ("reading", "status", "reason"),
    [
        (Reading(FETCHED), "ok", ""),
        (Reading(FETCHED, lacks=["this pack has no logs"]), "ok", ""),
        (Reading(FETCHED, faults=["a: refused"]), "degraded", "a: refused"),
        (Reading(Fetched(LogsResponse(), "", partial="half")), "degraded", "half"),
        (
            Reading(faults=["a: refused"], lacks=["this pack has no logs"]),
            "failed",
            "a: refused; this pack has no logs",
        ),
        (Reading(lacks=["this pack has no logs"]), "unavailable", "this pack has no logs"),
    ],
)
def test_the_status_follows_from_what_was_tried(reading, status, reason):
    assert (reading.status, reading.reason) == (status, reason)


def result(sealed: Sealed | None):
    reading = Reading(FETCHED, provider="loki")
    return result_of(REQUEST, "call", reading, sealed, fetched_at=T0)


def test_a_small_payload_travels_inline_and_a_large_one_by_reference():
    small = result(Sealed(encode(LogsResponse()), ("logs.ndjson:3: not JSON",)))
    assert small.payload_inline
    assert small.payload_ref is None
    assert small.problems == ("logs.ndjson:3: not JSON",)
    large = Sealed(Payload(b"x" * (INLINE_BYTES_MAX + 1), "ab", 9), (), ref="acme/ab")
    assert large.is_large
    found = result(large)
    assert (found.payload_inline, found.payload_ref, found.size_bytes) == (None, "acme/ab", 9)


def test_the_record_says_what_the_result_says():
    found = result(Sealed(encode(LogsResponse()), ()))
    record = record_of(REQUEST, found, T0, CAREFUL)
    shared = set(record.model_dump()) & set(found.model_dump())
    assert {name: getattr(record, name) for name in shared} == {name: getattr(found, name) for name in shared}
    assert (record.called_at, record.investigation_id) == (T0, "inv")
