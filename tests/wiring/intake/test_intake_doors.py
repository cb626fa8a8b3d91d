"""What all sources share: secrets, faults of ours, headers that are kept, several alerts in one delivery, load."""

import dataclasses
import json

import pytest
from inquest.config import Config, ConfigStore
from inquest.contracts import subjects as s
from inquest.contracts import topology
from inquest.contracts.codec import PROTOBUF, encode
from inquest.contracts.errors import Conflict, Impossible, RetryLater
from inquest.contracts.v1.signal import Signal
from inquest.intake.domain.acceptance import Answer, Refusal
from inquest.intake.domain.signature import sign
from inquest.intake.domain.sources import SOURCES
from inquest.intake.handlers import deliveries as handler
from inquest.testkit.memory import MemoryBus
from pydantic import ValidationError
from structlog.testing import capture_logs

EVENT = {"specversion": "1.0", "id": "1", "source": "/deploys", "type": "com.acme.alert", "data": {"service": "cart"}}
ALERT = {"status": "firing", "labels": {"alertname": "Down"}, "startsAt": "2025-12-31T23:59:00Z", "fingerprint": "a"}


def alerts(*fingerprints: str) -> bytes:
    some = [{**ALERT, "fingerprint": one} for one in fingerprints]
    return json.dumps({"version": "4", "status": "firing", "alerts": some}).encode()


def sources(*entries):
    return {"tenants": {"acme": {"sources": list(entries)}}}


@pytest.fixture
async def doors(make_intake):
    return await make_intake(
        config=sources(
            {"kind": "alertmanager", "secret": ["env:OLD_SECRET", "env:NEW_SECRET"]},
            {"kind": "cloudevents", "secret": "env:NEW_SECRET"},
            {"kind": "generic", "unauthenticated": True},
            {"kind": "grafana", "auth": {"scheme": "mtls", "header": "X-Client-Subject", "subjects": ["CN=grafana"]}},
        )
    )


async def post(intake, source, body, token="new", **headers):
    headers = {"Authorization": f"Bearer {token}", **headers}
    return await intake.http.post(f"/webhooks/{source}/acme", content=body, headers=headers)


async def test_one_delivery_with_several_alerts_is_several_signals(doors):
    answer = Answer.model_validate((await post(doors, "alertmanager", alerts("a", "b", "a"))).json())
    assert len(answer.signal_ids) == 2
    await doors.bus.settle()
    assert {one.signal_id for one in doors.bus.published(s.SIGNAL_RECEIVED)} == set(answer.signal_ids)
    again = await post(doors, "alertmanager", alerts("b", "c"))
    assert again.json()["status"] == "accepted"
    assert again.json()["signal_ids"][0] == answer.signal_ids[1]
    await doors.bus.settle()
    assert len(doors.bus.published(s.SIGNAL_RECEIVED)) == 3
    assert doors.bus.dead == []


async def test_what_is_read_from_headers_is_kept_with_the_delivery_and_read_again_from_there(doors):
    headers = {f"ce-{name}": value for name, value in EVENT.items() if isinstance(value, str)}
    body = json.dumps(EVENT["data"]).encode()
    answer = await post(doors, "cloudevents", body, **headers, **{"Content-Type": "application/json", "X-Other": "x"})
    (kept,) = await doors.kept()
    assert kept.headers["ce-id"] == "1"
    assert not {name.lower() for name in kept.headers} & {"authorization", "x-other"}
    await doors.bus.settle()
    (signal,) = doors.bus.published(s.SIGNAL_RECEIVED)
    assert answer.json()["signal_ids"] == [signal.signal_id]
    again = await post(doors, "cloudevents", body, **headers)
    assert again.json()["status"] == "duplicate"


async def test_the_bus_says_the_same_as_the_webhook(doors):
    bodies = {
        "alertmanager": (alerts("a", "b"), {}),
        "cloudevents": (
            json.dumps([EVENT, {**EVENT, "id": "2"}]).encode(),
            {"content-type": "application/cloudevents-batch+json"},
        ),
        "generic": (doors.generic(service="cart"), {}),
    }
    promised = set()
    for source, (body, headers) in bodies.items():
        promised.update((await post(doors, source, body, **headers)).json()["signal_ids"])
        await doors.deliver(body, source, **headers)
    assert len(promised) == 5
    assert {one.signal_id for one in doors.bus.published(s.SIGNAL_RECEIVED)} == promised
    assert len(doors.bus.published(s.SIGNAL_RECEIVED)) == 5
    assert doors.bus.dead == []


async def test_any_source_takes_signals_in_protobuf_from_the_bus_but_not_over_http(doors):
    signal = Signal(
        signal_id="theirs",
        tenant="acme",
        source="x",
        kind="alert",
        occurred_at=doors.when,
        received_at=doors.when,
        title="t",
    )
    await doors.deliver(encode(signal), "alertmanager", **{"content-type": f"{PROTOBUF}; v=1"})
    assert [one.source for one in doors.bus.published(s.SIGNAL_RECEIVED)] == ["alertmanager"]
    answer = await post(doors, "cloudevents", encode(signal), **{"Content-Type": PROTOBUF})
    assert answer.status_code == 400


async def test_a_secret_that_cannot_be_read_is_our_fault_unless_another_fits(doors, monkeypatch):
    monkeypatch.delenv("OLD_SECRET")
    assert (await post(doors, "alertmanager", alerts("a"))).status_code == 202
    answer = await post(doors, "alertmanager", alerts("b"), "old")
    assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")
    unsigned = await doors.http.post("/webhooks/alertmanager/acme", content=alerts("b"))
    assert (unsigned.status_code, unsigned.json()["error"]) == (401, "unsigned")
    monkeypatch.setenv("OLD_SECRET", "rotated")
    assert (await post(doors, "alertmanager", alerts("b"), "old")).status_code == 401
    assert (await post(doors, "alertmanager", alerts("b"), "rotated")).status_code == 202


async def test_a_source_may_be_open_to_anybody_or_trust_its_ingress(doors, make_intake):
    assert (await doors.http.post("/webhooks/generic/acme", content=doors.generic())).status_code == 202
    grafana = json.dumps({"version": "1", "status": "firing", "alerts": [ALERT]}).encode()
    for subject, status in (("CN=grafana", 202), ("CN=mallory", 401)):
        answer = await doors.http.post("/webhooks/grafana/acme", content=grafana, headers={"X-Client-Subject": subject})
        assert answer.status_code == status
    with capture_logs() as logs:
        await make_intake(config=sources({"kind": "generic", "unauthenticated": True}))
    assert ("source_unauthenticated", "generic") in [(line["event"], line.get("source")) for line in logs]


@pytest.mark.parametrize("kind", sorted(SOURCES))
async def test_a_source_without_authentication_refuses_to_start_unless_told_so(kind, make_intake):
    with pytest.raises(ValidationError, match="has no `secret`, so anybody could send alerts"):
        Config.model_validate(sources({"kind": kind}))
    for told in ({"unauthenticated": True}, {"bus_only": True}, {"secret": "env:X"}):
        Config.model_validate(sources({"kind": kind, **told}))
    with pytest.raises(ValidationError, match="exclude each other"):
        Config.model_validate(sources({"kind": kind, "secret": "env:X", "unauthenticated": True}))
    bus = MemoryBus()
    told = sources({"kind": kind, "unauthenticated": True})
    store = ConfigStore(bus.kv(topology.CONFIG))
    stored = Config.model_validate(told)
    source = stored.tenants["acme"].sources[0].model_copy(update={"unauthenticated": False})
    silent = stored.tenants["acme"].model_copy(update={"sources": (source,)})
    await store.apply(stored.model_copy(update={"tenants": {"acme": silent}}), "somebody", bus.now)
    with pytest.raises(Impossible, match="has no `secret`"):
        await make_intake(bus, told)


async def test_a_bug_in_a_reader_costs_no_delivery(doors, monkeypatch):
    def broken(*_):
        raise KeyError("a bug")

    mended = SOURCES["generic"]
    monkeypatch.setitem(SOURCES, "generic", dataclasses.replace(mended, read=broken))
    answer = await post(doors, "generic", doors.generic())
    assert (answer.status_code, answer.json()["status"], answer.json()["signal_ids"]) == (202, "accepted", [])
    monkeypatch.setitem(SOURCES, "generic", mended)
    await doors.bus.settle()
    assert len(doors.bus.published(s.SIGNAL_RECEIVED)) == 1


async def test_a_bug_of_ours_is_503(doors, monkeypatch):
    monkeypatch.setattr(type(doors.webhooks), "_prove", lambda *_: 1 / 0)
    answer = await post(doors, "alertmanager", alerts("a"))
    assert (answer.status_code, Refusal.model_validate(answer.json()).error) == (503, "unavailable")
    assert answer.headers["Retry-After"]
    assert doors.webhooks.door.in_flight == doors.webhooks.held_bytes == 0


async def test_poison_in_a_batch_spoils_nothing_else(doors):
    for body in (doors.generic(service="a"), b"garbage", doors.generic(service="b")):
        await doors.bus.publish(s.INGEST_DELIVERY, body, source="generic", tenant="acme")
    await doors.bus.settle()
    assert len(doors.bus.published(s.SIGNAL_RECEIVED)) == 2
    ((subject, reason),) = doors.bus.dead
    assert subject == "evt.delivery.kept.v1.acme.generic"
    assert "is not JSON" in reason


async def test_large_batches_are_published_in_parts(doors, monkeypatch):
    monkeypatch.setattr(handler, "HELD_MAX", 4)
    for one in "abc":
        body = alerts(*(f"{one}{number}" for number in range(3)))
        await doors.bus.publish(s.INGEST_DELIVERY, body, source="alertmanager", tenant="acme")
    await doors.bus.settle()
    assert len(doors.bus.published(s.SIGNAL_RECEIVED)) == 9


async def test_a_signal_that_could_not_be_published_comes_again_alone(doors):
    publish_each, tries = doors.bus.publish_each, []
    for service in ("a", "b", "c"):
        assert (await doors.http.post("/webhooks/generic/acme", content=doors.generic(service=service))).is_success

    async def failing(items):
        items = list(items)
        if not items:
            return []
        outcomes = await publish_each(items)
        tries.append(len(outcomes))
        return [RetryLater("no ack in time"), *outcomes[1:]] if len(tries) == 1 else [Conflict("there")] * len(outcomes)

    doors.bus.publish_each = failing
    await doors.bus.settle()
    assert tries == [3, 1]
    assert len(doors.bus.published(s.SIGNAL_RECEIVED)) == 3
    assert doors.bus.dead == []


async def test_more_bodies_than_memory_is_there_for_are_put_off(make_intake):
    intake = await make_intake(held_bytes_max=2000)
    answer = await intake.post(intake.generic(note="x" * 3000), "gen", source="generic")
    assert (answer.status_code, answer.json()["error"]) == (503, "overloaded")
    assert (await intake.post(intake.generic(), "gen", source="generic")).status_code == 202


async def test_a_cloudevents_sender_asks_first(doors):
    async def ask(source="cloudevents", tenant="acme", **headers):
        return await doors.http.options(f"/webhooks/{source}/{tenant}", headers=headers)

    granted = await ask(**{"WebHook-Request-Origin": "events.acme.com", "WebHook-Request-Rate": "120"})
    assert granted.status_code == 200
    assert granted.headers["WebHook-Allowed-Origin"] == "events.acme.com"
    assert granted.headers["WebHook-Allowed-Rate"] == "120"
    assert "POST" in granted.headers["Allow"]
    for asked, allowed in (("99999999", "12000"), ("*", "12000"), ("0", "1"), ("", "12000")):
        answer = await ask(**{"WebHook-Request-Origin": "e", "WebHook-Request-Rate": asked})
        assert answer.headers["WebHook-Allowed-Rate"] == allowed
    for source, headers in (("cloudevents", {}), ("alertmanager", {"WebHook-Request-Origin": "e"})):
        answer = await ask(source, **headers)
        assert (answer.status_code, "WebHook-Allowed-Origin" in answer.headers) == (200, False)
    assert (await ask(tenant="nobody")).status_code == 404


async def test_a_signed_body_is_proven_as_it_was_sent_and_not_as_it_reads(make_intake):
    intake = await make_intake()
    body = b'{"fired_at":  "2025-12-31T23:59:00Z"}'
    other = json.dumps(json.loads(body)).encode()
    headers = {"X-Inquest-Signature": sign("gen", other)}
    answer = await intake.http.post("/webhooks/generic/acme", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (401, "wrong-signature")
