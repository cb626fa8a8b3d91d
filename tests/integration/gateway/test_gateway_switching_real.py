"""Two gateways on a real server, asked all the time: a switch is everywhere within a second, and no call is lost."""

import asyncio
import time
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest
from inquest.bus.bus import Bus
from inquest.contracts.latest import ListSwitches
from inquest.contracts.subjects import AUDIT_RECORDED, PROVIDER_SWITCH, SWITCHES_LIST, TOOL_SWITCHED
from inquest.testkit.fixtures import until

from tests.wiring.gateway.switching_world import Gateway, World, running, wish

EFFECT_S_MAX = 1.0


@dataclass
class Traffic:
    """Asks each gateway again and again, and notes who answered when. Every answer is kept."""

    gateways: list[Gateway]
    seen: list[tuple[float, int, str, str]] = field(default_factory=list)
    asked: int = 0

    async def run(self) -> None:
        await asyncio.gather(*(self._run(number, one) for number, one in enumerate(self.gateways) for _ in range(2)))

    async def _run(self, number: int, gateway: Gateway) -> None:
        while True:
            self.asked += 1
            began_s = time.monotonic()
            result = await gateway.ask(f"t{self.asked}")
            self.seen.append((began_s, number, result.provider or "", result.status))
            await asyncio.sleep(0.01)  # a pace that leaves the machine to the gateways

    def led_by(self, provider: str, number: int) -> bool:
        """Whether the last answer of a gateway is of this provider."""
        return next((name for _, of, name, _ in reversed(self.seen) if of == number), "") == provider

    def last_s(self, provider: str) -> float:
        """When a call began that this provider answered, the last one."""
        return max(began_s for began_s, _, name, _ in self.seen if name == provider)


@asynccontextmanager
async def flowing(gateways: list[Gateway]):
    traffic = Traffic(gateways)
    task = asyncio.create_task(traffic.run())
    try:
        await until(lambda: {number for _, number, *_ in traffic.seen} == {0, 1})
        yield traffic
    finally:
        task.cancel()
        await asyncio.wait([task])
    if not task.cancelled():
        task.result()


async def switch(bus: Bus, *args, **more):
    return await bus.request(PROVIDER_SWITCH, wish(*args, **more), timeout_s=10, tenant="acme")


@pytest.mark.parametrize("_again", range(2))
async def test_a_switch_under_load_is_everywhere_within_a_second_and_no_call_is_lost(bus, nats_server, _again):
    world = World(bus)
    async with AsyncExitStack() as stack:
        gateways = [await stack.enter_async_context(running(nats_server.url, world, one)) for one in ("one", "two")]
        async with flowing(gateways) as traffic:
            for action, then, before in (("promote", "ours", "loki"), ("rollback", "loki", "ours")):
                done = await switch(bus, action)
                done_s = time.monotonic()
                assert done.changed
                await until(lambda then=then: all(traffic.led_by(then, number) for number in (0, 1)))
                assert traffic.last_s(before) - done_s < EFFECT_S_MAX
        assert {status for *_, status in traffic.seen} == {"ok"}
        assert len(traffic.seen) > 20


async def test_a_switch_outlives_gateways_and_one_that_begins_later_knows_it(bus, nats_server):
    world = World(bus)
    async with running(nats_server.url, world, "one"):
        await switch(bus, "promote", None, 40, reason="first forty")
    async with running(nats_server.url, world, "two") as gateway:
        providers = [(await gateway.ask(number)).provider for number in range(30)]
        assert set(providers) == {"loki", "ours"}
        listed = await bus.request(SWITCHES_LIST, ListSwitches(tenant="acme"), timeout_s=10, tenant="acme")
        [one] = listed.standings
        assert (one.setting.percent, one.origin, one.switch.by, one.switch.reason) == (
            40,
            "command",
            "ada",
            "first forty",
        )
    events = await bus.read(TOOL_SWITCHED, tenant="acme", domain="logs")
    assert [(one.message.before, one.message.now.percent) for one in events] == [(None, 40)]
    records = [one.message for one in await bus.read(AUDIT_RECORDED, tenant="acme")]
    assert [(one.action, one.by, one.about) for one in records] == [
        ("provider-promoted", "ada", "logs: by priority -> both: internal leads 40 %, external the rest")
    ]


async def test_what_breaks_under_load_is_taken_back_by_both_gateways_at_once(bus, nats_server):
    world = World(bus)
    async with AsyncExitStack() as stack:
        gateways = [await stack.enter_async_context(running(nats_server.url, world, one)) for one in ("one", "two")]
        async with flowing(gateways) as traffic:
            await switch(bus, "promote", "both", 100)  # the other side helps out: a trial that breaks loses no answer
            await until(lambda: all(traffic.led_by("ours", number) for number in (0, 1)))
            world.sources.internal.failing = True
            await until(
                lambda: not all(gateway.desk.board.standing("acme", "logs")[0].use == "both" for gateway in gateways)
            )
            taken_back_s = time.monotonic()
            await until(
                lambda: all(gateway.desk.board.standing("acme", "logs")[0].use == "external" for gateway in gateways)
            )
            assert time.monotonic() - taken_back_s < EFFECT_S_MAX
            asked = len(traffic.seen)
            await until(lambda: len(traffic.seen) > asked + 10)
    assert {status for *_, status in traffic.seen} <= {"ok", "degraded"}
    assert {status for *_, status in traffic.seen[asked + 4 :]} == {"ok"}
    events = [one.message for one in await bus.read(TOOL_SWITCHED, tenant="acme", domain="logs")]
    assert [(one.now.use, one.switch.automatic) for one in events] == [("both", False), ("external", True)]
    records = [one.message.action for one in await bus.read(AUDIT_RECORDED, tenant="acme")]
    assert sorted(records) == ["provider-promoted", "provider-rolled-back"]
