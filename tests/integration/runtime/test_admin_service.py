"""Admin, health and reflection of real services over a real nats-server."""

import json
from datetime import UTC, datetime

import grpc
import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from inquest.bus.dead import bury, letter_of
from inquest.bus.port import Delivery
from inquest.contracts import subjects as s
from inquest.contracts.errors import Impossible, InquestError
from inquest.contracts.proto.v1 import services_pb2 as pb
from inquest.contracts.proto.v1 import services_pb2_grpc as rpc
from inquest.contracts.v1.controls import NO_TENANT
from inquest.runtime import Host
from inquest.telemetry import logs
from inquest.testkit.fixtures import until
from inquest.testkit.keys import hashed

ADMIN = (("authorization", "Bearer admin-key-0123456789"),)
OPERATOR = (("authorization", "Bearer operator-key-0123456"),)
ACME_ADMIN = (("authorization", "Bearer acme-admin-0123456"),)
KEYS = "admin-key-0123456789 admin * ada\noperator-key-0123456 operator * ola\nacme-admin-0123456 admin acme ann"
SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


@pytest.fixture
def keys(tmp_path):
    (tmp_path / "keys").write_text(hashed(KEYS))
    return {"api_tokens_ref": f"file:{tmp_path}/keys"}


@pytest.fixture
async def verifier(start, keys):
    return await start("verifier", **keys)


@pytest.fixture
async def channel(verifier):
    async with grpc.aio.insecure_channel(verifier.grpc_address) as opened:
        yield opened


@pytest.fixture
def admin(channel):
    return rpc.AdminServiceStub(channel)


async def deeds(bus) -> list[tuple[str, str, str]]:
    found = await bus.read(s.AUDIT_RECORDED, tenant=NO_TENANT)
    return [(one.message.action, one.message.by, one.message.outcome) for one in found]


async def refused(call) -> grpc.StatusCode:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    return error.value.code()


async def test_info_says_what_there_is(admin, verifier, tmp_path):
    info = await admin.Info(pb.AdminServiceInfoRequest(), metadata=ADMIN)
    assert (info.service, info.state, info.config_revision, info.log_level) == ("verifier", "serving", 0, "INFO")
    assert [(one.name, one.stream, one.in_flight) for one in info.consumers] == [
        ("verifier-rounds", "INVESTIGATIONS", 0)
    ]
    assert dict(info.failing) == {}
    written = json.loads((tmp_path / "run" / "verifier.json").read_text())
    assert (written["grpc"], written["pid"], written["tls"]) == (verifier.grpc_address, info.pid, False)


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("Info", pb.AdminServiceInfoRequest()),
        ("Drain", pb.AdminServiceDrainRequest()),
        ("Resume", pb.AdminServiceResumeRequest()),
        ("SetLogLevel", pb.AdminServiceSetLogLevelRequest(level="DEBUG")),
        ("Config", pb.AdminServiceConfigRequest()),
        ("ListDeadLetters", pb.AdminServiceListDeadLettersRequest()),
        ("Redrive", pb.AdminServiceRedriveRequest(all=True)),
    ],
)
async def test_nobody_but_an_admin_and_each_refusal_is_kept(admin, verifier, bus, method, request_):
    call = getattr(admin, method)
    assert await refused(call(request_)) is grpc.StatusCode.UNAUTHENTICATED
    assert await refused(call(request_, metadata=OPERATOR)) is grpc.StatusCode.PERMISSION_DENIED
    twice = (*ADMIN, *OPERATOR)
    assert await refused(call(request_, metadata=twice)) is grpc.StatusCode.UNAUTHENTICATED
    # One tenant's admin must not stop what works for all.
    assert await refused(call(request_, metadata=ACME_ADMIN)) is grpc.StatusCode.PERMISSION_DENIED
    assert verifier.duty.standing.state == "serving"
    kept = await deeds(bus)
    assert ("authentication-refused", "nobody", "refused") in kept
    assert ("access-refused", "ola", "refused") in kept


async def test_drain_is_told_everywhere_and_undone(admin, channel, verifier, bus):
    health = health_pb2_grpc.HealthStub(channel)
    watch = health.Watch(health_pb2.HealthCheckRequest(service="verifier"))
    assert (await watch.read()).status == SERVING
    for _ in range(2):
        drained = await admin.Drain(pb.AdminServiceDrainRequest(reason="upgrade"), metadata=ADMIN)
        assert (drained.state, drained.handed_back, drained.left) == ("drained", 0, 0)
    assert (await watch.read()).status == NOT_SERVING
    for name in ("", "verifier"):
        assert (await health.Check(health_pb2.HealthCheckRequest(service=name))).status == NOT_SERVING
    always = health_pb2.HealthCheckRequest(service="inquest.v1.AdminService")
    assert (await health.Check(always)).status == SERVING
    info = await admin.Info(pb.AdminServiceInfoRequest(), metadata=ADMIN)
    assert (info.state, info.state_by, info.state_reason) == ("drained", "ada", "upgrade")
    assert dict(info.failing) == {"state": "drained"}
    for _ in range(2):
        assert (await admin.Resume(pb.AdminServiceResumeRequest(), metadata=ADMIN)).state == "serving"
    assert (await watch.read()).status == SERVING
    watch.cancel()
    kept = await deeds(bus)
    assert kept.count(("service-drained", "ada", "done")) == 2
    assert kept.count(("service-resumed", "ada", "done")) == 2


@pytest.mark.slow
async def test_health_names_what_it_does_not_know_and_follows_what_is_away(channel, verifier, nats_server):
    health = health_pb2_grpc.HealthStub(channel)
    unknown = health_pb2.HealthCheckRequest(service="planner")
    assert await refused(health.Check(unknown)) is grpc.StatusCode.NOT_FOUND
    watch = health.Watch(unknown)
    assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
    watch.cancel()
    watch = health.Watch(health_pb2.HealthCheckRequest())
    assert (await watch.read()).status == SERVING
    await nats_server.stop()
    assert (await watch.read()).status == NOT_SERVING
    await nats_server.start()
    assert (await watch.read()).status == SERVING
    watch.cancel()


async def test_reflection_tells_what_is_served(channel):
    stub = reflection_pb2_grpc.ServerReflectionStub(channel)
    asked = [
        reflection_pb2.ServerReflectionRequest(list_services=""),
        reflection_pb2.ServerReflectionRequest(file_containing_symbol="inquest.v1.AdminService"),
    ]
    answers = [answer async for answer in stub.ServerReflectionInfo(iter(asked))]
    names = {one.name for one in answers[0].list_services_response.service}
    assert {"inquest.v1.AdminService", "grpc.health.v1.Health"} <= names
    assert answers[1].file_descriptor_response.file_descriptor_proto


async def test_bad_input_is_the_callers_fault(admin):
    for call in (
        admin.Drain(pb.AdminServiceDrainRequest(limit_s=-1), metadata=ADMIN),
        admin.Drain(pb.AdminServiceDrainRequest(limit_s=float("nan")), metadata=ADMIN),
        admin.SetLogLevel(pb.AdminServiceSetLogLevelRequest(level="LOUD"), metadata=ADMIN),
        admin.Redrive(pb.AdminServiceRedriveRequest(), metadata=ADMIN),
        admin.Redrive(pb.AdminServiceRedriveRequest(seqs=[1], all=True), metadata=ADMIN),
        admin.ListDeadLetters(pb.AdminServiceListDeadLettersRequest(limit=-1), metadata=ADMIN),
        admin.ListDeadLetters(pb.AdminServiceListDeadLettersRequest(tenant="A B"), metadata=ADMIN),
    ):
        assert await refused(call) is grpc.StatusCode.INVALID_ARGUMENT


async def test_the_log_level_returns(admin, bus):
    logs.set_level("INFO")
    lent = pb.AdminServiceSetLogLevelRequest(level="debug", duration_s=0.2, reason="a look")
    answer = await admin.SetLogLevel(lent, metadata=ADMIN)
    assert (answer.level, answer.previous, answer.HasField("until")) == ("DEBUG", "INFO", True)
    await until(lambda: logs.current_level() == "INFO")
    assert ("log-level-set", "ada", "done") in await deeds(bus)


async def test_settings_without_secrets(admin, bus, keys, start):
    shown = await admin.Config(pb.AdminServiceConfigRequest(), metadata=ADMIN)
    assert shown.settings["INQUEST_API_TOKENS_REF"] == keys["api_tokens_ref"]
    assert json.loads(shown.config_json)["tenants"]
    assert ("settings-read", "ada", "done") in await deeds(bus)
    gateway = await start("gateway", **keys, otlp_endpoint="https://u:hunter2@collector/?api_key=hunter2")
    async with grpc.aio.insecure_channel(gateway.grpc_address) as opened:
        shown = await rpc.AdminServiceStub(opened).Config(pb.AdminServiceConfigRequest(), metadata=ADMIN)
    assert shown.settings["INQUEST_OTLP_ENDPOINT"] == "https://***@collector/?api_key=***"
    assert "hunter2" not in str(shown)


async def buried(bus, consumer: str, tenant: str) -> None:
    """Bury a message of a consumer of ours."""
    subject = s.INCIDENT_OPENED.render(tenant=tenant, incident="i-1")
    now = datetime.now(UTC)
    delivery = Delivery(subject, {"tenant": tenant}, {}, "INCIDENTS", len(consumer) + len(tenant), 1, 10, b"{}", now)
    await bury(bus.connection, letter_of(delivery, consumer, Impossible("no"), now))


async def test_letters_of_its_own_consumers_alone(start, keys, bus):
    planner = await start("planner", **keys)
    async with grpc.aio.insecure_channel(planner.grpc_address) as opened:
        stub = rpc.AdminServiceStub(opened)
        asked = pb.AdminServiceListDeadLettersRequest()
        assert await refused(stub.ListDeadLetters(asked, metadata=ADMIN)) is grpc.StatusCode.UNAVAILABLE
        await start("tracestore", **keys)
        await start("intake", **keys)
        await start("api", **keys)
        for consumer, tenant in (
            ("planner-incidents", "acme"),
            ("planner-incidents", "other"),
            ("notifier-incidents", "acme"),
        ):
            await buried(bus, consumer, tenant)
        mine = await stub.ListDeadLetters(asked, metadata=ADMIN)
        assert [(one.seq, one.consumer, one.tenant) for one in mine.letters] == [
            (2, "planner-incidents", "other"),
            (1, "planner-incidents", "acme"),
        ]
        acme = pb.AdminServiceListDeadLettersRequest(tenant="acme")
        assert [one.seq for one in (await stub.ListDeadLetters(acme, metadata=ADMIN)).letters] == [1]
        wanted = pb.AdminServiceRedriveRequest(tenant="acme", seqs=[1, 2, 3], reason="mended")
        done = {one.seq: one for one in (await stub.Redrive(wanted, metadata=ADMIN)).letters}
        assert done[1].subject == "evt.incident.opened.v1.acme.i-1"
        assert "no dead letter 2" in done[2].error
        assert "notifier-incidents" in done[3].error
        rest = await stub.Redrive(pb.AdminServiceRedriveRequest(all=True), metadata=ADMIN)
        assert rest.letters[0].seq == 2  # what was sent again may have become another one since
        kept = await bus.read(s.AUDIT_RECORDED, tenant="acme")
        redriven = [one.message for one in kept if one.message.action == "dead-redriven"]
        assert [(one.by, one.reason) for one in redriven].count(("ada", "mended")) == 1


async def test_a_taken_port_names_what_to_do(start, verifier):
    with pytest.raises(InquestError, match=r"gateway: cannot listen .*INQUEST_GRPC_PORT=0"):
        await start("gateway", grpc_port=int(verifier.grpc_address.rpartition(":")[2]))


async def test_a_replica_that_stops_leaves_the_address_of_the_other(start, tmp_path):
    first = await start("verifier")
    second: Host = await start("verifier")
    await first.stop()
    assert json.loads((tmp_path / "run" / "verifier.json").read_text())["grpc"] == second.grpc_address
