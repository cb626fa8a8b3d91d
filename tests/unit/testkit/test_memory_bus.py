from datetime import UTC, datetime

import pytest
from inquest.bus.port import AlreadyRecorded, Delivery, Outgoing
from inquest.contracts import subjects as s
from inquest.contracts.errors import Conflict, Impossible, RetryLater
from inquest.contracts.latest import Feedback
from inquest.contracts.topology import consumer
from inquest.testkit.memory import MemoryBus, matches

KEYS = {"tenant": "acme", "investigation": "i1"}


def feedback(number: int = 1) -> Feedback:
    return Feedback(
        feedback_id=f"f{number}",
        tenant="acme",
        investigation_id="i1",
        judgement="right",
        given_by="ann",
        given_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("pattern", "subject", "expected"),
    [
        ("a.*.c", "a.b.c", True),
        ("a.*", "a.b.c", False),
        ("a.>", "a.b.c", True),
        ("a.>", "a", False),
        ("a.b", "a.b.c", False),
        ("a.b.c", "a.b", False),
    ],
)
def test_patterns(pattern: str, subject: str, expected: bool) -> None:
    assert matches(pattern, subject) is expected


async def test_dedup_cas_and_batches(memory_bus: MemoryBus) -> None:
    first = await memory_bus.publish(s.FEEDBACK_GIVEN, feedback(), msg_id="f1", expect_last=0, **KEYS)
    assert (await memory_bus.publish(s.FEEDBACK_GIVEN, feedback(), msg_id="f1", **KEYS)).duplicate
    with pytest.raises(Conflict):
        await memory_bus.publish(s.FEEDBACK_GIVEN, feedback(), expect_last=0, **KEYS)
    with pytest.raises(AlreadyRecorded):
        await memory_bus.publish_batch([Outgoing(s.FEEDBACK_GIVEN, feedback(), KEYS, expect_last=0)])
    last = await memory_bus.last(s.FEEDBACK_GIVEN, **KEYS)
    assert last is not None
    assert last.seq == first.seq


async def test_failures_follow_the_policy(memory_bus: MemoryBus) -> None:
    attempts: list[int] = []

    async def handler(message: Feedback, delivery: Delivery) -> None:
        attempts.append(delivery.attempt)
        if message.feedback_id == "f1":
            raise Impossible("never")
        if delivery.attempt < 3:
            raise RetryLater("later")

    memory_bus.handle(consumer("tracestore-feedback"), handler)
    await memory_bus.publish(s.FEEDBACK_GIVEN, feedback(1), **KEYS)
    await memory_bus.publish(s.FEEDBACK_GIVEN, feedback(2), **KEYS)
    await memory_bus.settle()
    assert memory_bus.dead == [("evt.feedback.given.v1.acme.i1", "never")]
    assert attempts == [1, 1, 2, 3]
