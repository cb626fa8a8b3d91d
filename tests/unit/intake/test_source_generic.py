import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from inquest.config.source_mapping import steps
from inquest.config.sources import SourceConfig
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.source import Delivered, parse
from inquest.intake.domain.sources.generic import SOURCE
from pydantic import ValidationError

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
ALARM = {
    "state": "ALARM",
    "id": 17,
    "when": 1767261600,
    "level": 5,
    "host": {"app": "checkout", "also": ["shop-checkout", None], "a b": {"c.d": "x"}},
    "text": "Too slow",
    "urls": ["https://a.example.com", "javascript:x"],
    "parts": [{"name": "cart"}, {"name": "pay"}],
    "empty": "",
    "flag": True,
}


def read_all(body, mapping=None):
    settings = SourceConfig(kind="generic", bus_only=True, mapping=mapping)
    return parse(json.dumps(body).encode(), SOURCE, Delivered({}, settings, NOW))


def read(body, mapping=None):
    (reading,) = read_all(body, mapping)
    return reading


def test_a_mapping_says_where_each_field_stands():
    reading = read(
        ALARM,
        {
            "kind": {"path": "$.state", "values": {"ALARM": "alert", "OK": "resolution", "*": "ignore"}},
            "key": "$.id",
            "occurred_at": "$.when",
            "title": "$.text",
            "severity": {"path": "$.level", "values": {5: "critical"}},
            "service": ["$.host.app", "$.host.also"],
            "services": "$.parts[*].name",
            "metric": "latency",
            "dedup_key": ["alarm", "$.id"],
            "labels": {
                "deep": "$.host['a b'][\"c.d\"]",
                "flag": "$.flag",
                "gone": "$.gone",
                "last": "$.parts[-1].name",
            },
            "links": "$.urls",
        },
    )
    assert (reading.kind, reading.key, reading.title, reading.severity) == ("alert", "17:alert", "Too slow", "critical")
    assert reading.occurred_at == datetime(2026, 1, 1, 10, tzinfo=UTC)
    assert reading.services == (("checkout", "shop-checkout"), ("cart",), ("pay",))
    assert (reading.metric, reading.dedup_key) == ("latency", "generic:alarm:17")
    assert reading.labels == {"deep": "x", "flag": "true", "last": "pay"}
    assert reading.links == ("https://a.example.com",)


def test_what_is_not_mapped_has_a_default():
    reading = read(ALARM, {})
    assert (reading.kind, reading.title, reading.severity) == ("alert", "Alert from generic", "high")
    assert (reading.occurred_at, reading.services, reading.dedup_key) == (NOW, (), "")
    assert read(ALARM, {}).key == reading.key != read({**ALARM, "id": 18}, {}).key


def test_one_signal_per_element_of_a_list():
    mapping = {"each": "$.parts", "service": "$.name", "title": "$$.text", "key": "$.name"}
    readings = read_all(ALARM, mapping)
    assert [(one.key, one.services, one.title) for one in readings] == [
        ("cart:alert", (("cart",),), "Too slow"),
        ("pay:alert", (("pay",),), "Too slow"),
    ]
    assert len(read_all([1, 2], {"each": "$[*]", "title": "$"})) == 2
    broken = {**ALARM, "parts": [{"name": "cart"}, {"name": {}}]}
    assert [one.kind for one in read_all(broken, mapping)] == ["alert", None]


def test_a_change_is_described():
    mapping = {
        "kind": "change",
        "service": "$.host.app",
        "change": {"kind": {"path": "$.state", "values": {"ALARM": "flag"}}, "ref": "$.id", "url": "$.urls[0]"},
    }
    change = read(ALARM, mapping).change
    assert change is not None
    assert (change.kind, change.ref, change.url, change.author) == ("flag", "17", "https://a.example.com", "")


def test_what_the_mapping_ignores_is_kept_and_nothing_follows():
    reading = read(ALARM, {"kind": {"path": "$.state", "values": {"*": "ignore"}}, "key": "$.gone"})
    assert (reading.kind, reading.reason) == (None, "mapping.kind is ignore")


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ({"title": "$.gone"}, r"mapping\.title: \$\.gone leads to nothing; give it a `default`, or `optional: true`"),
        ({"service": "$.host"}, r"mapping\.service: \$\.host leads to a JSON dict, not to a text or number"),
        ({"title": "$.empty"}, r"\$\.empty leads to nothing"),
        ({"key": "$.urls[7]"}, r"mapping\.key: \$\.urls\[7\] leads to nothing"),
        ({"kind": "$.state"}, r"mapping\.kind: \$\.state says 'ALARM', which is none of alert, firing"),
        ({"occurred_at": "$.text"}, r"mapping\.occurred_at: \$\.text says 'Too slow', which is no time"),
        ({"kind": "resolution"}, r"mapping\.dedup_key: a resolution needs"),
        ({"kind": "change", "change": {"kind": "$.text"}}, r"mapping\.change\.kind: \$\.text says 'Too slow'"),
        ({"each": "$.host"}, r"mapping\.each: \$\.host leads to a JSON dict, not to a list"),
        ({"each": "$.gone"}, r"mapping\.each: \$\.gone leads to nothing"),
        ({"title": {"const": "a", "values": {"a": "b"}}, "severity": "$.parts"}, r"mapping\.severity: \$\.parts"),
    ],
)
def test_what_cannot_be_mapped_names_path_and_field(mapping, expected):
    with pytest.raises(Refused, match=expected):
        read(ALARM, mapping)


def test_a_resolution_is_no_repeat_of_its_alert():
    mapping = {"kind": {"path": "$.state", "values": {"ALARM": "alert"}}, "key": "$.id", "dedup_key": "$.id"}
    alert, resolution = read(ALARM, mapping), read({**ALARM, "state": "resolved"}, mapping)
    assert alert.dedup_key == resolution.dedup_key
    assert alert.key != resolution.key


def test_a_default_or_optional_stands_in():
    mapping = {"title": {"path": "$.gone", "default": "Alarm"}, "service": {"path": "$.gone", "optional": True}}
    reading = read(ALARM, {**mapping, "severity": {"path": "$.gone", "optional": True}})
    assert (reading.title, reading.services, reading.severity) == ("Alarm", (), "high")


def test_long_ids_stay_different():
    one, other = (read({"id": "x" * 5000 + end}, {"key": "$.id", "dedup_key": "$.id"}) for end in "ab")
    assert one.key != other.key
    assert one.dedup_key != other.dedup_key
    assert len(one.dedup_key) < 100


@pytest.mark.parametrize("path", ["host", "$.", "$x", "$.a[", "$.a[b]", "$..a", "$.a b", "$['']", ""])
def test_a_path_that_is_none_is_told_when_the_configuration_is_checked(path):
    with pytest.raises(ValueError, match=r"path|understood"):
        steps(path)
    with pytest.raises(ValidationError):
        SourceConfig(kind="generic", bus_only=True, mapping={"each": path})


def test_a_mapping_belongs_to_sources_that_read_it():
    with pytest.raises(ValidationError, match="`mapping` belongs to cloudevents, generic; jira does not read it"):
        SourceConfig(kind="jira", bus_only=True, mapping={})
    with pytest.raises(ValidationError, match="either `path` or `const`"):
        SourceConfig(kind="generic", bus_only=True, mapping={"title": {"default": "x"}})


def test_a_list_of_documents_is_several_signals():
    good = {"fired_at": "2026-01-01T10:00:00Z", "service": "a"}
    assert [one.kind for one in read_all([good, {"service": "b"}, good | {"service": "c"}])] == ["alert", None, "alert"]
    with pytest.raises(Refused, match="fired_at"):
        read_all([{}])


def test_a_document_may_tell_of_a_change():
    change = {"kind": "flag", "ref": "new-cart", "author": "ann"}
    reading = read({"fired_at": "2026-01-01T10:00:00Z", "service": "cart", "change": change})
    assert (reading.kind, reading.title) == ("change", "Flag new-cart of cart")
    assert reading.change is not None
    assert reading.change.author == "ann"
    with pytest.raises(Refused, match=r"change\.kind"):
        read({"fired_at": "2026-01-01T10:00:00Z", "change": {"kind": "odd"}})


def test_null_in_a_document_is_the_same_as_leaving_it_out():
    said = {"time": "2026-01-01T10:00:00Z", "service": "cart"}
    names = ["fired_at", "services", "metric", "observed", "threshold", "severity", "summary", "status", "dedup_key"]
    nulls = dict.fromkeys([*names, "labels", "links", "change", "window", "baseline", "more"])
    bare = read(said)
    assert replace(read(said | nulls), key=bare.key) == bare
    inside = {"labels": {"a": "b", "c": None}, "services": ["db", None], "change": {"ref": "v2", "author": None}}
    reading = read(said | inside)
    assert (reading.labels, reading.services) == ({"a": "b"}, (("cart",), ("db",)))
    assert reading.change is not None
    assert (reading.change.ref, reading.change.author) == ("v2", "")
    with pytest.raises(Refused, match="fired_at: Field required"):
        read({"fired_at": None})
    with pytest.raises(Refused, match="the document"):
        read_all([None])
