"""The controls over gRPC, with a real server, a real trace store and the real API."""

import grpc
import grpc.aio
import pytest
import pytest_asyncio
from google.protobuf.timestamp_pb2 import Timestamp
from inquest.api import service as api
from inquest.api.settings import Settings as ApiSettings
from inquest.contracts.proto.v1 import services_pb2 as pb
from inquest.contracts.proto.v1 import services_pb2_grpc as rpc
from inquest.testkit.fixtures import until
from inquest.testkit.hosting import hosted
from inquest.testkit.stories import InvestigationBuilder
from inquest.tracestore import service as tracestore
from inquest.tracestore.settings import Settings as StoreSettings

ONE = InvestigationBuilder()
ACME = {"tenant": "acme"}


@pytest_asyncio.fixture
async def stub(bus, nats_server, tmp_path):
    shared = {"nats_url": nats_server.url, "data_dir": tmp_path}
    async with (
        hosted("tracestore", tracestore.build, StoreSettings(**shared)),
        hosted("api", api.build, ApiSettings(**shared)) as host,
    ):
        for item in ONE.messages():
            await bus.publish(item.subject, item.message, **item.keys)
        async with grpc.aio.insecure_channel(host.grpc_address) as channel:
            yield rpc.ControlServiceStub(channel)


async def test_the_panic_switch(stub):
    assert not (await stub.GetPanic(pb.ControlServiceGetPanicRequest(**ACME))).stopped
    on = pb.ControlServiceSetPanicRequest(on=True, reason="wrong people")
    (switch,) = (await stub.SetPanic(on)).switches
    assert (switch.tenant, switch.on, switch.by, switch.reason) == ("*", True, "local", "wrong people")
    assert (await stub.GetPanic(pb.ControlServiceGetPanicRequest(**ACME))).stopped
    off = pb.ControlServiceSetPanicRequest(on=False, everywhere=True)
    assert not (await stub.SetPanic(off)).stopped
    one = await stub.SetPanic(pb.ControlServiceSetPanicRequest(on=True, **ACME))
    assert one.stopped
    audit = await stub.ListAudit(pb.ControlServiceListAuditRequest(**ACME))
    assert [(record.action, record.about) for record in audit.records] == [("panic-on", "acme")]
    audit = await stub.ListAudit(pb.ControlServiceListAuditRequest(limit=1))
    assert [(record.action, record.about) for record in audit.records] == [("panic-off", "*")]


async def test_mutes(stub):
    wanted = pb.ControlServiceAddMuteRequest(services=["db"], labels={"env": "live"}, reason="upgrade", duration_s=60)
    mute = (await stub.AddMute(wanted)).mute
    assert (list(mute.services), dict(mute.labels)) == (["db"], {"env": "live"})
    ends_at = Timestamp()
    ends_at.FromSeconds(mute.ends_at.seconds + 60)
    later = pb.ControlServiceAddMuteRequest(people=["ada"], reason="away", starts_at=mute.ends_at, ends_at=ends_at)
    await stub.AddMute(later)
    listed = await stub.ListMutes(pb.ControlServiceListMutesRequest())
    assert [one.reason for one in listed.mutes] == ["upgrade", "away"]
    await stub.EndMute(pb.ControlServiceEndMuteRequest(mute_id=mute.mute_id))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub.EndMute(pb.ControlServiceEndMuteRequest(mute_id=mute.mute_id))
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub.AddMute(pb.ControlServiceAddMuteRequest(services=["db"], reason="for ever"))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_notices(stub):
    async def told() -> bool:
        return bool((await stub.ListNotices(pb.ControlServiceListNoticesRequest(page_size=5, **ACME))).notices)

    await until(told)
    narrow = pb.NoticeFilter(channel="terminal", outcome="recorded", investigation_id=ONE.investigation_id)
    (notice,) = (await stub.ListNotices(pb.ControlServiceListNoticesRequest(filter=narrow, **ACME))).notices
    assert notice.notice_id == ONE.notice_sent().notice_id
    other = pb.NoticeFilter(notice_id="nothing")
    assert not (await stub.ListNotices(pb.ControlServiceListNoticesRequest(filter=other, **ACME))).notices
