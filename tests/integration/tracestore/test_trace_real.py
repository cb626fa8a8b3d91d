"""The trace store over a real nats-server, real SQLite and real gRPC."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import grpc
import grpc.aio
import pytest
import pytest_asyncio
from inquest.contracts import codec
from inquest.contracts import subjects as s
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import InvestigationStory, InvestigationSummary
from inquest.contracts.proto.v1 import services_pb2 as pb
from inquest.contracts.proto.v1 import services_pb2_grpc as rpc
from inquest.runtime.host import Host
from inquest.testkit.fixtures import until
from inquest.testkit.stories import InvestigationBuilder
from inquest.tracestore.service import build
from inquest.tracestore.settings import Settings

ONE = InvestigationBuilder()


@asynccontextmanager
async def started(settings) -> AsyncIterator["rpc.TraceStoreServiceAsyncStub"]:
    host = Host("tracestore", build, settings)
    await host.start()
    try:
        async with grpc.aio.insecure_channel(host.grpc_address) as channel:
            yield rpc.TraceStoreServiceStub(channel)
    finally:
        await host.stop()


@pytest.fixture
def settings(bus, nats_server, tmp_path):
    return Settings(nats_url=nats_server.url, data_dir=tmp_path, watchers_max=2)


@pytest_asyncio.fixture
async def stub(settings):
    async with started(settings) as stub:
        yield stub


async def story_of(stub, builder=ONE) -> InvestigationStory | None:
    request = pb.GetInvestigationRequest(tenant=builder.tenant, investigation_id=builder.investigation_id)
    try:
        answer = await stub.GetInvestigation(request)
    except grpc.aio.AioRpcError as error:
        if error.code() is not grpc.StatusCode.NOT_FOUND:
            raise
        return None
    return codec.from_proto(answer.story, InvestigationStory)


async def complete(stub, builder=ONE) -> bool:
    story = await story_of(stub, builder)
    return story is not None and len(story.timeline) == len(builder.messages())


async def publish(bus, messages) -> None:
    """One after the other, so that the server's times tell their order across streams."""
    for item in messages:
        await bus.publish(item.subject, item.message, **item.keys)


async def test_messages_become_a_story(bus, stub):
    await publish(bus, ONE.messages())
    await until(lambda: complete(stub))
    story = await story_of(stub)
    assert story is not None
    assert (story.incident, story.signals, story.verdicts) == (ONE.incident(), (ONE.signal(),), (ONE.verdict(),))
    assert story.timeline[0].text.startswith("signal from pagerduty")
    assert story.summary.judgement == "right"


async def test_list_search_and_their_errors(bus, stub):
    builders = [InvestigationBuilder(number) for number in (1, 2, 3)]
    for builder in builders:
        await bus.publish_many(builder.messages())
        await until(lambda builder=builder: complete(stub, builder))
    first = await stub.ListInvestigations(pb.ListInvestigationsRequest(tenant="acme", page_size=2))
    second = await stub.ListInvestigations(
        pb.ListInvestigationsRequest(tenant="acme", page_size=2, page_token=first.next_page_token)
    )
    listed = [codec.from_proto(item, InvestigationSummary) for item in (*first.investigations, *second.investigations)]
    assert [item.incident_id for item in listed] == ["incident-3", "incident-2", "incident-1"]
    assert second.next_page_token == ""
    narrow = pb.InvestigationFilter(states=["concluded"], service="checkout")
    narrow.opened_after.FromDatetime(builders[1].at(0))
    narrow.opened_before.FromDatetime(datetime(2027, 1, 1, tzinfo=UTC))
    hits = await stub.SearchInvestigations(
        pb.SearchInvestigationsRequest(tenant="acme", query="shrank pool", filter=narrow)
    )
    assert sorted(hit.investigation.incident_id for hit in hits.hits) == ["incident-2", "incident-3"]
    assert "shrank" in hits.hits[0].snippet
    out_of_range = pb.InvestigationFilter()
    out_of_range.opened_after.seconds = 10**15
    for method, request in (
        (stub.ListInvestigations, pb.ListInvestigationsRequest(tenant="Bad Tenant")),
        (stub.ListInvestigations, pb.ListInvestigationsRequest(tenant="acme", page_size=-1)),
        (stub.ListInvestigations, pb.ListInvestigationsRequest(tenant="acme", page_token="x")),
        (stub.ListInvestigations, pb.ListInvestigationsRequest(tenant="acme", filter=out_of_range)),
        (stub.SearchInvestigations, pb.SearchInvestigationsRequest(tenant="acme", query="x " * 21)),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await method(request)
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_watch_follows_and_resumes(bus, stub):
    messages = ONE.messages()
    await publish(bus, messages[:5])
    call = stub.Watch(pb.WatchRequest(tenant="acme", investigation_id=ONE.investigation_id))
    first = (await call.read()).record
    assert first.entry.text
    await publish(bus, messages[5:])
    seen = [first]
    while len(seen) < len(messages) - 1:  # the signal is told by its incident
        seen.append((await call.read()).record)
    assert {record.WhichOneof("message") for record in seen} >= {"incident", "event", "evidence", "feedback"}
    call.cancel()
    positions = [record.position for record in seen]
    assert positions == sorted(set(positions))
    resumed = stub.Watch(
        pb.WatchRequest(tenant="acme", investigation_id=ONE.investigation_id, after_position=positions[2])
    )
    assert (await resumed.read()).record == seen[3]
    resumed.cancel()


async def test_watchers_are_limited(bus, stub):
    await bus.publish_many(ONE.messages())
    calls = [stub.Watch(pb.WatchRequest(tenant="acme")) for _ in range(2)]
    for call in calls:
        await call.read()
    third = stub.Watch(pb.WatchRequest(tenant="acme"))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await third.read()
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    calls[0].cancel()

    async def free() -> bool:
        again = stub.Watch(pb.WatchRequest(tenant="acme"))
        try:
            return bool(await again.read())
        except grpc.aio.AioRpcError:
            return False
        finally:
            again.cancel()

    await until(free)
    calls[1].cancel()


async def test_a_restart_and_a_lost_file_lose_nothing(bus, settings):
    messages = ONE.messages()
    await bus.publish_many(messages[:10])
    async with started(settings) as stub:
        await until(lambda: _at_least(stub, 5))
    await bus.publish_many(messages[10:])  # while it is down
    async with started(settings) as stub:
        await until(lambda: complete(stub))
        whole = await story_of(stub)
    for left in settings.database.parent.iterdir():
        left.unlink()
    async with started(settings) as stub:
        assert await story_of(stub) == whole  # at once: it was read from the streams before serving


async def _at_least(stub, count) -> bool:
    story = await story_of(stub)
    return story is not None and len(story.timeline) >= count


@pytest.mark.usefixtures("stub")
async def test_poison_that_nobody_settles_becomes_a_dead_letter(bus, nats_server):
    """A client that dies on each delivery: the server gives up, and its advisory is worked off."""
    import nats
    from nats.js.api import AckPolicy, ConsumerConfig

    client = await nats.connect(nats_server.url)
    stream = client.jetstream()
    await stream.add_consumer(
        "INCIDENTS",
        ConsumerConfig(durable_name="doomed", ack_policy=AckPolicy.EXPLICIT, ack_wait=0.2, max_deliver=2),
    )
    await bus.publish(s.INCIDENT_OPENED, ONE.incident(), tenant="acme", incident=ONE.incident_id)
    subscription = await stream.pull_subscribe_bind("doomed", "INCIDENTS")
    received = 0

    async def buried() -> bool:
        nonlocal received
        with suppress(TimeoutError):
            received += len(await subscription.fetch(1, timeout=0.1))  # never acked
        return (await stream.stream_info("DEAD")).state.messages > 0

    await until(buried)
    assert received == 2
    dead = await stream.get_msg("DEAD", seq=1)
    assert dead.subject == "dead." + s.INCIDENT_OPENED.render(tenant="acme", incident=ONE.incident_id)
    await client.close()


async def test_readers_from_outside_show_the_token(settings, tmp_path):
    (tmp_path / "token").write_text("s3cret\n")
    guarded = settings.model_copy(update={"grpc_token_file": tmp_path / "token"})
    request = pb.ListInvestigationsRequest(tenant="acme")
    async with started(guarded) as stub:
        for call in (stub.ListInvestigations(request), stub.Watch(pb.WatchRequest(tenant="acme")).read()):
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await call
            assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
        assert await stub.ListInvestigations(request, metadata=(("authorization", "Bearer s3cret"),))


async def test_a_taken_port_is_named(settings, tmp_path):
    async with started(settings) as stub:
        assert await stub.ListInvestigations(pb.ListInvestigationsRequest(tenant="acme"))
        port = int(json.loads((tmp_path / "run" / "tracestore.json").read_text())["grpc"].rpartition(":")[2])
        other = settings.model_copy(update={"data_dir": tmp_path / "other", "grpc_port": port})
        with pytest.raises(InquestError, match=r"tracestore: .*INQUEST_GRPC_PORT=0"):
            async with started(other):
                await asyncio.Event().wait()
