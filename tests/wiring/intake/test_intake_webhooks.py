import asyncio
from collections.abc import AsyncIterator

import pytest
from inquest.contracts import subjects as s
from inquest.contracts import topology
from inquest.contracts.errors import RetryLater
from inquest.contracts.message import derive_id
from inquest.testkit.fixtures import until


async def test_a_signed_page_is_kept_answered_and_becomes_an_incident(intake):
    before = intake.counted("pagerduty", "accepted")
    response = await intake.post()
    assert response.status_code == 202
    (signal_id,) = response.json()["signal_ids"]
    assert [one.body for one in await intake.kept()] == [intake.page()]
    assert intake.bus.published(s.SIGNAL_RECEIVED) == []
    assert intake.counted("pagerduty", "accepted") == before + 1

    await intake.bus.settle()
    (signal,) = intake.bus.published(s.SIGNAL_RECEIVED, tenant="acme", signal=signal_id)
    (incident,) = intake.bus.published(s.INCIDENT_OPENED)
    assert (signal.services, signal.unmatched) == (("checkout",), ())
    assert incident.incident_id == derive_id("incident", "acme", signal_id)
    assert intake.bus.dead == []


async def test_the_same_delivery_twice_is_one_signal(intake):
    await intake.post()
    again = await intake.post(secret="old")
    assert (again.status_code, again.json()["status"]) == (202, "duplicate")
    await intake.bus.settle()
    await intake.bus.redeliver("intake-deliveries")
    await intake.bus.redeliver("intake-signals")
    assert len(intake.bus.published(s.SIGNAL_RECEIVED)) == 1
    assert len(intake.bus.published(s.INCIDENT_OPENED)) == 1


async def test_trigger_escalate_resolve_is_one_incident_that_closes(intake):
    for number, event in enumerate(("triggered", "escalated", "resolved")):
        await intake.post(intake.page(f"incident.{event}", f"E{number}"))
        await intake.bus.settle()
    assert len(intake.bus.published(s.INCIDENT_OPENED)) == 1
    assert len(intake.bus.published(s.INCIDENT_UPDATED)) == 1
    (resolved,) = intake.bus.published(s.INCIDENT_RESOLVED)
    assert len(resolved.signal_ids) == 3


async def test_what_inquest_does_not_act_on_is_kept_and_answered_202(intake):
    response = await intake.post(intake.page("incident.annotated"))
    assert (response.status_code, response.json()["status"]) == (202, "ignored")
    assert "incident.annotated" in response.json()["message"]
    response = await intake.post(intake.page("pagey.ping", "E2"))
    assert (response.status_code, response.json()["status"]) == (202, "ping")
    await intake.bus.settle()
    assert len(await intake.kept()) == 2
    assert intake.bus.published(s.SIGNAL_RECEIVED) == []
    assert intake.bus.dead == []


@pytest.mark.parametrize(
    ("arguments", "status", "error"),
    [
        ({"tenant": "nobody"}, 404, "unknown-tenant"),
        ({"source": "smoke-signals"}, 404, "unknown-source"),
        ({"tenant": "bus-only"}, 404, "unknown-source"),
        ({"tenant": "bus-only", "source": "generic"}, 404, "unknown-source"),
        ({"body": b"x" * 400_001}, 413, "too-large"),
        ({"secret": None}, 401, "unsigned"),
        ({"secret": "guess"}, 401, "wrong-signature"),
        ({"body": b"not json"}, 400, "not-json"),
        ({"body": b'{"messages": []}'}, 400, "v2-payload"),
        ({"body": b"{}"}, 400, "not-understood"),
        ({"body": b"{}", "source": "generic", "secret": "gen"}, 400, "not-understood"),
        ({"source": "generic", "tenant": "unset"}, 503, "unavailable"),
        ({"source": "generic", "tenant": "gone"}, 503, "unavailable"),
    ],
)
async def test_each_refusal_has_its_status_message_and_count(intake, arguments, status, error):
    source = arguments.get("source", "pagerduty")
    label = "other" if source == "smoke-signals" else source
    before = intake.counted(label, error)
    response = await intake.post(**arguments)
    assert response.status_code == status
    answer = response.json()
    assert answer["error"] == error
    assert answer["message"]
    assert answer["hint"] or error == "not-understood"
    assert intake.counted(label, error) == before + 1
    assert intake.bus.published(s.DELIVERY_KEPT) == []
    assert ("Retry-After" in response.headers) == (status == 503)


async def test_a_body_that_claims_nothing_is_read_up_to_the_limit_only(intake):
    taken = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            taken.append(1)
            yield b"x" * 100_000

    response = await intake.http.post("/webhooks/pagerduty/acme", content=endless())
    assert response.status_code == 413
    assert len(taken) < 10


async def test_a_body_that_does_not_come_is_not_waited_for(make_intake):
    intake = await make_intake(body_wait_s_max=0.01)

    async def stuck() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.Event().wait()

    response = await intake.http.post("/webhooks/pagerduty/acme", content=stuck())
    assert (response.status_code, response.json()["error"]) == (503, "too-slow")


@pytest.mark.parametrize("fault", ["refuses", "hangs", "too-many"])
async def test_a_fault_of_ours_is_503_and_the_sender_tries_again(make_intake, fault):
    intake = await make_intake(publish_s_max=0.05, requests_max=1, retry_after_s=7)
    publish = intake.bus.publish

    async def failing(*_, **__):
        if fault == "hangs":
            await asyncio.Event().wait()
        raise RetryLater("no ack in time")

    if fault == "too-many":
        intake.webhooks.door.in_flight = 1
    else:
        intake.bus.publish = failing
    response = await intake.post()
    expected = "overloaded" if fault == "too-many" else "unavailable"
    assert (response.status_code, response.json()["error"]) == (503, expected)
    assert response.headers["Retry-After"] == "7"
    intake.bus.publish, intake.webhooks.door.in_flight = publish, 0
    assert (await intake.post()).status_code == 202


async def test_a_large_delivery_goes_through_the_object_bucket(intake):
    body = intake.generic(service="cart", note="x" * 300_000)
    assert (await intake.post(body, "gen", source="generic")).status_code == 202
    await intake.bus.settle()
    (signal,) = intake.bus.published(s.SIGNAL_RECEIVED)
    assert signal.payload_ref.startswith("acme/")
    assert b"xxx" not in await intake.bus.objects(topology.DELIVERIES).get(signal.payload_ref)
    assert intake.bus.published(s.DELIVERY_KEPT) == [b""]
    assert [one.body for one in await intake.kept()] == [body]
    assert signal.payload_bytes == len(body)


async def test_an_applied_configuration_counts_without_a_restart(intake):
    follower = asyncio.create_task(intake.service.tasks[0]())
    source = {"kind": "generic", "secret": "env:GENERIC_SECRET"}
    await intake.configure({"tenants": {"new": {"sources": [source]}}})

    async def taken() -> bool:
        response = await intake.post(intake.generic(), "gen", "new", "generic")
        return bool(response.status_code == 202)

    await until(taken)
    await intake.service.pings["config"]()
    follower.cancel()
