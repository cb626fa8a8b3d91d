"""Every source against mutations of what it really sends: read or refused, never a fault, never lost."""

import asyncio
import copy
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inquest.config import Catalogue, Config, ConfigStore, CorrelationConfig
from inquest.config.sources import SourceConfig
from inquest.contracts import subjects as s
from inquest.contracts import topology
from inquest.intake.domain.acceptance import STATUSES, accept
from inquest.intake.domain.normalise import Context, to_signal
from inquest.intake.domain.reading import Reading
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.source import Delivered, parse
from inquest.intake.domain.sources import SOURCES
from inquest.intake.service import build
from inquest.intake.settings import Settings
from inquest.testkit.memory import MemoryBus
from starlette.applications import Starlette

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
HERE = Path(__file__).parent
SETTINGS = {
    "cloudevents": {"event_types": {"com.example.audit.*": "ignore"}},
    "generic": {"mapping": None},
}
MAPPING = {
    "kind": {"path": "$.status", "values": {"*": "alert"}, "default": "alert"},
    "occurred_at": {"path": "$.fired_at", "optional": True},
    "title": {"path": "$.summary", "optional": True},
    "severity": {"path": "$.severity", "optional": True},
    "service": {"path": "$.service", "optional": True},
    "dedup_key": {"path": "$.dedup_key", "optional": True},
    "labels": {"monitor": "$.labels.monitor"},
    "links": "$.links[*]",
}
HEADERS_MAX = 3
JUNK: tuple[Any, ...] = (
    None, True, 0, -1, 7.5, 1e308, 2**63, 10**30, "", " ", "x", "x" * 20_000, "5", "$ID", "0", "-0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-12:00", "2026-01-01", "ünï\u202e\u0000\U0001f525", "javascript:alert(1)", "http://[", "a:b:c",
    [], {}, [None], [[]], {"": ""}, ["x"] * 300, {"id": {}}, {str(n): n for n in range(200)},
)  # fmt: skip


def samples() -> dict[str, list[tuple[dict[str, str], Any]]]:
    """Return headers and bodies of real deliveries by source."""
    found: dict[str, list[tuple[dict[str, str], Any]]] = {}
    for path in (HERE / "samples").glob("*.ndjson*"):
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        lines = map(json.loads, raw.splitlines())
        found[path.name.partition(".")[0]] = [(line.get("headers", {}), line["body"]) for line in lines]
    vector = json.loads((HERE / "pagerduty_vector.json").read_text())
    return {**found, "pagerduty": [({}, json.loads(vector["body"]))]}


SAMPLES = samples()


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything inside a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deeper for key, one in inside for deeper in places(one, (*path, key)))]


def junk(draw: st.DrawFn) -> Any:
    return copy.deepcopy(draw(st.sampled_from(JUNK)))  # it may be changed in its turn


def nested(depth: int) -> Any:
    value: Any = "deep"
    for number in range(depth):
        value = {"data": value} if number % 2 else [value]
    return value


@st.composite
def mutated(draw: st.DrawFn, source: str) -> tuple[dict[str, str], bytes]:
    """Draw a real delivery with up to three things changed in it."""
    headers, body = copy.deepcopy(draw(st.sampled_from(SAMPLES[source])))
    for _ in range(draw(st.integers(1, 3))):
        body = changed(draw, body)
    for name in draw(st.lists(st.sampled_from(sorted(headers)), max_size=HEADERS_MAX)) if headers else ():
        headers[name] = draw(st.sampled_from(["", "x", "application/json", "ping", "%", "x" * 500, "%F0%9F%94%A5%00"]))
    raw = json.dumps(body).encode()
    return headers, draw(st.sampled_from([raw, raw, raw, raw, raw[:-1], b"\xef\xbb\xbf" + raw, b""]))


def changed(draw: st.DrawFn, body: Any) -> Any:
    """Return the body with one value removed, replaced, wrapped, repeated, or another beside it."""
    path = draw(st.sampled_from(places(body)))
    if not path:
        return draw(st.sampled_from([junk(draw), body, [body], {"data": body}]))
    holder, key = body, path[-1]
    for step in path[:-1]:
        holder = holder[step]
    match draw(st.sampled_from(["remove", "junk", "junk", "wrap", "nest", "extra", "move"])):
        case "remove":
            del holder[key]
        case "junk":
            holder[key] = junk(draw)
        case "wrap":
            holder[key] = draw(st.sampled_from([[holder[key]], {"value": holder[key]}, [holder[key]] * 40]))
        case "nest":
            holder[key] = nested(draw(st.sampled_from([3, 100, 400])))
        case "move":
            other = draw(st.sampled_from(places(body)))
            value = body
            for step in other:
                value = value[step]
            holder[key] = copy.deepcopy(value)
        case _ if isinstance(holder, dict):
            holder[draw(st.sampled_from(["extra", "", "ключ", "x" * 3000, "a.b"]))] = junk(draw)
        case _:
            holder.insert(0, junk(draw))
    return body


def delivered(source: str, headers: dict[str, str], **more: Any) -> Delivered:
    config = SourceConfig.model_validate({"kind": source, "bus_only": True, **SETTINGS.get(source, {}), **more})
    return Delivered(SOURCES[source].kept(headers), config, NOW)


def check(source: str, raw: bytes, when: Delivered) -> None:
    """Read a delivery twice: it is refused with a message, or its readings become signals, each time the same."""
    try:
        readings = parse(raw, SOURCES[source], when)
    except Refused as error:
        assert error.outcome in STATUSES  # noqa: PT017 - both outcomes are fine, a third is not
        assert 0 < len(error.message) < 2000  # noqa: PT017
        return
    assert readings
    assert parse(raw, SOURCES[source], when) == readings
    for reading in readings:
        assert isinstance(reading, Reading)
        assert reading.kind or reading.reason
        if reading.kind:
            catalogue, rules = Catalogue(Config().tenant("default").catalogue), CorrelationConfig()
            signal = to_signal(reading, Context("acme", source, NOW, "ref", catalogue, rules))
            assert signal.model_validate_json(signal.model_dump_json()) == signal
            assert len(signal.dedup_key) < 2000
            assert all(len(name) <= 200 for name in signal.services)
            assert all(link.startswith("http") for link in signal.links)
    accepted = accept("acme", SOURCES[source], raw, when)
    assert len(accepted.identity) == 64


def test_there_are_real_deliveries_of_every_source():
    assert sorted(SAMPLES) == sorted(SOURCES)
    for source, known in SAMPLES.items():
        for headers, body in known:
            assert parse(json.dumps(body).encode(), SOURCES[source], delivered(source, headers))


@pytest.mark.parametrize("source", sorted(SOURCES))
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(st.data())
def test_any_delivery_is_read_or_refused(source, data):
    headers, raw = data.draw(mutated(source))
    check(source, raw, delivered(source, headers))


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(mutated("generic"))
def test_any_delivery_is_mapped_or_refused(drawn):
    headers, raw = drawn
    check("generic", raw, delivered("generic", headers, mapping=MAPPING))


@pytest.mark.parametrize("source", sorted(SOURCES))
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(st.data())
def test_over_http_nothing_fails_and_nothing_accepted_is_lost(source, data):
    asyncio.run(deliver(source, data.draw(st.lists(mutated(source), min_size=1, max_size=4))))


async def deliver(source: str, deliveries: list[tuple[dict[str, str], bytes]]) -> None:
    """Post each; what was answered 202 is kept, and each signal that it promised comes of it. The bus says the same."""
    bus = MemoryBus(NOW)
    more = SETTINGS.get(source, {})
    over_http, from_bus = {"kind": source, "unauthenticated": True, **more}, {"kind": source, "bus_only": True, **more}
    tenants = {"http": {"sources": [over_http]}, "bus": {"sources": [from_bus]}}
    await ConfigStore(bus.kv(topology.CONFIG)).apply(Config.model_validate({"tenants": tenants}), "test", NOW)
    service = build(bus, Settings())
    for action in service.on_start:
        await action()
    transport = httpx.ASGITransport(app=Starlette(routes=service.routes))
    promised: set[str] = set()
    refused = repeated = 0
    async with httpx.AsyncClient(transport=transport, base_url="http://intake") as http:
        for headers, raw in deliveries:
            if len(raw) > Settings().body_bytes_max:
                continue
            answer = await http.post(f"/webhooks/{source}/http", content=raw, headers=headers)
            assert answer.status_code in {202, 400}, answer.text
            body = answer.json()
            assert body["message"] or body["status"] in {"accepted", "duplicate"}
            refused += answer.status_code == 400
            if body.get("status") == "duplicate":
                repeated += 1
            else:
                promised.update(body.get("signal_ids", ()))
            await bus.publish(s.INGEST_DELIVERY, raw, headers=headers, source=source, tenant="bus")
    await bus.settle()
    assert {signal.signal_id for signal in received(bus, "http")} == promised
    if not repeated:  # two deliveries with one id of the sender are one over HTTP, whatever else they say
        assert sorted(map(gist, received(bus, "bus"))) == sorted(map(gist, received(bus, "http")))
    assert len(bus.dead) == refused
    assert all(subject == f"evt.delivery.kept.v1.bus.{source}" for subject, _ in bus.dead)


def received(bus: MemoryBus, tenant: str) -> list[Any]:
    subjects = (s.SIGNAL_RECEIVED, s.CHANGE_RECEIVED)
    return [signal for one in subjects for signal in bus.published(one) if signal.tenant == tenant]


def gist(signal: Any) -> tuple[str, ...]:
    """Return what a signal says that does not hang on when and where it came in."""
    return (signal.kind, signal.title, signal.severity, signal.dedup_key, *signal.services, *signal.links)
