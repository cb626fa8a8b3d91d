"""A message has one time of storage, however it is read: a rebuilt trace index tells the same story."""

from inquest.contracts import subjects as s
from inquest.contracts.topology import consumer
from inquest.testkit.fixtures import running, until
from inquest.testkit.stories import InvestigationBuilder

COUNT = 400  # one in a few would differ by a microsecond
ONE = InvestigationBuilder()


async def test_a_delivery_and_a_reading_back_agree_on_when_it_was_stored(bus_factory):
    bus, delivered = await bus_factory("tracestore"), {}

    async def keep(batch):
        delivered.update({one.stream_seq: one.stored_at for _, one in batch})

    bus.handle_batch(consumer("tracestore-feedback"), keep)
    for number in range(COUNT):
        message = ONE.feedback(feedback_id=f"feedback-{number}")
        await bus.publish(s.FEEDBACK_GIVEN, message, tenant=ONE.tenant, investigation=ONE.investigation_id)
    async with running(bus):
        await until(lambda: len(delivered) == COUNT)
    read = {one.stream_seq: one.stored_at async for batch in bus.replay("FEEDBACK") for _, one in batch}
    assert delivered == read
