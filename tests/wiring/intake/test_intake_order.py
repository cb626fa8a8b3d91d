"""Who goes first: requests, then what is critical, then the rest in order."""

import pytest
from inquest.contracts import subjects as s
from inquest.contracts.errors import RetryLater
from inquest.intake.adapters import door
from inquest.testkit.fixtures import until
from structlog.testing import capture_logs

WHEN = "2025-12-31T23:59:00Z"


@pytest.fixture
async def doors(make_intake):
    return await make_intake(
        config={"tenants": {"acme": {"sources": [{"kind": "generic", "secret": "env:GENERIC_SECRET"}]}}}
    )


async def post(doors, key, severity="critical", **more):
    answer = await doors.post(doors.generic(dedup_key=key, severity=severity, **more), "gen", source="generic")
    assert answer.status_code == 202
    return answer.json()


def published(doors):
    return [one.signal_id for one in doors.bus.published(s.SIGNAL_RECEIVED)]


async def test_a_critical_alert_overtakes_what_waits(doors):
    doors.webhooks.door.lag_s = 0.5
    await post(doors, "calm")
    doors.webhooks.door.lag_s = 60.0
    await post(doors, "low", "low")
    (urgent,) = (await post(doors, "high"))["signal_ids"]
    await until(lambda: published(doors) == [urgent])
    assert (await post(doors, "high"))["status"] == "duplicate"
    assert published(doors) == [urgent]
    await doors.bus.settle()
    assert len(published(doors)) == 3
    assert doors.bus.dead == []


async def test_no_alert_overtakes_the_end_of_the_one_before(doors):
    doors.webhooks.door.lag_s = 60.0
    await post(doors, "returns", status="resolved")
    await post(doors, "returns", observed=2)
    (urgent,) = (await post(doors, "other"))["signal_ids"]
    await until(lambda: published(doors) == [urgent])
    assert not doors.webhooks.door._express


async def test_only_so_many_ends_are_remembered(doors, monkeypatch):
    monkeypatch.setattr(door, "ENDED_MAX", 2)
    for key in "abca":
        doors.webhooks.door.ends("acme", [key])
    assert [key for _, key in doors.webhooks.door._ended] == ["c", "a"]


async def test_a_crowd_of_requests_goes_first_and_then_what_waits(doors, monkeypatch):
    monkeypatch.setattr(door, "YIELD_S_MAX", 0.01)
    stand = doors.webhooks.door
    await post(doors, "a")
    passing = [stand.passing() for _ in range(door.CROWD)]
    for one in passing:
        one.__enter__()
    await doors.bus.settle()  # not for ever
    assert len(doors.bus.published(s.SIGNAL_RECEIVED)) == 1
    for one in passing:
        one.__exit__(None, None, None)
    assert stand.in_flight == 0
    assert stand._calm.is_set()


async def test_what_overtakes_and_fails_waits_for_its_turn(doors, monkeypatch):
    async def failing(_):
        raise RetryLater("no ack in time")

    stand = doors.webhooks.door
    stand.lag_s, handler = 60.0, stand._handler
    monkeypatch.setattr(stand, "_handler", failing)
    with capture_logs() as logs:
        await post(doors, "high")
        await until(lambda: not stand._express)
    assert [line["errors"] for line in logs if line["event"] == "delivery_overtook"] == [1]
    monkeypatch.setattr(stand, "_handler", handler)
    await doors.bus.settle()
    assert len(doors.bus.published(s.SIGNAL_RECEIVED)) == 1
