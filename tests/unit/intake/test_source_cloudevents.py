import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from inquest.config.sources import SourceConfig
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.source import Delivered, parse
from inquest.intake.domain.sources.cloudevents import SOURCE

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
STRUCTURED = {"content-type": "application/cloudevents+json; charset=utf-8"}
BATCH = {"content-type": "application/cloudevents-batch+json"}
SAMPLES = Path(__file__).parent / "samples/cloudevents.ndjson"


def event(**more):
    whole = {
        "specversion": "1.0",
        "id": "A234",
        "source": "https://checks.example.com/eu",
        "type": "com.example.check.failed",
        "subject": "checkout",
        "time": "2026-01-01T10:00:00Z",
        "data": {"severity": "critical", "metric": "error_rate"},
    }
    return {name: value for name, value in {**whole, **more}.items() if value is not None}


def read_all(body, headers=STRUCTURED, **settings):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return parse(raw, SOURCE, Delivered(headers, SourceConfig(kind="cloudevents", bus_only=True, **settings), NOW))


def read(*args, **settings):
    (reading,) = read_all(*args, **settings)
    return reading


def binary(**more):
    whole = event(**more)
    body = json.dumps(whole.pop("data")).encode()
    attributes = {f"ce-{name}": value for name, value in whole.items() if name != "datacontenttype"}
    return body, {"content-type": more.get("datacontenttype", "application/json"), **attributes}


def replay(body, headers):
    return SOURCE.replay(SOURCE.decode(body, headers), headers)


def test_an_event_is_its_attributes_and_its_data():
    reading = read(event())
    assert (reading.kind, reading.severity, reading.metric) == ("alert", "critical", "error_rate")
    assert (reading.title, reading.services) == ("com.example.check.failed checkout", (("checkout",),))
    assert reading.occurred_at.hour == 10
    assert reading.labels["event_type"] == "com.example.check.failed"
    assert reading.labels["event_source"] == "https://checks.example.com/eu"


def test_binary_structured_and_batch_say_the_same():
    structured = read(event())
    assert read(*binary()) == structured
    assert read(event(), {**binary(id="other")[1], **STRUCTURED}) == structured  # the content type decides
    assert read_all([event(), event(id="2")], BATCH)[0] == structured
    assert read(
        event(data=None, data_base64=base64.b64encode(b'{"severity":"critical","metric":"error_rate"}').decode())
    )


def test_source_and_id_make_a_repeat():
    key = read(event()).key
    assert read(event(data={"severity": "low"}, time=None)).key == key
    assert read(event(id="A235")).key != key
    assert read(event(source="https://checks.example.com/us")).key != key
    assert replay(*binary()) == replay(json.dumps(event()).encode(), STRUCTURED) == key
    assert replay(json.dumps([event()]).encode(), BATCH) is None
    assert replay(json.dumps(event(id=None)).encode(), STRUCTURED) is None


@pytest.mark.parametrize(
    ("event_type", "kind"),
    [
        ("com.example.check.failed", "alert"),
        ("com.example.check.recovered", "resolution"),
        ("com.example.check.resolved.v2", "resolution"),
        ("com.example.state:ok", "resolution"),
        ("dev.cdevents.service.deployed.0.1.1", "change"),
        ("com.example.release", "change"),
        ("com.example.change.failed", "change"),
        ("com.closed.example.check.failed", "alert"),
        ("Other", "alert"),
    ],
)
def test_the_type_says_what_an_event_becomes(event_type, kind):
    reading = read(event(type=event_type))
    assert reading.kind == kind
    assert (reading.change is not None) == (kind == "change")


def test_the_tenants_patterns_come_before_the_convention():
    types = {"com.example.audit.*": "ignore", "com.example.*.failed": "ticket", "*": "change"}
    assert read(event(type="com.example.audit.deployed"), event_types=types).kind is None
    assert read(event(), event_types=types).kind == "ticket"
    assert read(event(type="com.example.check.recovered"), event_types=types).kind == "change"


def test_an_alert_and_its_resolution_meet_by_source_and_subject():
    alert, resolution = read(event()), read(event(id="2", type="com.example.check.recovered"))
    assert alert.dedup_key == resolution.dedup_key
    assert alert.dedup_key.startswith("cloudevents:")
    assert read(event(data={"dedup_key": "k"})).dedup_key == "cloudevents:k"
    assert read(event(subject=None)).dedup_key == ""
    with pytest.raises(Refused, match=r"resolves nothing.*subject"):
        read(event(subject=None, type="com.example.check.recovered"))


def test_data_may_say_that_it_is_over():
    assert read(event(data={"status": "resolved"})).kind == "resolution"


def test_data_of_anybody_is_read_as_far_as_it_fits():
    data = {"severity": ["a"], "status": "open", "timestamp": "Mon", "title": "Slow", "labels": [1], "host": "a"}
    reading = read(event(data=data))
    assert (reading.kind, reading.title, reading.severity) == ("alert", "Slow", "high")
    assert reading.occurred_at.hour == 10
    assert reading.labels["unread"] == "labels, severity, status, timestamp"
    assert reading.labels["host"] == "a"
    assert read(event(data={"status": "Recovered"})).kind == "resolution"
    assert read(event(data={"dedup_key": [], "service": {}})).services == (("checkout",),)


def test_data_says_more_of_a_change():
    reading = read(
        event(type="com.example.deployed", data={"change": {"ref": "v42", "author": "ann"}, "service": "pay"})
    )
    assert reading.change is not None
    assert (reading.change.kind, reading.change.ref, reading.change.author) == ("deploy", "v42", "ann")
    assert reading.services == (("pay",),)


def test_data_may_be_absent_text_or_what_other_sources_send():
    assert read(event(data=None)).title == "com.example.check.failed checkout"
    assert read(event(data="Disk is full", datacontenttype="text/plain")).title == "Disk is full"
    body, headers = b"Disk is full", {**binary()[1], "content-type": "text/plain"}
    assert read(body, headers).title == "Disk is full"
    assert read(b"", binary()[1]).kind == "alert"
    inside = next(json.loads(line) for line in SAMPLES.read_text().splitlines() if "alertmanager-inside" in line)
    readings = read_all(inside["body"])
    assert [reading.title for reading in readings] == ["bay-7 is 9 furlongs deep", "bay-8 is 9 furlongs deep"]
    assert read(event(data={"alert_transition": "Recovered", "alert_title": "x"})).kind == "resolution"
    assert read(event(data={"alerts": [], "orgId": 1})).kind is None


def test_a_mapping_reads_the_data_and_the_attributes():
    mapping = {
        "title": "$.text",
        "service": "$.host",
        "dedup_key": ["$$.source", "$.check"],
        "labels": {"on": "$$.time"},
    }
    data = {"text": "Slow", "host": "pay", "check": 7}
    reading = read(event(data=data), mapping=mapping)
    assert (reading.title, reading.services, reading.kind) == ("Slow", (("pay",),), "alert")
    assert reading.dedup_key == "cloudevents:https://checks.example.com/eu:7"
    assert reading.labels == {"on": "2026-01-01T10:00:00Z"}
    assert reading.key == read(event()).key
    assert read(event(type="a.recovered", data=data), mapping=mapping).kind == "resolution"
    assert read(event(type="a.deployed", data=data), mapping=mapping).change is not None
    several = read_all(event(data=[data, {**data, "host": "cart"}]), mapping={**mapping, "each": "$"})
    assert [one.services for one in several] == [(("pay",),), (("cart",),)]
    assert len({one.key for one in several}) == 2


def test_one_bad_event_takes_no_other_of_its_batch_with_it():
    readings = read_all([event(specversion="0.3"), event(), 7], BATCH)
    assert [reading.kind for reading in readings] == [None, "alert", None]
    assert "specversion is '0.3'" in readings[0].reason


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (event(specversion="0.3"), STRUCTURED, "specversion is '0.3', not 1.0"),
        (event(id=None), STRUCTURED, "not a CloudEvent: id"),
        (event(source=""), STRUCTURED, "not a CloudEvent: source"),
        (event(type=None), STRUCTURED, "not a CloudEvent: type"),
        (event(time="later"), STRUCTURED, "not a CloudEvent: time"),
        (event(data_base64="§"), STRUCTURED, "data_base64"),
        (event(), BATCH, "neither an event nor a batch"),
        (7, STRUCTURED, "neither an event nor a batch"),
        ([event(id=None)], BATCH, "not a CloudEvent: id"),
        (b"{", binary()[1], "not JSON"),
    ],
)
def test_what_is_no_event_says_why(body, headers, expected):
    with pytest.raises(Refused, match=expected):
        read_all(body, headers)


def test_header_values_are_percent_decoded():
    body, headers = binary(subject="caf%C3%A9")
    assert read(body, headers).services == (("café",),)
