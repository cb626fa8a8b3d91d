"""What is particular to OpenSearch: its queries, many lines, ties, lost shards, odd answers."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.latest import LogsRequest, TracesRequest, Window
from inquest.gateway.adapters.opensearch_answers import Places, found_in, value_at
from inquest.gateway.ports import ProviderError
from inquest.testkit.apis.opensearch import T0, OpensearchServer, document
from inquest.testkit.backends import Backend, Reply
from inquest.testkit.providers import ask, made

REQUEST = LogsRequest(window=Window(start=T0, end=T0 + timedelta(minutes=10)))
START_MS = int(T0.timestamp()) * 1000
DOCUMENTS = [document(number) for number in range(30)]
PLACES = Places("@timestamp", "message", "service.name", "log.level", "trace.id", "span.id")


async def read(serve, request=REQUEST, domain="logs", **more: object):
    """Return the answer, and the bodies of the searches that were made for it."""
    async with Backend(serve=serve).listening() as backend:
        config = {"name": "os", "kind": "opensearch", "settings": {"url": backend.url, "indices": ["logs-*"], **more}}
        async with made(config) as provider:
            fetched = await ask(provider, domain, request)
            return fetched, [one.json() for one in backend.received]


def wanting(**fields: object) -> LogsRequest:
    return REQUEST.model_copy(update=fields)


@pytest.mark.parametrize(
    ("fields", "more", "clauses"),
    [
        ({}, {}, []),
        ({"services": ("cart", "a")}, {}, [{"terms": {"service.name": ["a", "cart"]}}]),
        ({"trace_ids": ("ab",)}, {"exact_suffix": ".keyword"}, [{"terms": {"trace.id.keyword": ["ab"]}}]),
        ({}, {"terms": {"kubernetes.namespace": ["shop"]}}, [{"terms": {"kubernetes.namespace": ["shop"]}}]),
        (
            {"text": 'a*b\\?"}'},
            {"text_search": "wildcard"},
            [{"wildcard": {"message": {"value": '*a\\*b\\\\\\?"}*', "case_insensitive": True}}}],
        ),
        ({"text": "x"}, {"text_search": "none"}, []),
    ],
)
async def test_the_query_says_what_is_asked(fields, more, clauses):
    _, bodies = await read(OpensearchServer(DOCUMENTS), wanting(**fields), **more)
    ends = {"gte": START_MS, "lt": START_MS + 600_000, "format": "epoch_millis"}
    assert bodies[0]["query"]["bool"]["filter"] == [{"range": {"@timestamp": ends}}, *clauses]


async def test_lines_come_with_all_that_is_known_of_them():
    fetched, _ = await read(OpensearchServer(DOCUMENTS[:3]))
    response = fetched.response
    assert response.times == [T0.timestamp() + 20 * number + 0.123 for number in range(3)]
    assert (response.services, response.severities) == (["cart", "checkout-svc", "cart"], ["info", "ERROR", "warn"])
    assert (response.trace_ids[1], response.span_ids[1]) == (f"{1:032x}", f"{1:016x}")
    assert fetched.query_text.startswith('POST /logs-*/_search {"query": ')
    assert (fetched.problems, fetched.partial, response.truncated) == ((), "", False)


async def test_severity_and_text_leave_lines_out_at_the_source():
    severe, bodies = await read(OpensearchServer(DOCUMENTS), wanting(severity_min="error"))
    assert set(severe.response.severities) == {"ERROR"}
    assert {"info", "WARN", "Notice"} <= set(bodies[0]["query"]["bool"]["must_not"][0]["terms"]["log.level"])
    for how in ("phrase", "wildcard", "none"):
        some, _ = await read(OpensearchServer(DOCUMENTS), wanting(text="DEADLINE exc"), text_search=how)
        assert len(some.response.messages) == 10


async def test_what_the_cluster_finds_beside_the_text_is_left_out_here():
    odd = [{**document(0), "message": "a-b"}, {**document(1), "message": "a b"}]
    some, _ = await read(OpensearchServer(odd), wanting(text="a-b"))
    assert some.response.messages == ["a-b"]


def many(count: int) -> list[dict]:
    step_ms = 600_000 / count
    return [
        {"@timestamp": START_MS + number * step_ms, "message": f"line {number}", "service": {"name": "cart"}}
        for number in range(count)
    ]


async def test_too_many_lines_are_taken_evenly_and_the_cursor_leads_to_the_others():
    limits, server = {"lines_max": 400, "page_lines_max": 100}, OpensearchServer(many(2048))
    fetched, bodies = await read(server, **limits)
    response = fetched.response
    assert (response.truncated, response.lines_seen) == (True, 2048)
    assert 300 < len(response.times) <= 400
    assert fetched.partial == f"{len(response.times)} lines of 2048, taken evenly over the window"
    minutes = Counter(int(time - T0.timestamp()) // 100 for time in response.times)
    assert len(minutes) == 6
    assert min(minutes.values()) >= 20
    assert len(bodies) < 20
    seen = list(response.messages)
    while response.next_cursor:
        response = (await read(server, wanting(cursor=response.next_cursor), **limits))[0].response
        seen += response.messages
    assert sorted(seen) == sorted(f"line {number}" for number in range(2048))


async def test_more_lines_of_one_millisecond_than_a_page_are_told():
    same = [{**document(0), "@timestamp": START_MS + 5, "message": f"same {number}"} for number in range(9)]
    last = {**document(0), "@timestamp": START_MS + 6, "message": "next"}
    fetched, _ = await read(OpensearchServer([*same, last]), page_lines_max=5)
    assert (len(fetched.response.messages), fetched.response.messages[-1]) == (5, "next")
    assert "the others were left out" in fetched.problems[0]


async def test_a_window_that_begins_within_a_millisecond_is_kept():
    nanos = [{**document(0), "@timestamp": START_MS + 0.25 * number} for number in range(8)]
    window = Window(start=T0 + timedelta(microseconds=500), end=T0 + timedelta(microseconds=1500))
    fetched, _ = await read(OpensearchServer(nanos), wanting(window=window))
    assert [round((time - T0.timestamp()) * 1e6) for time in fetched.response.times] == [500, 750, 1000, 1250]


async def test_lost_shards_show():
    fetched, _ = await read(OpensearchServer(DOCUMENTS, failed=1))
    assert fetched.response.truncated
    assert fetched.partial == "1 of 2 shards failed: Data"


async def test_lines_without_a_service_are_left_out_and_counted():
    fetched, _ = await read(OpensearchServer([{"@timestamp": START_MS, "message": "x"}, *DOCUMENTS[:2]]))
    assert len(fetched.response.times) == 2
    assert fetched.problems == ("1 lines without the field 'service.name' were left out",)


async def test_what_the_cluster_refuses_is_told_with_its_reason(monkeypatch):
    monkeypatch.setenv("KEY", "Zm9v")
    auth = {"kind": "header", "name": "Authorization", "prefix": "ApiKey ", "value": "env:KEY"}
    server = OpensearchServer(DOCUMENTS, key="Zm9v")
    assert (await read(server, auth=auth))[0].response.times
    for more, kind, said in (
        ({}, "auth", "credentials"),
        ({"auth": auth, "indices": ["metrics"]}, "not-found", "answers 404"),
        ({"auth": auth, "indices": ["metrics-*"]}, "not-found", "no index, data stream or alias matches metrics-*"),
    ):
        with pytest.raises(ProviderError, match=said.replace("*", r"\*")) as failed:
            await read(server, **more)
        assert failed.value.kind == kind
    refused = Reply(400, {"error": {"type": "parsing_exception", "reason": "no [query] registered"}, "status": 400})
    with pytest.raises(ProviderError, match=r"no \[query\] registered"):
        await read(lambda _: refused)
    with pytest.raises(ProviderError, match="has no traces"):
        await read(server, TracesRequest(window=REQUEST.window), "traces")


@pytest.mark.parametrize("cursor", ["1-2", "x", f"{START_MS}-{START_MS}"])
async def test_a_cursor_of_another_window_is_refused(cursor):
    with pytest.raises(ProviderError, match="not one that this provider gave"):
        await read(OpensearchServer(DOCUMENTS), wanting(cursor=cursor))


@pytest.mark.parametrize("index", ["../_all", "a/b", "_all", "A", "-x", "a?b"])
async def test_an_index_is_a_name_and_no_address(index):
    with pytest.raises(ValueError, match="indices"):
        await read(OpensearchServer(DOCUMENTS), indices=[index])


def test_a_field_is_found_however_its_name_is_written():
    assert value_at({"a": {"b.c": 1}}, "a.b.c") == 1
    assert value_at({"a.b": {"c": 2}}, "a.b.c") == 2
    assert value_at({"a": {"b": 3}}, "a.b.c") is None


_KEYS = ("_shards", "total", "failed", "failures", "hits", "value", "fields", "@timestamp", "_source", "message")
_JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.just({"total": 1}) | st.just({"@timestamp": ["12"]}),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=50, deadline=None)
@given(_JSON)
def test_whatever_arrives_is_read_or_malformed(raw):
    with suppress(ProviderError):
        found_in(raw, PLACES, "logs-*")
