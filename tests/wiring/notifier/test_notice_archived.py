"""A durable that is made anew meets the ends of archived investigations: nobody is told again."""

from inquest.contracts import subjects as s
from inquest.testkit.stories import InvestigationBuilder

ONE = InvestigationBuilder()
KEYS = {"tenant": ONE.tenant, "investigation": ONE.investigation_id}
STORED = [item for item in ONE.messages() if item.subject not in (s.NOTICE_SENT, s.FEEDBACK_GIVEN)]


async def test_an_archived_end_is_not_told_again_and_feedback_is(world):
    await world.run(*STORED)
    assert len(world.sender.sent) == 1
    last = await world.bus.last(s.INVESTIGATION_RECORDED, **KEYS)
    await world.bus.purge(s.INVESTIGATION_RECORDED, below_seq=last.seq, **KEYS)
    await world.bus.purge(s.VERDICT_REACHED, below_seq=10**6, **KEYS)
    await world.bus.redeliver("notifier-conclusions")
    assert len(world.sender.sent) == 1
    wrong = ONE.feedback(feedback_id="feedback-late", judgement="wrong")
    await world.bus.publish(s.FEEDBACK_GIVEN, wrong, **KEYS)
    await world.bus.settle()
    assert (world.bus.dead, world.bus.errors) == ([], [])
