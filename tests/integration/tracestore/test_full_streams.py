"""A stream of truth that fills is relieved before it refuses, and investigations go on."""

import pytest
from inquest.contracts import subjects as s
from inquest.contracts.errors import RetryLater
from inquest.telemetry.metrics import STREAM_FILLED_RATIO
from inquest.testkit.stories import InvestigationBuilder

pytestmark = pytest.mark.timeout(120)
BYTES_MAX = 40 * 1024


async def shrink(desk, stream: str = "EVIDENCE") -> None:
    config = (await desk.bus.connection.js.stream_info(stream)).config
    config.max_bytes = BYTES_MAX
    await desk.bus.connection.js.update_stream(config)


@pytest.mark.slow
async def test_investigations_go_on_where_the_stream_alone_would_refuse(desk):
    await shrink(desk)
    running = InvestigationBuilder(1, "slow")
    for item in running.messages()[:9]:
        await desk.bus.publish(item.subject, item.message, **item.keys)
    written = 0
    for number in range(1, 15):  # some 8 kB of evidence each: nearly three times what fits
        builder = InvestigationBuilder(number)
        await desk.publish(builder)
        written += 1
        await desk.keeper.relieve()
    usage = await desk.bus.usage("EVIDENCE")
    assert usage.size_bytes < 0.8 * BYTES_MAX
    assert (await desk.held(running))["EVIDENCE"] == 2
    archived = await desk.index.archived()
    assert 5 < len(archived) < written
    oldest = sorted(InvestigationBuilder(number).investigation_id for number in range(1, len(archived) + 1))
    assert sorted(name for _, name in archived) == oldest  # the oldest closed went first
    for number in range(1, 15):
        assert await desk.store.story("acme", InvestigationBuilder(number).investigation_id) is not None
    assert 0.0 < STREAM_FILLED_RATIO.labels("EVIDENCE")._value.get() < 0.8


async def test_the_stream_alone_does_refuse(desk):
    await shrink(desk)
    with pytest.raises(RetryLater, match="maximum bytes exceeded"):
        await desk.publish(*map(InvestigationBuilder, range(1, 15)))


async def test_what_closed_a_moment_ago_and_what_is_held_is_not_taken(desk_factory):
    desk = await desk_factory(closed_s_min=3600.0)
    await shrink(desk)
    for number in range(1, 5):
        await desk.publish(InvestigationBuilder(number))
    assert await desk.keeper.relieve() == 0
    desk.days = 1
    await desk.hold(InvestigationBuilder(1))
    desk.now_s += 61
    assert await desk.keeper.relieve() == 0
    assert not [item for item in await desk.audited("investigation-archived") if item]
    assert len(await desk.bus.subjects(s.VERDICT_REACHED)) == 4
