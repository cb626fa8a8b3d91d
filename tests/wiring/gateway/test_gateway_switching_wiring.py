"""Switching as calls and people meet it: promotions, canaries, comparisons, tallies of all gateways, the rule."""

import asyncio

import pytest
from inquest.config.switching import SwitchConfig
from inquest.contracts.errors import Impossible, RetryLater
from inquest.contracts.latest import ListSwitches, ProviderSwitch, SwitchBook, SwitchSetting
from inquest.contracts.payloads import encode
from inquest.contracts.subjects import TOOL_COMPARED, TOOL_SWITCHED
from inquest.contracts.topology import GATEWAY_SWITCHES
from inquest.contracts.v1.switching import SWITCHES_MAX
from inquest.gateway import comparing
from inquest.gateway.comparing import AT_ONCE_MAX
from inquest.testkit.fixtures import until

from tests.wiring.gateway.switching_world import SHADOW, T0, TRIED, World, audited, request, wish


@pytest.fixture
def world(memory_bus) -> World:
    return World(memory_bus)


# -- people -------------------------------------------------------------------------------------


async def test_a_promotion_and_a_rollback_are_told_audited_and_outlive_every_gateway(world, memory_bus):
    gateway = world.gateway()
    assert (await gateway.ask(1)).provider == "loki"
    done = await gateway.desk.on_switch(wish("promote"))
    assert (done.changed, done.before, done.now.use) == (True, None, "internal")
    assert (await gateway.ask(2)).provider == "ours"
    again = world.gateway("two")
    await again.desk.board.start()
    assert (await again.ask(3)).provider == "ours"
    await again.desk.on_switch(wish("rollback"))
    assert (await again.ask(4)).provider == "loki"
    assert [one.switch.number for one in memory_bus.published(TOOL_SWITCHED, tenant="acme", domain="logs")] == [1, 2]
    assert audited(memory_bus) == [
        ("provider-promoted", "ada", "logs: by priority -> internal"),
        ("provider-rolled-back", "ada", "logs: internal -> external"),
    ]


async def test_what_stands_already_is_not_switched_again(world, memory_bus):
    gateway = world.gateway()
    await gateway.desk.on_switch(wish("promote"))
    assert not (await gateway.desk.on_switch(wish("promote"))).changed
    assert len(memory_bus.published(TOOL_SWITCHED)) == len(audited(memory_bus)) == 1


async def test_what_makes_no_sense_changes_nothing(world, memory_bus):
    world.sources.internal = None
    with pytest.raises(Impossible, match="no internal source"):
        await world.gateway().desk.on_switch(wish("promote"))
    with pytest.raises(Impossible, match="no internal source"):
        await world.gateway().desk.on_switch(wish("promote", domain="tickets", to="internal"))
    assert audited(memory_bus) == []


async def test_a_command_goes_before_the_configuration_until_it_is_given_back(world):
    world.config = SwitchConfig.model_validate({"use": "internal"})
    gateway = world.gateway()
    assert (await gateway.ask(1)).provider == "ours"
    await gateway.desk.on_switch(wish("rollback", "external"))
    assert (await gateway.ask(2)).provider == "loki"
    given_back = await gateway.desk.on_switch(wish("rollback", "configured"))
    assert (given_back.now.use, (await gateway.ask(3)).provider) == ("internal", "ours")


async def test_the_list_says_who_answers_who_said_so_and_how_it_does(world):
    gateway = world.gateway()
    await gateway.desk.on_switch(wish("promote", percent=100, to="both"))
    await gateway.ask(1)
    await gateway.learn()
    [one] = (await gateway.desk.on_list(ListSwitches(tenant="acme"))).standings
    assert (one.domain, one.origin, one.in_effect, one.external, one.internal) == (
        "logs",
        "command",
        True,
        ("loki",),
        ("ours",),
    )
    assert (one.calls, one.errors, one.switch.by) == (1, 0, "ada")
    assert (await gateway.desk.on_list(ListSwitches(tenant="acme", domain="chat"))).standings == ()


async def test_one_sort_of_source_answers_whatever_is_switched(world):
    gateway = world.gateway()
    await gateway.desk.on_switch(wish("promote"))
    world.sources.internal = None
    assert (await gateway.ask(1)).provider == "loki"
    [one] = (await gateway.desk.on_list(ListSwitches(tenant="acme"))).standings
    assert not one.in_effect


async def test_the_book_is_bounded(world, memory_bus):
    setting = SwitchSetting(use="internal")
    full = [ProviderSwitch(tenant=f"t{n}", domain="logs", setting=setting, by="x", at=T0) for n in range(SWITCHES_MAX)]
    data = encode(SwitchBook(number=9, switches=tuple(full))).data
    await memory_bus.kv(GATEWAY_SWITCHES).put("switches", data)
    gateway = world.gateway()
    with pytest.raises(Impossible, match="2000 domains are switched already"):
        await gateway.desk.on_switch(wish("promote"))
    freed = full[0].model_copy(update={"setting": None})
    await memory_bus.kv(GATEWAY_SWITCHES).put(
        "switches", encode(SwitchBook(number=10, switches=(*full[1:], freed))).data
    )
    assert (await gateway.desk.on_switch(wish("promote"))).switch.number == 11


async def test_a_book_that_cannot_be_read_changes_nothing(world, memory_bus):
    gateway = world.gateway()
    await gateway.desk.on_switch(wish("promote"))
    following = asyncio.create_task(gateway.desk.board.follow())
    await memory_bus.kv(GATEWAY_SWITCHES).put("switches", b"nonsense")
    await asyncio.sleep(0)
    assert (await gateway.ask(1)).provider == "ours"
    book = SwitchBook(number=7)
    await memory_bus.kv(GATEWAY_SWITCHES).put("switches", encode(book).data)
    await until(lambda: gateway.desk.board.book == book)
    following.cancel()


# -- canaries -----------------------------------------------------------------------------------


async def test_a_canary_leads_its_share_and_keeps_its_investigations(world):
    gateway = world.gateway()
    await gateway.desk.on_switch(wish("promote", percent=30))
    first = {n: (await gateway.ask(n)).provider for n in range(60)}
    assert set(first.values()) == {"loki", "ours"}
    other = world.gateway("two")
    await other.desk.board.start()
    for number, provider in first.items():
        again = request(number, step_id=f"again-{number}")
        assert (await other.handlers.on_tool_call(again)).provider == provider
    await gateway.desk.on_switch(wish("promote", percent=60))
    for number, provider in first.items():
        more = request(number, step_id=f"more-{number}")
        assert provider != "ours" or (await gateway.handlers.on_tool_call(more)).provider == "ours"


async def test_a_repeated_step_gets_its_recorded_answer_whoever_leads_now(world):
    gateway = world.gateway()
    first = await gateway.ask(1)
    await gateway.desk.on_switch(wish("promote"))
    again = await gateway.ask(1)
    assert (again.provider, again.recorded) == (first.provider, True)


async def test_while_both_are_asked_the_other_side_helps_out_and_alone_it_does_not(world):
    world.config, world.sources.internal.failing = TRIED, True
    gateway = world.gateway()
    helped = await gateway.ask(1)
    assert (helped.status, helped.provider) == ("degraded", "loki")
    world.config = SwitchConfig.model_validate({"use": "internal"})
    assert (await gateway.ask(2)).status == "failed"
    assert world.sources.external.asked == 1


# -- comparisons --------------------------------------------------------------------------------


async def test_both_are_read_and_compared_after_the_answer_without_secrets(world, memory_bus):
    world.config, world.sources.internal.severity = SHADOW, "warning"
    gateway = world.gateway()
    result = await gateway.ask(1)
    assert (result.provider, result.status) == ("loki", "ok")
    await gateway.learn()
    [compared] = memory_bus.published(TOOL_COMPARED, tenant="acme", investigation="inv-1")
    assert (compared.external, compared.internal, compared.led_by) == ("loki", "ours", "external")
    [difference] = compared.differences
    assert (difference.kind, difference.external, difference.internal) == ("changed", '"error"', '"warning"')
    assert difference.path.endswith("].severity")
    assert "hunter2secret" not in compared.model_dump_json()
    assert (compared.equal, compared.total, compared.rows_external, compared.rows_internal) == (False, 1, 1, 1)


async def test_a_page_of_one_side_is_not_asked_of_the_other(world, memory_bus):
    world.config = SHADOW
    gateway = world.gateway()
    page = request(1).query.model_copy(update={"cursor": "2"})
    assert (await gateway.ask(1, query=page)).status == "ok"
    await gateway.learn()
    assert world.sources.internal.asked == 0
    assert memory_bus.published(TOOL_COMPARED) == []


async def test_what_is_the_same_is_told_too(world, memory_bus):
    world.config = TRIED.model_copy(update={"compare_percent": 100})
    gateway = world.gateway()
    assert (await gateway.ask(1)).provider == "ours"
    await gateway.learn()
    [compared] = memory_bus.published(TOOL_COMPARED)
    assert (compared.equal, compared.led_by, compared.external) == (True, "internal", "loki")
    assert (await gateway.desk.trials.tally("acme", "logs")).differences.total == 1


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"failing": True}, "internal has no answer: ours: connection refused"),
        ({"truncated": True}, "both answers are cut"),
        ({"lines": 3}, "up to 300 are compared"),
    ],
)
async def test_what_cannot_be_compared_is_told_with_the_reason(world, memory_bus, monkeypatch, change, problem):
    world.config = SHADOW
    monkeypatch.setattr(comparing, "COMPARED_BYTES_MAX", 300)  # one line has less, three have more
    for name, value in change.items():
        setattr(world.sources.internal, name, value)
    world.sources.external.truncated = "truncated" in change
    gateway = world.gateway()
    await gateway.ask(1)
    await gateway.learn()
    [compared] = memory_bus.published(TOOL_COMPARED)
    assert problem in compared.problem
    assert not compared.equal
    tally = await gateway.desk.trials.tally("acme", "logs")
    assert (tally.errors.bad_total, tally.differences.total) == (int("failing" in change), 0)


async def test_comparisons_at_once_are_bounded_and_nobody_waits_for_them(world):
    world.config = SHADOW
    gateway = world.gateway()
    gate = asyncio.Event()

    async def slow(_request, _context):
        world.sources.internal.asked += 1
        await gate.wait()
        raise RetryLater("gone")

    world.sources.internal.call = slow
    for number in range(AT_ONCE_MAX + 3):
        assert (await gateway.ask(number)).status == "ok"
    await until(lambda: world.sources.internal.asked == AT_ONCE_MAX)
    await gateway.desk.aclose()
    assert world.sources.internal.asked == AT_ONCE_MAX


# -- the rule -----------------------------------------------------------------------------------
