"""What is particular to Loki: its expressions, many lines, odd answers."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.latest import LogsRequest, Window
from inquest.gateway.adapters.loki import lines_of
from inquest.gateway.ports import ProviderError
from inquest.testkit.apis.loki import T0, Entry, LokiServer, lines
from inquest.testkit.backends import Backend, Received, Reply
from inquest.testkit.providers import ask, made

REQUEST = LogsRequest(window=Window(start=T0, end=T0 + timedelta(minutes=10)))
START_NS = int(T0.timestamp()) * 10**9


def config(url: str, **more: object) -> dict:
    return {"name": "loki", "kind": "loki", "settings": {"url": url, "selector": '{namespace="shop"}', **more}}


async def read(entries, request: LogsRequest = REQUEST, **more: object):
    """Return the answer, and the queries that were asked for it."""
    async with Backend(serve=LokiServer(entries)).listening() as backend, made(config(backend.url, **more)) as loki:
        fetched = await ask(loki, "logs", request)
        return fetched, backend.received


def asked(received: list[Received]) -> list[str]:
    return [one.query["query"][0] for one in received if "query" in one.query]


@pytest.mark.parametrize(
    ("fields", "expression"),
    [
        ({}, '{namespace="shop"}'),
        ({"services": ("cart", "a.b")}, r'{namespace="shop", service_name=~"cart|a\\.b"}'),
        ({"text": 'pool "x" (1'}, r'{namespace="shop"} |~ "(?i)pool\\ \"x\"\\ \\(1"'),
        ({"text": '"} | drop'}, r'{namespace="shop"} |~ "(?i)\"\\}\\ \\|\\ drop"'),
        ({"severity_min": "trace"}, '{namespace="shop"}'),
        ({"severity_min": "warning"}, '{namespace="shop"} | level!~"(?i)(trace|debug|info).*"'),
        ({"trace_ids": ("ab", "cd")}, '{namespace="shop"} | trace_id=~"ab|cd"'),
    ],
)
async def test_the_expression_says_what_is_asked(fields, expression):
    request = REQUEST.model_copy(update=fields)
    fetched, received = await read(lines(3), request, severity_labels=["level"])
    assert asked(received)[0] == expression
    assert fetched.query_text.startswith(expression)


async def test_lines_come_with_all_that_is_known_of_them():
    fetched, received = await read(lines(3), org_id="acme")
    response = fetched.response
    assert response.times[0] == T0.timestamp() + 0.123456
    assert (response.services, response.severities) == (["cart", "checkout-svc", "cart"], ["info", "error", "warn"])
    assert response.trace_ids[1] == f"{1:032x}"
    assert response.span_ids[1] == f"{1:016x}"
    assert (fetched.problems, fetched.partial) == ((), "")
    assert received[0].headers["x-scope-orgid"] == "acme"


async def test_severity_and_text_leave_lines_out_at_the_source():
    severe, _ = await read(lines(30), REQUEST.model_copy(update={"severity_min": "error"}))
    assert set(severe.response.severities) == {"error"}
    some, _ = await read(lines(30), REQUEST.model_copy(update={"text": "DEADLINE exceeded"}))
    assert len(some.response.messages) == 10


def many(count: int) -> list[Entry]:
    step_ns = 600 * 10**9 // count
    return [Entry(START_NS + number * step_ns, f"line {number}", {"service_name": "cart"}) for number in range(count)]


async def test_many_lines_are_read_in_pages():
    fetched, received = await read(many(1200), page_lines_max=100, selector='{service_name="cart"}')
    assert fetched.response.messages == [f"line {number}" for number in range(1200)]
    assert len(received) <= 20


async def test_too_many_lines_are_taken_evenly_and_the_cursor_leads_to_the_others():
    fetched, received = await read(many(2000), lines_max=400, page_lines_max=100, selector='{service_name="cart"}')
    response = fetched.response
    assert (response.truncated, response.lines_seen, len(response.times)) == (True, 2000, 400)
    assert fetched.partial == "400 lines of 2000, taken evenly over the window"
    minutes = Counter(int(time - T0.timestamp()) // 100 for time in response.times)
    assert len(minutes) == 6
    assert min(minutes.values()) >= 20
    assert len(received) < 20
    seen = list(response.messages)
    while response.next_cursor:
        request = REQUEST.model_copy(update={"cursor": response.next_cursor})
        more = {"lines_max": 400, "page_lines_max": 100, "selector": '{service_name="cart"}'}
        response = (await read(many(2000), request, **more))[0].response
        seen += response.messages
    assert sorted(seen) == sorted(f"line {number}" for number in range(2000))


async def test_more_lines_of_one_moment_than_a_page_are_told():
    entries = [Entry(START_NS + 5, f"same {number}", {"service_name": "cart"}) for number in range(9)]
    entries.append(Entry(START_NS + 6, "next", {"service_name": "cart"}))
    fetched, _ = await read(entries, page_lines_max=5, selector='{service_name="cart"}')
    assert fetched.response.messages[-1] == "next"
    assert "the others were left out" in fetched.problems[0]


async def test_lines_without_a_service_are_left_out_and_counted():
    fetched, _ = await read([Entry(START_NS, "x", {"namespace": "shop"}), *lines(2)])
    assert len(fetched.response.times) == 2
    assert fetched.problems == ("1 lines without the label 'service_name' were left out",)


@pytest.mark.parametrize("cursor", ["1-2", "x", f"{START_NS}-{START_NS}", f"{START_NS}-{START_NS + 601 * 10**9}"])
async def test_a_cursor_of_another_window_is_refused(cursor):
    with pytest.raises(ProviderError, match="not one that this provider gave"):
        await read(lines(3), REQUEST.model_copy(update={"cursor": cursor}))


async def test_what_loki_says_of_a_bad_selector_is_told():
    with pytest.raises(ProviderError, match="limit > max_entries_limit_per_query") as failed:
        await read(many(9000), page_lines_max=9000)
    assert failed.value.kind == "malformed"


async def test_metrics_and_no_streams_are_malformed():
    answer = Reply(body={"status": "success", "data": {"resultType": "matrix", "result": []}})
    async with Backend(serve=lambda _: answer).listening() as backend, made(config(backend.url)) as loki:
        with pytest.raises(ProviderError, match="no streams"):
            await ask(loki, "logs", REQUEST)


def test_structured_metadata_may_stand_beside_the_line():
    value = ["5", "x", {"structuredMetadata": {"trace_id": "t"}, "parsed": {}}]
    data = {"resultType": "streams", "result": [{"stream": {"a": "1"}, "values": [value]}]}
    [line] = lines_of(data)
    assert (line.at_ns, line.text, line.labels) == (5, "x", {"a": "1", "trace_id": "t"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["stream", "values", "structuredMetadata", "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=50)
@given(st.lists(JSON, max_size=3))
def test_whatever_streams_arrive_become_lines_or_malformed(streams):
    found = []
    with suppress(ProviderError):
        found = lines_of({"resultType": "streams", "result": streams})
    assert all(isinstance(line.text, str) and isinstance(line.at_ns, int) for line in found)
