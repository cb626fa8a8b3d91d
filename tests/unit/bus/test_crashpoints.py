import os
import signal
import subprocess
import sys
from collections import Counter

import pytest
from inquest.bus import Outgoing
from inquest.bus.crashpoints import CRASH_AT, CRASH_LOG, PAUSE_AT, around, points, watch, watch_bus
from inquest.contracts.subjects import INCIDENT_OPENED, STEP_RUN, TIMER_SET, TOOL_CALL
from inquest.contracts.topology import GATEWAY_JOURNAL, PAYLOADS, consumer
from inquest.testkit.trails import Trail

DYING = """
import asyncio
from inquest.bus.crashpoints import around
async def effect(): print("done", flush=True)
async def main():
    watched = around("kv.x.put", effect)
    for _ in range(3): await watched()
asyncio.run(main())
"""


@pytest.fixture
def trail(tmp_path, monkeypatch):
    monkeypatch.setenv(CRASH_LOG, str(tmp_path / "points"))
    points.cache_clear()
    yield Trail(tmp_path / "points")
    points.cache_clear()


class Anything:
    """Takes every call; remembers the handlers that it was given."""

    def __init__(self):
        self.handlers = []

    async def publish(self, subject, *_, **__):
        return subject

    publish_batch = publish

    async def publish_many(self, items):
        return len(list(items))

    async def publish_each(self, items):
        return list(items)

    def handle(self, row, handler):
        self.handlers.append(handler)

    handle_batch = reply = handle_doorsteps = handle

    def kv(self, bucket):
        return self

    objects = kv

    async def last(self, subject):
        return subject

    def __getattr__(self, name):
        return self.publish


def test_without_the_environment_nothing_is_wrapped(monkeypatch):
    monkeypatch.delenv(CRASH_AT, raising=False)
    monkeypatch.delenv(CRASH_LOG, raising=False)
    points.cache_clear()
    bus = Anything()
    assert watch_bus(bus) is bus
    assert watch(bus, "x", "put") is bus
    assert (
        around("x", test_without_the_environment_nothing_is_wrapped) is test_without_the_environment_nothing_is_wrapped
    )
    points.cache_clear()


@pytest.mark.parametrize(("at", "done"), [("kv.x.put.before:1", 0), ("kv.x.put.after:2", 2), ("kv.x.put.after:9", 3)])
def test_a_process_dies_at_its_point(at, done):
    ran = subprocess.run(
        [sys.executable, "-c", DYING], env={**os.environ, CRASH_AT: at}, capture_output=True, check=False
    )
    assert ran.returncode == (0 if at.endswith("9") else -signal.SIGKILL)
    assert ran.stdout.split() == [b"done"] * done


def test_a_process_stops_at_its_point_and_goes_on_when_it_is_let():
    with subprocess.Popen(
        [sys.executable, "-c", DYING], env={**os.environ, PAUSE_AT: "kv.x.put.before:2"}, stdout=subprocess.PIPE
    ) as process:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        assert process.stdout.readline() == b"done\n"
        process.send_signal(signal.SIGCONT)
        assert process.stdout.read().split() == [b"done"] * 2
    assert process.returncode == 0


async def test_every_effect_of_the_bus_leaves_its_names(trail):
    inner = Anything()
    bus = watch_bus(inner)
    item = Outgoing(INCIDENT_OPENED, b"", {})
    await bus.publish(INCIDENT_OPENED, b"", tenant="acme")
    await bus.publish_batch([item])
    assert await bus.publish_many([item, item]) == 2
    assert await bus.publish_each([item]) == [item]
    await bus.schedule(TIMER_SET, INCIDENT_OPENED, b"", due_at=None, timer="round-1")
    await bus.request(TOOL_CALL, b"", timeout_s=1, domain="logs")
    await bus.add("acme", "calls", amount=1)
    await bus.kv(GATEWAY_JOURNAL).update("key", b"", 1)
    await bus.objects(PAYLOADS).put("acme", b"")
    assert await bus.last(STEP_RUN) is STEP_RUN  # reading has no effect
    passed = trail.passed()
    before = {name.removesuffix(".before") for name in passed if name.endswith(".before")}
    assert before == {
        f"publish.{INCIDENT_OPENED.name}",
        f"batch.{INCIDENT_OPENED.name}",
        f"pipeline.{INCIDENT_OPENED.name}",
        "pipeline",
        f"schedule.{TIMER_SET.name}",
        f"request.{TOOL_CALL.name}",
        "counter.calls",
        "kv.gateway-journal.update",
        "objects.payloads.put",
    }
    assert passed[f"pipeline.{INCIDENT_OPENED.name}.before"] == 3
    assert {f"{name}.after" for name in before} - {f"pipeline.{INCIDENT_OPENED.name}.after"} <= set(passed)


async def test_what_a_handler_holds_is_in_flight_until_it_ends(trail):
    inner = Anything()
    seen = []

    class Delivered:
        stream, stream_seq = "STEPS", 7

    async def handler(message, delivery):
        seen.append((trail.in_flight(), dict(trail.messages)))
        if message == b"bad":
            raise ValueError("bad")

    watch_bus(inner).handle(consumer("planner-steps"), handler)
    await inner.handlers[0](b"good", Delivered)
    with pytest.raises(ValueError, match="bad"):
        await inner.handlers[0](b"bad", Delivered)
    assert seen == [(["planner-steps"], {"STEPS:7": "planner-steps"})] * 2
    assert trail.in_flight() == []
    assert trail.last == "handle.planner-steps.failed"
    assert list(trail.finished) == ["STEPS:7"]
    assert Counter(trail.passed())["handle.planner-steps.before"] == 2
