"""Incidents over a real nats-server, a real trace store and real sockets: the same by HTTP, gRPC and the command."""

import asyncio
from contextlib import AsyncExitStack

import grpc
import grpc.aio
import httpx
import pytest
import pytest_asyncio
from inquest.api import service as api
from inquest.api.settings import Settings as ApiSettings
from inquest.cli.main import app
from inquest.contracts import codec
from inquest.contracts import subjects as s
from inquest.contracts.latest import AdmissionDecided, IncidentStory
from inquest.contracts.proto.v1 import services_pb2 as pb
from inquest.contracts.proto.v1 import services_pb2_grpc as rpc
from inquest.runtime.host import Host
from inquest.testkit.fixtures import until
from inquest.testkit.stories import HEADLINE, InvestigationBuilder
from inquest.tracestore import service as tracestore
from inquest.tracestore.settings import Settings as StoreSettings
from typer.testing import CliRunner

ONE, TWO = InvestigationBuilder(1), InvestigationBuilder(2)
REFUSED = AdmissionDecided(
    tenant="acme",
    incident_id=TWO.incident_id,
    investigation_id=TWO.investigation_id,
    number=1,
    outcome="refused",
    cause="day-budget",
    reason="budget of source sentry spent: 75 of 75 today",
    severity="low",
    waiting=3,
    incident_updated_at=TWO.at(0),
    at=TWO.at(0),
)


@pytest_asyncio.fixture
async def http(bus, nats_server, tmp_path):
    """A trace store and an API, each as in its own process; one incident was investigated, one was refused."""
    shared = {"nats_url": nats_server.url, "data_dir": tmp_path}
    async with AsyncExitStack() as stack:
        for name, build, settings in (
            ("tracestore", tracestore.build, StoreSettings(**shared)),
            ("api", api.build, ApiSettings(**shared)),
        ):
            host = Host(name, build, settings)
            await host.start()
            stack.push_async_callback(host.stop)
        for item in ONE.messages():
            await bus.publish(item.subject, item.message, **item.keys)
        keys = {"tenant": "acme", "incident": TWO.incident_id}
        await bus.publish(s.INCIDENT_OPENED, TWO.incident(number=2, services=("cart",)), **keys)
        await bus.publish(s.ADMISSION_DECIDED, REFUSED, **keys)
        client = httpx.AsyncClient(base_url=host.http.url, params={"tenant": "acme"}, trust_env=False)
        client = await stack.enter_async_context(client)

        async def stored() -> bool:
            lines = (await client.get("/v1/incidents")).json()["incidents"]
            return [line["admission"] or line["band"] for line in lines] == ["refused", "likely"]

        await until(stored)
        client.headers["x-grpc"] = host.grpc_address
        yield client


async def test_lists_and_stories_over_http(http):
    both = (await http.get("/v1/incidents")).json()["incidents"]
    assert [line["number"] for line in both] == [2, 0]
    assert [line["investigation_state"] for line in both] == [None, "concluded"]
    narrow = {"admission": ["refused", "waiting"], "service": "cart", "state": "open"}
    assert len((await http.get("/v1/incidents", params=narrow)).json()["incidents"]) == 1
    assert (await http.get("/v1/incidents", params={"since": TWO.at(60).isoformat()})).json()["incidents"] == []
    page = (await http.get("/v1/incidents", params={"page_size": 1})).json()
    rest = (await http.get("/v1/incidents", params={"page_size": 1, "page_token": page["next_page_token"]})).json()
    assert (len(page["incidents"]), rest["incidents"][0]["incident_id"]) == (1, ONE.incident_id)
    story = IncidentStory.model_validate_json((await http.get("/v1/incidents/INC-2")).content)
    assert (story.admissions, story.summary.admission_reason) == ((REFUSED,), REFUSED.reason)
    assert (await http.get("/v1/incidents/INC-3")).status_code == 404
    assert (await http.get("/v1/incidents", params={"page_token": "x"})).status_code == 400


async def test_the_same_over_grpc(http):
    async with grpc.aio.insecure_channel(http.headers["x-grpc"]) as channel:
        stub = rpc.IncidentServiceStub(channel)
        narrow = pb.IncidentFilter(states=["open"], admissions=["refused"], service="cart")
        narrow.opened_after.FromDatetime(TWO.at(-60))
        narrow.opened_before.FromDatetime(TWO.at(60))
        page = await stub.List(pb.IncidentServiceListRequest(tenant="acme", filter=narrow, page_size=5))
        assert [line.incident_id for line in page.incidents] == [TWO.incident_id]
        answer = await stub.Get(pb.IncidentServiceGetRequest(tenant="acme", incident_id=ONE.incident_id))
        story = codec.from_proto(answer.story, IncidentStory)
        assert story == IncidentStory.model_validate_json((await http.get(f"/v1/incidents/{ONE.incident_id}")).content)
        assert story.verdict.headline == HEADLINE
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.Get(pb.IncidentServiceGetRequest(tenant="acme", incident_id="nobody"))
        assert refused.value.code() == grpc.StatusCode.NOT_FOUND
        split = pb.IncidentServiceSplitRequest(tenant="acme", incident_id="INC-2", signal_ids=["deadbeef"])
        with pytest.raises(grpc.aio.AioRpcError) as strange:
            await stub.Split(split)
        assert strange.value.code() == grpc.StatusCode.NOT_FOUND
        assert "deadbeef" in strange.value.details()


async def test_the_command_tells_both(http):
    options = ["--tenant", "acme", "--api-url", str(http.base_url)]

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, ["incidents", *words, *options, "--zone", "UTC"])
        assert done.exit_code == 0, done.output
        return done.output

    listed = await asyncio.to_thread(run)
    assert "refused" in listed
    assert HEADLINE in listed
    shown = await asyncio.to_thread(run, "show", "INC-2", "--timeline")
    assert "not investigated: budget of source sentry spent: 75 of 75 today; 3 waiting" in shown
    assert '"incidents"' not in await asyncio.to_thread(run, "show", ONE.incident_id)
    none = await asyncio.to_thread(run, "--admission", "dropped")
    assert none == "tenant acme has no such incidents\n"
    assert '"number": 2' in await asyncio.to_thread(run, "--json")
    assert '"timeline"' in await asyncio.to_thread(run, "show", "INC-2", "--json")
    for words in (["split", "INC-2", "--signals", "deadbeef"], ["merge", "INC-2", "INC-999"]):
        refused = await asyncio.to_thread(CliRunner().invoke, app, ["incidents", *words, *options])
        assert refused.exit_code != 0
        assert words[-1] in str(refused.exception)
        assert "`inquest incidents`" in str(refused.exception)
