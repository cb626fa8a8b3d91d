"""The API over a real nats-server, a real trace store and real sockets, by HTTP and by gRPC."""

import asyncio

import grpc
import grpc.aio
import httpx
import pytest
import pytest_asyncio
from inquest.api import service as api
from inquest.api.adapters.tracestore import TraceStoreClient
from inquest.api.domain.requests import ListQuery
from inquest.api.domain.view import View
from inquest.api.errors import Busy
from inquest.api.settings import Settings as ApiSettings
from inquest.contracts import codec
from inquest.contracts import subjects as s
from inquest.contracts.errors import InquestError, NotFound, RetryLater
from inquest.contracts.latest import Focus, InvestigationStory, Window
from inquest.contracts.proto.v1 import messages_pb2
from inquest.contracts.proto.v1 import services_pb2 as pb
from inquest.contracts.proto.v1 import services_pb2_grpc as rpc
from inquest.runtime.host import Host
from inquest.testkit.fixtures import until
from inquest.testkit.hosting import hosted
from inquest.testkit.keys import hashed
from inquest.testkit.stories import WINDOW, InvestigationBuilder
from inquest.tracestore import service as tracestore
from inquest.tracestore.settings import Settings as StoreSettings

ONE = InvestigationBuilder()
ID = ONE.investigation_id
PATH = f"/v1/investigations/{ID}"


@pytest_asyncio.fixture
async def system(bus, nats_server, tmp_path):
    """A trace store and an API, each as in its own process."""
    shared = {"nats_url": nats_server.url, "data_dir": tmp_path}
    async with (
        hosted("tracestore", tracestore.build, StoreSettings(**shared, watchers_max=4)),
        hosted("api", api.build, ApiSettings(**shared)) as host,
    ):
        for item in ONE.messages():
            await bus.publish(item.subject, item.message, **item.keys)
        yield host


@pytest_asyncio.fixture
async def http(system):
    async with httpx.AsyncClient(base_url=system.http.url, params={"tenant": "acme"}, trust_env=False) as client:
        yield client


@pytest_asyncio.fixture
async def stub(system):
    async with grpc.aio.insecure_channel(system.grpc_address) as channel:
        yield rpc.InvestigationServiceStub(channel)


async def stored(http) -> bool:
    answer = await http.get(PATH)
    return answer.status_code == 200 and len(answer.json()["timeline"]) == len(ONE.messages())


async def test_read_over_http(http, system):
    await until(lambda: stored(http))
    story = InvestigationStory.model_validate_json((await http.get(PATH)).content)
    assert (story.incident, story.verdicts) == (ONE.incident(), (ONE.verdict(),))
    listed = (await http.get("/v1/investigations", params={"state": "concluded", "service": "checkout"})).json()
    assert [line["investigation_id"] for line in listed["investigations"]] == [ID]
    found = (await http.get("/v1/investigations", params={"text": "shrank pool"})).json()
    assert [line["investigation_id"] for line in found["investigations"]] == [ID]
    assert (await http.get("/v1/investigations", params={"text": "penguin"})).json()["investigations"] == []
    narrow = {"since": ONE.at(0).isoformat(), "until": ONE.at(1).isoformat()}
    assert (await http.get("/v1/investigations", params=narrow)).json()["investigations"] == []
    assert (await http.get("/v1/investigations", params={"page_token": "x"})).status_code == 400
    assert (await http.get("/v1/investigations/nobody")).status_code == 404
    assert (await http.get("/readyz")).json()["failing"] == {}
    assert system.http.url in str(http.base_url)


async def events(http, count, **headers):
    """Return the first events of the stream as (id, event)."""
    found = []
    async with http.stream("GET", f"{PATH}/events", headers=headers) as answer:
        assert answer.status_code == 200
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if name in {"id", "event"}:
                found.append(value)
            if len(found) == 2 * count:
                return list(zip(found[::2], found[1::2], strict=True))
    return found


async def test_watch_over_http_resumes_and_follows(http, bus):
    await until(lambda: stored(http))
    first = await events(http, 4)
    again = await events(http, 2, **{"Last-Event-ID": first[1][0]})
    assert again == first[2:]
    told = await events(http, len(ONE.messages()) - 1)  # the signal is told by its incident
    assert {"incident", "event", "evidence", "step", "verdict", "tool_call", "notice", "feedback"} == {
        kind for _, kind in told
    }
    last = told[-1]
    following = asyncio.create_task(events(http, 1, **{"Last-Event-ID": last[0]}))
    await http.post(f"{PATH}/feedback", json={"judgement": "wrong", "cause": "a cable"})
    ((position, kind),) = await following
    assert int(position) > int(last[0])
    assert kind == "feedback"
    given = await bus.read(s.FEEDBACK_GIVEN, tenant="acme")
    assert given[-1].message.verdict_id == ONE.verdict_id


async def test_commands_are_durable(http, bus):
    await until(lambda: stored(http))
    body = {"services": ["checkout"], "from": "2026-03-01T14:00:00Z", "to": "2026-03-01T14:30:00Z", "mode": "fast"}
    started = await http.post("/v1/investigations", json=body)
    assert started.status_code == 202
    assert (await http.post("/v1/investigations", json=body)).json() == started.json()
    sent = await bus.last(s.INVESTIGATION_START, tenant="acme", investigation=started.json()["investigation_id"])
    assert sent.message.investigation_id == started.json()["investigation_id"]
    assert (await http.post(f"{PATH}/cancel", json={"reason": "false alarm"})).status_code == 202
    sent = await bus.last(s.INVESTIGATION_CANCEL, tenant="acme", investigation=ID)
    assert sent.message.reason == "false alarm"


async def test_the_same_over_grpc(stub, http, bus):
    await until(lambda: stored(http))
    keys = {"tenant": "acme", "investigation_id": ID}
    story = codec.from_proto((await stub.Get(pb.InvestigationServiceGetRequest(**keys))).story, InvestigationStory)
    assert story.verdicts == (ONE.verdict(),)
    narrow = pb.InvestigationFilter(states=["concluded"])
    narrow.opened_after.FromDatetime(ONE.at(0))
    narrow.opened_before.FromDatetime(ONE.at(60))
    page = await stub.List(pb.InvestigationServiceListRequest(tenant="acme", filter=narrow, page_size=5))
    assert [line.investigation_id for line in page.investigations] == [ID]
    call = stub.Watch(pb.InvestigationServiceWatchRequest(**keys))
    record = (await call.read()).record
    assert record.position > 0
    assert record.WhichOneof("message")
    call.cancel()
    window, focus = codec.to_proto(WINDOW), codec.to_proto(Focus(services=("checkout",)))
    asked = pb.InvestigationServiceStartRequest(tenant="acme", window=window, baseline=window, focus=focus, mode="deep")
    started = await stub.Start(asked)
    sent = await bus.last(s.INVESTIGATION_START, tenant="acme", investigation=started.investigation_id)
    assert (sent.message.investigation_id, sent.message.mode) == (started.investigation_id, "deep")
    assert sent.message.window == Window(start=WINDOW.start, end=WINDOW.end)
    await stub.Cancel(pb.InvestigationServiceCancelRequest(**keys, reason="enough"))
    sent = await bus.last(s.INVESTIGATION_CANCEL, tenant="acme", investigation=ID)
    assert sent.message.reason == "enough"
    given = await stub.GiveFeedback(pb.InvestigationServiceGiveFeedbackRequest(**keys, judgement="right"))
    assert (await bus.read(s.FEEDBACK_GIVEN, tenant="acme"))[-1].message.feedback_id == given.feedback_id


async def test_grpc_names_what_is_wrong(stub):
    far = messages_pb2.Window()
    far.start.seconds = 10**15
    for method, request, code in (
        (stub.Get, pb.InvestigationServiceGetRequest(tenant="acme", investigation_id="x"), grpc.StatusCode.NOT_FOUND),
        (stub.Get, pb.InvestigationServiceGetRequest(tenant="A B"), grpc.StatusCode.INVALID_ARGUMENT),
        (stub.Start, pb.InvestigationServiceStartRequest(tenant="acme"), grpc.StatusCode.INVALID_ARGUMENT),
        (stub.Start, pb.InvestigationServiceStartRequest(tenant="acme", window=far), grpc.StatusCode.INVALID_ARGUMENT),
        (
            stub.GiveFeedback,
            pb.InvestigationServiceGiveFeedbackRequest(tenant="acme", investigation_id=ID, judgement="maybe"),
            grpc.StatusCode.INVALID_ARGUMENT,
        ),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await method(request)
        assert refused.value.code() is code
        assert refused.value.details()
    call = stub.Watch(pb.InvestigationServiceWatchRequest(tenant="acme", after_position=-1))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call.read()
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_tokens_count_over_grpc_too(bus, nats_server, tmp_path):
    (tmp_path / "tokens").write_text(hashed("viewer-token-0123456 viewer acme"))
    settings = ApiSettings(nats_url=nats_server.url, data_dir=tmp_path, api_tokens_ref=f"file:{tmp_path}/tokens")
    async with hosted("api", api.build, settings) as host:
        async with grpc.aio.insecure_channel(host.grpc_address) as channel:
            stub = rpc.InvestigationServiceStub(channel)
            request = pb.InvestigationServiceGetRequest(investigation_id=ID)
            known = (("authorization", "Bearer viewer-token-0123456"),)
            for metadata, method, asked, code in (
                ((), stub.Get, request, grpc.StatusCode.UNAUTHENTICATED),
                (known, stub.Get, request, grpc.StatusCode.UNAVAILABLE),  # let in; there is no trace store here
                (
                    known,
                    stub.Cancel,
                    pb.InvestigationServiceCancelRequest(investigation_id=ID),
                    grpc.StatusCode.PERMISSION_DENIED,
                ),
            ):
                with pytest.raises(grpc.aio.AioRpcError) as refused:
                    await method(asked, metadata=metadata)
                assert refused.value.code() is code
        taken = settings.model_copy(update={"grpc_port": int(host.grpc_address.split(":")[1])})
        with pytest.raises(InquestError, match=r"api: .*INQUEST_GRPC_PORT=0"):
            await Host("api", api.build, taken).start()


async def test_the_client_follows_a_trace_store_that_moves(bus, nats_server, tmp_path):
    settings = StoreSettings(nats_url=nats_server.url, data_dir=tmp_path, watchers_max=1)
    client = TraceStoreClient(ApiSettings(data_dir=tmp_path))
    with pytest.raises(RetryLater, match="not running"):
        await client.ping()
    addresses = set()
    for _ in range(2):
        async with hosted("tracestore", tracestore.build, settings) as host:
            addresses.add(host.grpc_address)
            await client.ping()
            with pytest.raises(NotFound):
                await client.get(View("acme"), "nobody")
    gone = TraceStoreClient(ApiSettings(data_dir=tmp_path, tracestore_addr=addresses.pop()))
    with pytest.raises(RetryLater, match="does not answer"):
        await gone.list(View("acme"), ListQuery())
    await gone.close()
    await client.close()


async def test_the_limit_of_watchers_is_told(bus, nats_server, tmp_path):
    (tmp_path / "token").write_text("s3cret")
    shared = {"nats_url": nats_server.url, "data_dir": tmp_path}
    settings = StoreSettings(**shared, watchers_max=1, grpc_token_file=tmp_path / "token")
    async with hosted("tracestore", tracestore.build, settings):
        stranger = TraceStoreClient(ApiSettings(data_dir=tmp_path))
        with pytest.raises(RetryLater, match="UNAUTHENTICATED"):
            await stranger.ping()
        await stranger.close()
        client = TraceStoreClient(ApiSettings(data_dir=tmp_path, tracestore_token_file=tmp_path / "token"))
        try:
            first = await client.watch(View("acme"), "", 0)
            waiting = asyncio.ensure_future(anext(first))
            with pytest.raises(Busy, match="too many watchers"):
                await client.watch(View("acme"), "", 0)
            waiting.cancel()
        finally:
            await client.close()
