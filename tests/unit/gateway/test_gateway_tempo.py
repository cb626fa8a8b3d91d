"""What is particular to Tempo: TraceQL, tenants, shares of the limit, ids in base64, odd answers."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.latest import ChangesRequest, TracesRequest, Window
from inquest.gateway.adapters.tempo import traceql
from inquest.gateway.adapters.tempo_answers import ids_of, spans_of
from inquest.gateway.ports import ProviderError
from inquest.testkit.apis.tempo import T0, TempoServer, trace, trace_id
from inquest.testkit.backends import Backend, Reply
from inquest.testkit.providers import ask, made

REQUEST = TracesRequest(window=Window(start=T0, end=T0 + timedelta(minutes=20)))
CATALOGUE = ({"service_id": "checkout", "aliases": {"tempo": ["checkout-svc"]}},)
SERVER = TempoServer(range(20))


async def read(request=REQUEST, domain="traces", serve=SERVER, **more: object):
    """Return the answer, and the requests that were made for it."""
    async with Backend(serve=serve).listening() as backend:
        config = {"name": "tempo", "kind": "tempo", "settings": {"url": backend.url, **more}}
        async with made(config, services=CATALOGUE) as tempo:
            return await ask(tempo, domain, request), backend.received


def wanting(**fields: object) -> TracesRequest:
    return REQUEST.model_copy(update=fields)


async def test_whole_traces_come_with_all_that_is_known():
    fetched, received = await read()
    response = fetched.response
    assert (len(response.span_ids), len(set(response.trace_ids)), len(received)) == (40, 20, 24)
    assert response.services[:2] == ["checkout", "cart"]
    assert (response.trace_ids[0], response.parent_ids[:2]) == (trace_id(0), [None, response.span_ids[0]])
    assert (response.errors[:3], response.starts[0], response.durations_ms[0]) == (
        [True, False, False],
        T0.timestamp(),
        9,
    )
    assert response.attributes[1]["n"] == "7"
    assert response.attributes[1]["service.name"] == "cart"
    assert (fetched.partial, received[0].query["limit"]) == ("", ["50"])
    assert fetched.query_text.startswith("GET /api/search?q=%7B+%7D&start=")


@pytest.mark.parametrize(
    ("service", "fields", "query"),
    [
        ("", {}, "{ }"),
        ("cart", {}, '{ resource.service.name = "cart" }'),
        ('a" } || { "', {}, r'{ resource.service.name = "a\" } || { \"" }'),
        ("cart", {"names": ("b", "a")}, '{ resource.service.name = "cart" && (name = "a" || name = "b") }'),
        ("cart", {"errors_only": True}, '{ resource.service.name = "cart" } && { status = error }'),
        ("", {"errors_only": True, "duration_ms_min": 9.015}, "{ status = error && duration >= 9015us }"),
    ],
)
def test_the_query_says_what_is_asked(service, fields, query):
    assert traceql(service, wanting(**fields)) == query


async def test_searches_leave_traces_out_at_the_source():
    failed, _ = await read(wanting(services=("checkout",), names=("POST /pay",), errors_only=True))
    assert len(set(failed.response.trace_ids)) == 7
    assert set(failed.response.services) == {"checkout", "cart"}
    slow, _ = await read(wanting(duration_ms_min=9.015))
    assert len(set(slow.response.trace_ids)) == 5
    of_cart, _ = await read(wanting(services=("cart",), errors_only=True))  # the error is in checkout
    assert len(set(of_cart.response.trace_ids)) == 7
    assert (await read(wanting(names=("no",))))[0].response.span_ids == []
    fetched, received = await read(wanting(services=("cart",)), services=["checkout-svc"])
    assert (fetched.query_text, received) == ("nothing", [])


async def test_a_window_within_seconds_is_kept():
    window = Window(start=T0 + timedelta(milliseconds=500), end=T0 + timedelta(minutes=1, milliseconds=1))
    fetched, _ = await read(wanting(window=window))
    assert fetched.response.starts == [(T0 + timedelta(minutes=1)).timestamp()]


async def test_too_many_traces_are_taken_from_every_slice_and_it_is_said():
    fetched, _ = await read(services=["cart"], traces_max=4)
    minutes = sorted({int(start - T0.timestamp()) // 300 for start in fetched.response.starts})
    assert minutes == [0, 1, 2, 3]
    assert fetched.response.truncated
    assert fetched.partial == '{ resource.service.name = "cart" } finds more traces than its share of traces_max'


async def test_traces_are_read_by_their_ids():
    fetched, received = await read(wanting(trace_ids=(trace_id(3).lstrip("0"), "FFFF", "../search")))
    assert set(fetched.response.trace_ids) == {trace_id(3)}
    assert sorted(one.path for one in received) == [f"/api/traces/{trace_id(3)}", f"/api/traces/{'ffff':0>32}"]
    assert received[0].query["start"] == [f"{T0.timestamp() - 3600:.0f}"]


async def test_a_tenant_that_is_not_named_is_refused():
    server = TempoServer(range(3), org_id="acme")
    assert (await read(serve=server, org_id="acme"))[0].response.span_ids
    with pytest.raises(ProviderError, match="401") as failed:
        await read(serve=server)
    assert failed.value.kind == "auth"


async def test_what_tempo_refuses_is_told_with_its_reason():
    refused = Reply(400, b"invalid TraceQL query: parse error at line 1, col 3")
    with pytest.raises(ProviderError, match="parse error at line 1") as failed:
        await read(serve=lambda _: refused)
    assert failed.value.kind == "malformed"
    strange = Reply(body={"traces": [{"traceID": "../../api"}], "metrics": {}})
    with pytest.raises(ProviderError, match="is no trace's id"):
        await read(serve=lambda _: strange)
    with pytest.raises(ProviderError, match="has no changes"):
        await read(ChangesRequest(window=REQUEST.window), "changes")


def test_both_versions_of_a_trace_and_both_spellings_of_ids_are_read():
    first = spans_of(trace(3))
    (batch, _) = trace(3)["batches"]
    span = batch["scopeSpans"][0]["spans"][0]
    spelt = {**span, "traceId": trace_id(3), "spanId": first[0].span_id.upper(), "status": {"code": 2}}
    second = {"trace": {"resourceSpans": [{**batch, "scopeSpans": [{"spans": [spelt]}]}]}, "status": "COMPLETE"}
    assert spans_of(second) == first[:1]
    assert spans_of({"batches": [{"instrumentationLibrarySpans": [{"spans": [span]}]}]})[0].service == "unknown"
    values = [{"boolValue": True}, {"doubleValue": 0.5}, {"arrayValue": {"values": [{"stringValue": "a"}]}}, {}]
    tagged = {**span, "attributes": [{"key": f"k{number}", "value": one} for number, one in enumerate(values)]}
    (one,) = spans_of({"batches": [{"scopeSpans": [{"spans": [tagged]}]}]})
    assert dict(one.attributes) == {"k0": "true", "k1": "0.5", "k2": '{"values": [{"stringValue": "a"}]}', "k3": ""}


_KEYS = (
    "trace",
    "batches",
    "resourceSpans",
    "scopeSpans",
    "spans",
    "resource",
    "attributes",
    "traceId",
    "status",
    "traces",
)
_JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.just(trace(1)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=50, deadline=None)
@given(_JSON)
def test_whatever_arrives_is_read_or_malformed(raw):
    for reads in (spans_of, ids_of):
        with suppress(ProviderError):
            reads(raw)
