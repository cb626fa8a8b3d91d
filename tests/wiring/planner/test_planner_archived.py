"""What comes late for an investigation that was archived: nobody opens it anew, and nothing piles up."""

import pytest
from inquest.contracts.latest import CancelInvestigation
from inquest.contracts.subjects import INVESTIGATION_CANCEL, INVESTIGATION_RECORDED
from inquest.planner.adapters.histories import StreamHistories
from inquest.planner.domain.decide import investigation_of
from inquest.planner.domain.state import UnreadableHistory

KEYS = {"tenant": "acme", "investigation": investigation_of("acme", "inc-1")}
DURABLES = ("incidents", "admitted", "slots", "dispatch", "steps", "verdicts", "deadlines")


async def archive(world) -> None:
    """Leave of the history what archiving leaves: its end."""
    last = await world.bus.last(INVESTIGATION_RECORDED, **KEYS)
    assert last.message.type == "concluded"
    await world.bus.purge(INVESTIGATION_RECORDED, below_seq=last.seq, **KEYS)


async def test_whatever_is_delivered_again_changes_nothing(world):
    await world.page()
    await archive(world)
    for _ in range(2):
        for durable in DURABLES:
            await world.bus.redeliver(f"planner-{durable}")
    await world.page()
    await world.page(incident_id="inc-1", severity="critical")
    assert world.types == ["concluded"]
    assert (world.bus.dead, world.bus.errors) == ([], [])


async def test_a_planner_that_knew_nothing_of_it_does_not_decide(world):
    await world.page()
    await archive(world)
    history = await StreamHistories(world.bus, 10).load("acme", KEYS["investigation"])
    assert (history.state, history.is_archived) == (None, True)
    command = CancelInvestigation(tenant="acme", investigation_id=KEYS["investigation"], requested_by="ada")
    await world.bus.publish(INVESTIGATION_CANCEL, command, **KEYS)
    await world.bus.settle()
    assert world.types == ["concluded"]
    assert world.bus.dead == []


async def test_a_history_with_a_hole_is_no_archived_one(world):
    await world.page()
    events = await world.bus.read(INVESTIGATION_RECORDED, **KEYS)
    await world.bus.purge(INVESTIGATION_RECORDED, below_seq=events[2].seq, **KEYS)
    with pytest.raises(UnreadableHistory):
        await StreamHistories(world.bus, 10).load("acme", KEYS["investigation"])
