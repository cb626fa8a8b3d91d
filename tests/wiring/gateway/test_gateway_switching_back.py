"""Trials that the rule takes back, and those that it leaves alone."""

from dataclasses import replace

import pytest
from inquest.config.switching import SwitchConfig
from inquest.contracts.errors import RetryLater
from inquest.contracts.subjects import TOOL_SWITCHED
from inquest.contracts.topology import GATEWAY_SWITCHES
from inquest.gateway.domain.tally import Counted

from tests.wiring.gateway.switching_world import SHADOW, TRIED, World, audited, request, wish


@pytest.fixture
def world(memory_bus) -> World:
    return World(memory_bus)


async def test_errors_that_two_gateways_count_together_take_a_trial_back_once(world, memory_bus):
    gateways = [world.gateway("one"), world.gateway("two")]
    await gateways[0].desk.on_switch(wish("promote"))
    await gateways[1].learn()
    world.sources.internal.failing = True
    for number in range(20):  # ten each: too few for one of them alone
        assert (await gateways[number % 2].ask(number)).status == "failed"
    for one in gateways:
        await one.learn()
    assert [one.switch.automatic for one in memory_bus.published(TOOL_SWITCHED)] == [False, True]
    for number, one in enumerate(gateways):
        await one.learn()
        assert (await one.ask(f"after-{number}")).provider == "loki"
    [_, back] = audited(memory_bus)
    assert back == ("provider-rolled-back", "gateway", "logs: internal -> external")
    last = memory_bus.published(TOOL_SWITCHED)[-1].switch
    assert last.reason == "20 of the last 20 calls failed (100.0 %, at most 10 %)"
    assert (await gateways[0].desk.trials.tally("acme", "logs")).errors.total == 0


async def test_differences_take_a_trial_back(world, memory_bus):
    world.config, world.sources.internal.severity = SHADOW, "warning"
    gateway = world.gateway()
    for number in range(20):
        assert (await gateway.ask(number)).provider == "loki"
        await gateway.learn()
    [switched] = memory_bus.published(TOOL_SWITCHED)
    assert (switched.now.use, switched.switch.automatic) == ("external", True)
    asked = world.sources.internal.asked
    await gateway.ask("after")
    await gateway.learn()
    assert world.sources.internal.asked == asked


async def test_a_promotion_after_a_rollback_begins_to_count_anew(world, memory_bus):
    gateway = world.gateway()
    await gateway.desk.on_switch(wish("promote"))
    world.sources.internal.failing = True
    for number in range(20):
        await gateway.ask(number)
    await gateway.learn()
    world.sources.internal.failing = False
    await gateway.desk.on_switch(wish("promote"))
    for number in range(100, 125):
        assert (await gateway.ask(number)).provider == "ours"
    await gateway.learn()
    assert [one.switch.automatic for one in memory_bus.published(TOOL_SWITCHED)] == [False, True, False]


@pytest.mark.parametrize(
    "config",
    [
        {"use": "internal"},  # no trial: it stands in the configuration
        {"use": "both", "percent": 100, "rollback": {"automatic": False}},
    ],
)
async def test_what_is_no_trial_is_not_taken_back(world, memory_bus, config):
    world.config = SwitchConfig.model_validate({"compare_percent": 0} | config)
    world.sources.internal.failing = True
    gateway = world.gateway()
    for number in range(25):
        await gateway.ask(number)
    await gateway.learn()
    assert memory_bus.published(TOOL_SWITCHED) == []


async def test_a_trial_without_a_way_back_stays(world, memory_bus):
    gateway = world.gateway()
    await gateway.desk.on_switch(wish("promote", "both", 100))
    world.sources.internal.failing = True
    for number in range(25):
        await gateway.ask(number)
    world.sources.external = None
    await gateway.learn()
    assert len(memory_bus.published(TOOL_SWITCHED)) == 1


async def test_what_could_not_be_told_is_told_later(world, memory_bus):
    world.config = TRIED
    gateway = world.gateway()
    await gateway.ask(1)
    kv = gateway.desk.trials.kv

    class Away:
        async def get(self, _key):
            raise RetryLater("the bus is away")

    gateway.desk.trials.kv = Away()
    await gateway.desk.trials.tell()
    await gateway.ask(2)
    gateway.desk.trials.kv = kv
    await gateway.learn()
    assert (await gateway.desk.trials.tally("acme", "logs")).errors.total == 2


async def test_what_was_asked_before_a_switch_does_not_undo_what_was_seen_after_it(world):
    gateway = world.gateway()
    await gateway.desk.on_switch(wish("promote", "both", 100))
    interfaces = await world.sources.interfaces("acme", "logs")
    now = gateway.desk.board.plan(request(1), interfaces)
    gateway.desk.trials.saw(now, request(1), Counted(calls=3))
    gateway.desk.trials.saw(replace(now, number=now.number - 1), request(1), Counted(calls=1, errors=1))
    await gateway.learn()
    errors = (await gateway.desk.trials.tally("acme", "logs")).errors
    assert (errors.total, errors.bad_total) == (3, 0)


async def test_what_was_counted_of_a_switch_that_a_restore_took_away_does_not_end_the_counting(world, memory_bus):
    gateway = world.gateway()
    kv = memory_bus.kv(GATEWAY_SWITCHES)
    await gateway.desk.on_switch(wish("promote", "both", 100))
    backup = await kv.get("switches")
    for percent in (50, 100):
        await gateway.desk.on_switch(wish("promote", "both", percent))
    await gateway.ask(1)
    await gateway.learn()
    await kv.put("switches", backup.value)
    await gateway.learn()
    world.sources.internal.failing = True
    for number in range(25):
        await gateway.ask(f"after-{number}")
    await gateway.learn()
    switch = gateway.desk.board.switch("acme", "logs")
    assert (switch.automatic, switch.setting.use) == (True, "external")


@pytest.mark.parametrize("error", ["unsupported", "limited"])
async def test_what_a_candidate_does_not_serve_or_was_not_asked_for_is_no_error_of_a_comparison(world, error):
    world.config, world.sources.internal.failing, world.sources.internal.error = SHADOW, True, error
    gateway = world.gateway()
    for number in range(5):  # fewer than the rule needs: what is taken back begins to count anew
        await gateway.ask(number)
        await gateway.learn()
    assert world.sources.internal.asked == 5
    assert (await gateway.desk.trials.tally("acme", "logs")).errors.total == 0


async def test_while_its_circuit_is_open_a_candidate_collects_no_errors_from_comparisons(world):
    world.config, world.sources.internal.failing, world.sources.failures_max = SHADOW, True, 2
    gateway = world.gateway()
    for number in range(10):
        await gateway.ask(number)
        await gateway.learn()
    errors = (await gateway.desk.trials.tally("acme", "logs")).errors
    assert (errors.total, errors.bad_total, world.sources.internal.asked) == (2, 2, 2)
