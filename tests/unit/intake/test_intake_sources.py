import json
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from inquest.config.sources import SourceConfig
from inquest.intake.domain import source as domain
from inquest.intake.domain.reading import LABEL_CHARS_MAX, LABELS_MAX, TEXT_CHARS_MAX
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.sources import SOURCES, generic, pagerduty

WHEN = "2026-01-01T10:00:00Z"


def page(event_type: str = "incident.triggered", **data) -> bytes:
    incident = {"id": "Q1", "title": "Checkout is slow", "service": {"id": "PF9", "summary": "checkout"}, **data}
    return json.dumps({"event": {"id": "E1", "event_type": event_type, "occurred_at": WHEN, "data": incident}}).encode()


def parse_all(raw, source):
    settings = SourceConfig(kind=source.name, bus_only=True)
    return tuple(domain.parse(raw, source, domain.Delivered({}, settings, datetime(2026, 1, 1, tzinfo=UTC))))


def parse(raw, source):
    (reading,) = parse_all(raw, source)
    return reading


def read_page(*args, **data):
    return parse(page(*args, **data), pagerduty.SOURCE)


def read_generic(**body):
    return parse(json.dumps({"fired_at": WHEN, **body}).encode(), generic.SOURCE)


@pytest.mark.parametrize(
    ("event_type", "kind"),
    [
        ("incident.triggered", "alert"),
        ("incident.escalated", "alert"),
        ("incident.reopened", "alert"),
        ("incident.resolved", "resolution"),
        ("incident.annotated", None),
        ("service.updated", None),
        ("something.new", None),
    ],
)
def test_pagerduty_events_become_alerts_resolutions_or_nothing(event_type, kind):
    reading = read_page(event_type)
    assert reading.kind == kind
    assert bool(reading.reason) == (kind is None)


def test_a_ping_is_a_ping():
    assert read_page("pagey.ping").is_ping


@pytest.mark.parametrize(
    ("data", "severity"),
    [
        ({"priority": {"id": "x", "summary": "P1"}}, "critical"),
        ({"priority": {"id": "x", "summary": "SEV-3"}}, "medium"),
        ({"priority": {"id": "x", "summary": "p5"}}, "info"),
        ({"priority": {"id": "x", "summary": "Major"}, "urgency": "low"}, "high"),
        ({"priority": {"id": "x", "summary": "Gold"}, "urgency": "low"}, "low"),
        ({"priority": None, "urgency": "high"}, "high"),
        ({}, "high"),
    ],
)
def test_severity_comes_from_priority_then_urgency(data, severity):
    assert read_page(**data).severity == severity


def test_a_page_with_little_in_it_still_counts():
    reading = read_page(title="", service=None, number=7)
    assert (reading.title, reading.services) == ("PagerDuty incident 7", ())
    assert read_page(service={"id": "PF9"}).services == (("PF9",),)


@pytest.mark.parametrize(
    ("raw", "outcome", "expected"),
    [
        (b"", "not-json", "is not JSON"),
        (b"{", "not-json", "is not JSON"),
        (b"\xff", "not-json", "is not JSON"),
        (b'{"a": NaN}', "not-json", "is not JSON"),
        (b'{"a": "\\ud800"}', "not-json", "is not JSON"),
        (b"[" * 100_000, "not-json", "is not JSON"),
        (b"[]", "not-understood", "a JSON list"),
        (b"{}", "not-understood", "event: Field required"),
        (b'{"messages": [{"event": "incident.trigger"}]}', "v2-payload", "V2 webhook"),
        (page(id=""), "not-understood", "id: String should have at least 1 character"),
        (b'{"specversion": "1.0", "data": "text"}', "not-understood", "not a JSON object"),
    ],
)
def test_what_is_not_a_page_says_what_it_is(raw, outcome, expected):
    with pytest.raises(Refused, match=expected) as caught:
        parse(raw, pagerduty.SOURCE)
    assert caught.value.outcome == outcome


def test_a_cloudevent_is_unwrapped_and_lends_its_time():
    event = {"specversion": "1.0", "id": "1", "type": "page", "source": "x", "data": json.loads(page())}
    assert parse(json.dumps(event).encode(), pagerduty.SOURCE) == read_page()
    event |= {"time": WHEN, "data": {"service": "cart"}}
    assert parse(json.dumps(event).encode(), generic.SOURCE).occurred_at.hour == 10


def test_a_generic_signal_says_what_it_knows():
    reading = read_generic(
        service="pay", metric="errors", threshold=0.02, observed=0.71, severity="CRIT", monitor="m1", labels={"a": True}
    )
    assert reading.title == "pay errors at 0.71 (threshold 0.02)"
    assert (reading.severity, reading.metric, reading.kind) == ("critical", "errors", "alert")
    assert reading.labels == {"monitor": "m1", "threshold": "0.02", "observed": "0.71", "a": "True"}
    assert read_generic(service="pay", observed=71).title == "pay at 71"
    assert read_generic(summary="Down").title == "Down"
    assert read_generic(service="pay", metric="p99").title == "pay p99 violates its objective"
    assert read_generic().title == "Incident reported at 2026-01-01 10:00:00 UTC"
    assert read_generic(service="a", services=["a", "b"]).services == (("a",), ("b",))
    assert read_generic(severity="whatever").severity == "high"


def test_times_may_be_epoch_seconds_and_go_by_other_names():
    assert parse(b'{"timestamp": 1767261600}', generic.SOURCE).occurred_at == read_generic().occurred_at


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"fired_at": "yesterday"}, "fired_at: Input should be a valid datetime.*with a zone"),
        ({"fired_at": "2026-01-01T10:00:00"}, "timezone"),
        ({"fired_at": "9999-12-31T23:59:59-10:00"}, "out of range"),
        ({"fired_at": None}, "fired_at"),
        ({"status": "resolved"}, "needs the dedup_key"),
        ({"status": "odd"}, "status"),
        ({"service": ""}, "service"),
        ({"window": {"start": WHEN, "end": WHEN}}, "end must be after start"),
    ],
)
def test_a_generic_signal_that_is_wrong_says_where(body, expected):
    with pytest.raises(Refused, match=expected):
        read_generic(**body)


def test_a_number_without_end_is_refused_not_a_fault():
    with pytest.raises(Refused):
        parse(f'{{"fired_at": "{WHEN}", "x": {"9" * 5000}}}'.encode(), generic.SOURCE)


def test_the_same_content_has_the_same_key_in_any_order():
    one = read_generic(service="a", metric="b")
    other = parse(f'{{"metric": "b",  "service": "a", "fired_at": "{WHEN}"}}'.encode(), generic.SOURCE)
    assert one.key == other.key
    assert one.key != read_generic(service="a", metric="c").key


def test_texts_and_labels_are_cut():
    reading = read_generic(summary="x" * 5000, labels={f"k{n}": "v" * 500 for n in range(100)})
    assert len(reading.title) == TEXT_CHARS_MAX
    assert len(reading.labels) == LABELS_MAX
    assert max(map(len, reading.labels.values())) == LABEL_CHARS_MAX


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["event", "data", "id", "occurred_at", "fired_at", "service", "messages", "specversion"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=50)
@given(st.sampled_from(sorted(SOURCES)), _json | st.dictionaries(st.just("event"), _json))
@example("generic", [None, {"occurred_at": 0}])  # several in one delivery
def test_any_json_is_read_or_refused(source, body):
    try:
        parse_all(json.dumps(body).encode(), SOURCES[source])
    except Refused as error:
        assert error.message  # noqa: PT017 - both outcomes are fine, a third is not
