"""Dead letters over HTTP, gRPC and the command: shown, sent again, discarded; by who may, and audited."""

import asyncio
import base64
import json
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import grpc
import grpc.aio
import httpx
import pytest
import pytest_asyncio
from inquest.api import dead
from inquest.api import service as api
from inquest.api.settings import Settings as ApiSettings
from inquest.bus.bus import Bus
from inquest.bus.redrive import replier
from inquest.contracts import subjects as s
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import CancelInvestigation, DeadLetter
from inquest.contracts.proto.v1 import services_pb2 as pb
from inquest.contracts.proto.v1 import services_pb2_grpc as rpc
from inquest.contracts.topology import consumer
from inquest.runtime.host import Host
from inquest.testkit.fixtures import running, until
from inquest.testkit.keys import hashed

TOKENS = "0123456789abcdef-o operator acme olga\n0123456789abcdef-r responder acme\n0123456789abcdef-a admin * ada\n"
SIGNAL = "evt.signal.received.v1.acme.s1"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@asynccontextmanager
async def hosted(settings):
    host = Host("api", api.build, settings)
    await host.start()
    try:
        yield host
    finally:
        await host.stop()


def letter(subject, stream, seq=7, payload=b'{"password": "hunter2secret"}'):
    return DeadLetter(
        subject=subject,
        stream=stream,
        stream_seq=seq,
        consumer="planner-commands",
        reason="no",
        error_type="Impossible",
        deliveries=3,
        dead_at=datetime.now(UTC),
        headers={"traceparent": TRACE, "Nats-Msg-Id": "x"},
        payload_base64=base64.b64encode(payload).decode(),
    )


@pytest_asyncio.fixture
async def world(bus, nats_server, tmp_path):
    (tmp_path / "tokens").write_text(hashed(TOKENS))
    settings = ApiSettings(nats_url=nats_server.url, data_dir=tmp_path, api_tokens_ref=f"file:{tmp_path}/tokens")
    intake = Bus(nats_server.url, "intake")
    intake.reply(s.REDRIVES["intake"], replier(intake, "intake"))
    await intake.connect()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(intake.close)
        host = await stack.enter_async_context(hosted(settings))

        def client(who):
            headers = {"Authorization": f"Bearer 0123456789abcdef-{who}"}
            return httpx.AsyncClient(base_url=host.http.url, headers=headers, trust_env=False)

        yield bus, client, host, nats_server


async def actions(bus):
    found = await bus.read(s.AUDIT_RECORDED)
    return [(one.message.action, one.message.tenant, one.message.by, one.message.reason) for one in found]


async def test_list_show_redrive_and_discard_over_http(world):
    bus, client, _, _ = world
    for subject, stream in (
        (SIGNAL, "SIGNALS"),
        ("cmd.investigation.start.v1.acme.i1", "COMMANDS"),
        ("evt.verdict.reached.v1.acme.i1", "VERDICTS"),
        ("evt.signal.received.v1.beta.s1", "SIGNALS"),
    ):
        await bus.bury(letter(subject, stream, seq=len(stream) + ord(subject[-4])))
    async with client("o") as http, client("r") as weak, client("a") as admin:
        assert (await weak.get("/v1/dead")).status_code == 403
        listed = (await http.get("/v1/dead")).json()["letters"]
        assert [one["seq"] for one in listed] == [3, 2, 1]
        assert (listed[0]["redrivable"], listed[1]["redrivable"]) == (False, True)
        assert [one["seq"] for one in (await admin.get("/v1/dead", params={"limit": 1})).json()["letters"]] == [4]
        shown = (await http.get("/v1/dead/1")).json()
        assert (shown["attempts"], shown["reason"], shown["trace_id"]) == (3, "no", TRACE.split("-")[1])
        assert "hunter2" not in json.dumps(shown)
        assert (await http.get("/v1/dead/4")).status_code == 404
        assert (await http.get("/v1/dead/x")).status_code == 404
        body = {"seqs": [1, 2, 3, 4, 99], "reason": "mended"}
        settled = (await http.post("/v1/dead/redrive", json=body)).json()["letters"]
        assert [one["subject"] for one in settled[:2]] == [SIGNAL, "cmd.investigation.start.v1.acme.i1"]
        assert "falsify" in settled[2]["error"]
        assert all("there is no dead letter" in one["error"] for one in settled[3:])
        assert (await http.post("/v1/dead/discard", json={"seqs": [3]})).status_code == 400
        body = {"seqs": [3], "reason": "known"}
        assert (await http.post("/v1/dead/discard", json=body)).json()["letters"] == [
            {"seq": 3, "subject": "", "error": ""}
        ]
        assert (await http.get("/v1/dead")).json()["letters"] == []
    sent = await bus.get("SIGNALS", 1)
    assert (sent.payload, sent.headers["Nats-Msg-Id"]) == (b'{"password": "hunter2secret"}', "redrive:1")
    recorded = [one for one in await actions(bus) if one[0].startswith("dead")]
    assert recorded == [
        ("dead-redriven", "acme", "olga", "mended"),
        ("dead-redriven", "acme", "olga", "mended"),
        ("dead-discarded", "acme", "olga", "known"),
    ]
    assert "access-refused" in {one[0] for one in await actions(bus)}


async def test_the_same_over_grpc(world):
    bus, _, host, _ = world
    await bus.bury(letter(SIGNAL, "SIGNALS", 1))
    await bus.bury(letter(SIGNAL, "SIGNALS", 2))
    metadata = (("authorization", "Bearer 0123456789abcdef-o"),)
    async with grpc.aio.insecure_channel(host.grpc_address) as channel:
        stub = rpc.DeadLetterServiceStub(channel)
        found = await stub.List(pb.DeadLetterServiceListRequest(), metadata=metadata)
        assert [(one.seq, one.attempts, one.redrivable) for one in found.letters] == [(2, 3, True), (1, 3, True)]
        one = await stub.Get(pb.DeadLetterServiceGetRequest(seq=1), metadata=metadata)
        assert (one.letter.reason, one.payload_bytes) == ("no", 29)
        sent = await stub.Redrive(pb.DeadLetterServiceRedriveRequest(seqs=[1]), metadata=metadata)
        assert sent.letters[0].subject == SIGNAL
        gone = await stub.Discard(pb.DeadLetterServiceDiscardRequest(seqs=[2], reason="known"), metadata=metadata)
        assert not gone.letters[0].error
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.List(pb.DeadLetterServiceListRequest())
        assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert {"dead-redriven", "dead-discarded", "authentication-refused"} <= {one[0] for one in await actions(bus)}


async def test_a_raw_delivery_is_shown_without_its_content_and_sent_again_from_where_it_lies(world):
    bus, client, _, _ = world
    kept = await bus.publish(s.DELIVERY_KEPT, b"sealed", headers={"X": "y"}, tenant="acme", source="generic")
    subject = "evt.delivery.kept.v1.acme.generic"
    for seq in (kept.seq, kept.seq + 10):
        await bus.bury(letter(subject, "INGEST", seq, b"sealed"))
    async with client("o") as http:
        shown = (await http.get("/v1/dead/1")).json()
        assert (shown["payload"], shown["payload_bytes"]) == ("", 0)
        assert shown["reason"] == f"no (its content stays in INGEST as message {kept.seq})"
        body = {"seqs": [1, 2], "reason": "mended"}
        settled = (await http.post("/v1/dead/redrive", json=body)).json()["letters"]
    assert settled[0]["subject"] == subject
    assert "INGEST no longer holds" in settled[1]["error"]
    assert await bus.get("INGEST", kept.seq) is None  # it lies there anew, once
    again = await bus.get("INGEST", kept.seq + 1)
    assert (again.payload, again.headers["X"]) == (b"sealed", "y")


async def command(server, *arguments):
    line = [str(Path(sys.executable).parent / "inquest"), *arguments]
    environment = {**os.environ, "INQUEST_NATS_URL": server.url}
    done = await asyncio.create_subprocess_exec(*line, env=environment, stdout=PIPE, stderr=STDOUT)
    output = (await done.communicate())[0].decode()
    return SimpleNamespace(exit_code=done.returncode, output=output)


@pytest.mark.slow
async def test_the_command_shows_sends_again_discards_verifies_and_exports(world, tmp_path):
    bus, _, _, server = world
    for seq in (1, 2):
        await bus.bury(letter(SIGNAL, "SIGNALS", seq))

    inquest = partial(command, server)
    shown = await inquest("dead", "show", "1")
    assert "after 3 attempts" in shown.output
    assert "hunter2" not in shown.output
    assert "1 sent again, 0 left" in (await inquest("dead", "redrive", "1", "-r", "mended")).output
    assert "1 discarded, 0 left" in (await inquest("dead", "discard", "2", "-r", "known")).output
    assert (await inquest("dead", "discard", "2", "-r", "known")).exit_code == 1
    export = tmp_path / "audit.ndjson"
    assert "2 records" in (await inquest("audit", "export", str(export))).output
    whole = await inquest("audit", "verify", "--against", str(export))
    assert (whole.exit_code, "nothing was changed" in whole.output) == (0, True)
    edited = export.read_text().replace("mended", "forged")
    (tmp_path / "edited.ndjson").write_text(edited)
    report = await inquest("audit", "verify", str(tmp_path / "edited.ndjson"))
    assert (report.exit_code, "record 1 was changed" in report.output) == (1, True)
    await bus.connection.js.delete_msg("AUDIT", 1)
    report = await inquest("audit", "verify", "--json")
    assert (report.exit_code, json.loads(report.output)["findings"][0]["kind"]) == (1, "missing")


@pytest.mark.slow
async def test_an_export_with_what_is_no_record_is_compared_too(world, tmp_path):
    bus, _, _, server = world
    await bus.connection.js.publish("evt.audit.recorded.v1.acme.api.c9", b"no\nrecord \xff")
    export = tmp_path / "audit.ndjson"
    assert "1 records" in (await command(server, "audit", "export", str(export))).output
    report = await command(server, "audit", "verify", "--against", str(export))
    assert (report.exit_code, "unreadable: line 1 of the export" in report.output) == (1, True)
    assert "what line 1 of the export holds" not in report.output
    await bus.connection.js.delete_msg("AUDIT", 1)
    report = await command(server, "audit", "verify", "--against", str(export))
    assert "missing: what line 1 of the export holds is not there any more" in report.output


async def test_poison_does_not_block_a_queue(bus):
    done = []

    async def handle(message, delivery):
        if message.requested_by == "poison":
            raise Impossible("never")
        done.append(message.investigation_id)

    bus.handle(consumer("planner-commands"), handle)
    for n in range(60):
        who = "poison" if n % 3 == 0 else "ada"
        command = CancelInvestigation(tenant="acme", investigation_id=f"i{n}", reason="x", requested_by=who)
        await bus.publish(s.INVESTIGATION_CANCEL, command, tenant="acme", investigation=f"i{n}")
    async with running(bus):
        await until(lambda: len(done) == 40)

        async def buried():
            return await bus.last_seq("DEAD") == 20

        await until(buried)


async def test_letters_that_are_not_begun_in_time_are_left(world, monkeypatch):
    bus, client, _, _ = world
    seqs = list(range(1, 21))
    for seq in seqs:
        await bus.bury(letter(SIGNAL, "SIGNALS", seq))
    looked = iter([0.0] * 6 + [dead.SETTLE_S_MAX] * len(seqs))  # once at the start, once before each
    monkeypatch.setattr(dead, "time", SimpleNamespace(monotonic=lambda: next(looked)))
    async with client("o") as http:
        settled = (await http.post("/v1/dead/discard", json={"seqs": seqs, "reason": "known"})).json()["letters"]
        left = [one["seq"] for one in (await http.get("/v1/dead")).json()["letters"]]
    assert [one["seq"] for one in settled] == seqs
    assert {one["seq"] for one in settled if "ask for it again" in one["error"]} == set(left) == set(seqs[5:])
