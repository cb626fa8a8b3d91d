"""What is particular to Jaeger: its searches, shares of the limit, whole traces, odd answers."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.latest import ChangesRequest, TracesRequest, Window
from inquest.gateway.adapters.jaeger_answers import data_of, spans_of
from inquest.gateway.ports import ProviderError
from inquest.testkit.apis.jaeger import T0, serve, trace
from inquest.testkit.backends import Backend, Reply
from inquest.testkit.providers import ask, made

REQUEST = TracesRequest(window=Window(start=T0, end=T0 + timedelta(minutes=20)))
CATALOGUE = ({"service_id": "checkout", "aliases": {"jaeger": ["checkout-svc"]}},)


async def read(request=REQUEST, domain="traces", serve=serve, **more: object):
    """Return the answer, and the searches that were made for it."""
    async with Backend(serve=serve).listening() as backend:
        config = {"name": "jaeger", "kind": "jaeger", "settings": {"url": backend.url, **more}}
        async with made(config, services=CATALOGUE) as jaeger:
            fetched = await ask(jaeger, domain, request)
            return fetched, [one for one in backend.received if one.path != "/api/services"]


def wanting(**fields: object) -> TracesRequest:
    return REQUEST.model_copy(update=fields)


async def test_whole_traces_come_once_however_many_searches_find_them():
    fetched, searches = await read()
    response = fetched.response
    assert (len(response.span_ids), len(set(response.trace_ids)), len(searches)) == (40, 20, 8)
    assert response.services[:2] == ["checkout", "cart"]
    assert (response.parent_ids[:2], response.errors[:3]) == ([None, response.span_ids[0]], [True, False, False])
    assert (response.starts[0], response.durations_ms[0]) == (T0.timestamp(), 9.0)
    assert "db.statement" in response.attributes[1]
    assert (fetched.partial, searches[0].query["limit"]) == ("", ["250"])


async def test_searches_say_what_is_asked():
    fetched, searches = await read(wanting(services=("checkout",), names=("POST /pay",), errors_only=True))
    assert len(set(fetched.response.trace_ids)) == 7
    assert set(fetched.response.services) == {"checkout", "cart"}
    asked = searches[0].query
    assert (asked["service"], asked["operation"], asked["tags"]) == (
        ["checkout-svc"],
        ["POST /pay"],
        ['{"error": "true"}'],
    )
    slow, searches = await read(wanting(duration_ms_min=9.015))
    assert len(set(slow.response.trace_ids)) == 5
    assert searches[0].query["minDuration"] == ["9015us"]


async def test_too_many_traces_are_taken_from_every_slice_and_it_is_said():
    fetched, _ = await read(services=["cart"], traces_max=4)
    assert len(set(fetched.response.trace_ids)) == 4
    minutes = sorted({int(start - T0.timestamp()) // 300 for start in fetched.response.starts})
    assert minutes == [0, 1, 2, 3]
    assert fetched.response.truncated
    assert fetched.partial == "cart has more traces than its share of traces_max"


async def test_traces_are_read_by_their_ids():
    known = trace(3)["traceID"]
    fetched, searches = await read(wanting(trace_ids=(known, "ffff", "../services")))
    assert set(fetched.response.trace_ids) == {known}
    assert sorted(one.path for one in searches) == [f"/api/traces/{known}", "/api/traces/ffff"]


async def test_an_operation_of_nobody_is_an_answer_and_another_domain_is_none():
    assert (await read(wanting(names=("no",))))[0].response.span_ids == []
    assert (await read(wanting(services=("nobody",))))[0].query_text == "nothing"
    with pytest.raises(ProviderError, match="has no changes"):
        await read(ChangesRequest(window=REQUEST.window), "changes")


async def test_an_error_in_the_answer_is_told():
    said = Reply(body={"data": None, "errors": [{"code": 400, "msg": "bad query"}]})
    with pytest.raises(ProviderError, match="bad query"):
        await read(serve=lambda _: said)


_KEYS = ("data", "spans", "processes", "tags", "startTime", "references", "errors", "p1", "processID", "duration")
_JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.just(trace(1)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=50, deadline=None)
@given(_JSON)
def test_whatever_arrives_is_read_or_malformed(raw):
    with suppress(ProviderError):
        spans_of(data_of(raw))
