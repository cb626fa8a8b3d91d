"""The Prometheus provider against a hand-written server that misbehaves on purpose."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import httpx
import pytest
from inquest.contracts.latest import Query, Window
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.ports import ProviderError
from inquest.testkit.providers import ask, made

T0 = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
QUERY = Query(window=Window(start=T0, end=T0 + timedelta(minutes=5)))
ONE = {"metric": "errors", "promql": "errors_total"}
TWO = {"metric": "load", "promql": "load1"}

Page = Callable[[httpx.Request], httpx.Response]


def success(data: object, **more: object) -> httpx.Response:
    return httpx.Response(200, json={"status": "success", "data": data, **more})


def series(service: str) -> dict:
    return {"resultType": "matrix", "result": [{"metric": {"service": service}, "values": [[1, "1"]]}]}


class Pages(httpx.AsyncBaseTransport):
    """Answers with what `page` returns, as a stream."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._page(request)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=Body(answer.content))


class Body(httpx.AsyncByteStream):
    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self):
        yield self._content


async def fetch(page: Page, query: Query = QUERY, bytes_max: int = 10_000, **settings: object) -> Fetched:
    written = {"url": "http://prom:9090/base/", "queries": [ONE]} | settings
    config = {"name": "prom", "kind": "prometheus", "settings": written}
    async with made(config, transports=lambda _: Pages(page)) as provider:
        return await ask(provider, "metrics", query, bytes_max=bytes_max)


async def failure(page: Page, **settings: object) -> ProviderError:
    with pytest.raises(ProviderError) as failed:
        await fetch(page, **settings)
    return failed.value


def refuse(_request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("connection refused")


@pytest.mark.parametrize(
    ("page", "says", "passing"),
    [
        (refuse, "cannot be reached: connection refused", True),
        (lambda _: httpx.Response(503), "answers 503", True),
        (lambda _: httpx.Response(429), "answers 429", True),
        (lambda _: httpx.Response(401), "our credentials are refused", False),
        (lambda _: httpx.Response(302, headers={"location": "http://169.254.169.254/"}), "redirects to", False),
        (lambda _: httpx.Response(200, text="<html>"), "is this address a Prometheus", False),
        (lambda _: httpx.Response(200, content=b"x" * 10_001), "more than 10000 bytes", False),
        (lambda _: httpx.Response(400, json={"status": "error", "errorType": "bad_data"}), "bad_data", False),
        (lambda _: success({"resultType": "vector", "result": []}), "not a matrix", False),
    ],
)
async def test_faults_are_said_in_plain_words(page, says, passing):
    error = await failure(page)
    assert says in str(error)
    assert error.passing is passing


async def test_the_question_is_asked_with_grid_and_token(tmp_path):
    secret = tmp_path / "token"
    secret.write_text("s3cret")
    seen: list[httpx.Request] = []

    def page(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return success(series("cart"), warnings=["slow store"])

    fetched = await fetch(page, bearer_token=f"file:{secret}")
    form = parse_qs(seen[0].content.decode())
    assert seen[0].url.path == "/base/api/v1/query_range"
    assert seen[0].headers["authorization"] == "Bearer s3cret"
    start = int(T0.timestamp())
    assert form == {"query": ["errors_total"], "start": [str(start)], "end": [str(start + 285)], "step": ["15"]}
    assert fetched.query_text == f"errors_total over {start} to {start + 285} step 15s"
    assert fetched.problems == ("slow store",)


async def test_a_missing_token_is_our_own_fault():
    error = await failure(lambda _: success(series("a")), bearer_token="env:INQUEST_NO_SUCH_TOKEN")
    assert "INQUEST_NO_SUCH_TOKEN" in str(error)
    assert not error.passing


async def test_one_failed_query_of_two_makes_the_answer_partial():
    def page(request: httpx.Request) -> httpx.Response:
        return httpx.Response(503) if b"load1" in request.content else success(series("cart"))

    fetched = await fetch(page, queries=[ONE, TWO])
    assert [one.metric for one in fetched.response.series] == ["errors"]
    assert fetched.partial.startswith("1 of 2 queries failed, the first: load: ")
    only = QUERY.model_copy(update={"names": ("errors",)})
    assert not (await fetch(page, only, queries=[ONE, TWO])).partial


async def test_malformed_samples_of_one_query_do_not_cost_the_other():
    def page(request: httpx.Request) -> httpx.Response:
        return success({"resultType": "scalar"}) if b"load1" in request.content else success(series("cart"))

    fetched = await fetch(page, queries=[ONE, TWO])
    assert [one.metric for one in fetched.response.series] == ["errors"]
    assert "not a matrix" in fetched.partial


def discovering(names: list[str], metadata: httpx.Response) -> Page:
    def page(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/values"):
            return success(names)
        return metadata if request.url.path.endswith("/metadata") else success(series("cart"))

    return page


async def test_discovery_without_metadata_guesses_and_says_so():
    page = discovering(["a_total", "b"], httpx.Response(503))
    fetched = await fetch(page, queries=[], discovery=[{"match": "{}"}])
    assert [one.metric for one in fetched.response.series] == ["a_total", "b"]
    assert fetched.partial.startswith("metric types are guessed from names")


async def test_discovery_is_bounded_and_says_when_nothing_matches():
    page = discovering(["a", "b", "c"], success({}))
    fetched = await fetch(page, queries=[], discovery=[{"match": "{}", "metrics_max": 2}])
    assert len(fetched.response.series) == 2
    assert "3 metrics match, 2 were taken" in fetched.partial
    nothing = discovering([], success({}))
    fetched = await fetch(nothing, queries=[], discovery=[{"match": "{}"}])
    assert fetched.partial == "{}: no metrics match in this window"


async def test_what_is_not_metrics_is_not_served_and_short_windows_hold_nothing():
    config = {"name": "prom", "kind": "prometheus", "settings": {"url": "http://prom:9090", "queries": [ONE]}}
    async with made(config) as provider:
        with pytest.raises(ProviderError, match="Prometheus has no logs") as failed:
            await ask(provider, "logs", QUERY)
        assert failed.value.kind == "unsupported"
    moment = QUERY.model_copy(update={"window": Window(start=T0 + timedelta(seconds=1), end=T0 + timedelta(seconds=2))})
    assert (await fetch(lambda _: success(series("a")), moment)).response.series == []


async def test_servers_without_a_readiness_page_are_asked_a_query():
    def page(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404) if request.url.path.endswith("ready") else success({})

    config = {"name": "prom", "kind": "prometheus", "settings": {"url": "http://prom:9090", "queries": [ONE]}}
    async with made(config, transports=lambda _: Pages(page)) as provider:
        await provider.probe()
    async with made(config, transports=lambda _: Pages(lambda _: httpx.Response(404))) as provider:
        with pytest.raises(ProviderError):
            await provider.probe()
