"""What a refusal does to those who wait, and to nobody else."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from inquest.bus.denials import KEPT_MAX, Denials, Denied

VIOLATION = 'nats: permissions violation for publish to "$js.api.stream.info.x"'


def never(started: asyncio.Event) -> Callable[..., Awaitable[Any]]:
    async def request(_subject: str) -> None:
        started.set()
        await asyncio.Event().wait()

    return request


async def test_what_waits_on_the_subject_is_told_and_nothing_else() -> None:
    denials, first, second = Denials(), asyncio.Event(), asyncio.Event()
    refused = asyncio.create_task(denials.guarded(never(first))("$JS.API.STREAM.INFO.X"))
    other = asyncio.create_task(denials.guarded(never(second))("$JS.API.STREAM.INFO.Y"))
    sent: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    denials.tell("$JS.API.STREAM.INFO.X", sent)
    await first.wait()
    await second.wait()
    denials.heard("nats: slow consumer")
    denials.heard(VIOLATION)
    with pytest.raises(Denied, match="publish denied by the server"):
        await refused
    with pytest.raises(Denied):
        await sent
    assert not other.done()
    other.cancel()
    with pytest.raises(asyncio.CancelledError):
        await other
    denials.heard(VIOLATION)  # nobody waits any more


async def test_a_cancellation_from_outside_stays_one() -> None:
    denials, started = Denials(), asyncio.Event()
    task = asyncio.create_task(denials.guarded(never(started))("$JS.API.STREAM.INFO.X"))
    await started.wait()
    task.cancel()
    denials.heard(VIOLATION)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_an_answer_that_came_first_stands() -> None:
    denials = Denials()
    sent: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    denials.tell("$JS.API.STREAM.INFO.X", sent)
    sent.set_result(b"taken")
    denials.heard(VIOLATION)
    assert await sent == b"taken"


def test_subscriptions_are_noted_and_texts_are_bounded() -> None:
    denials = Denials()
    denials.heard('nats: permissions violation for subscription to "evt.>" using queue "x"')
    assert list(denials.subscriptions) == ["evt.>"]
    for _ in range(2 * KEPT_MAX):
        denials.heard(VIOLATION)
    assert len(denials.texts) == KEPT_MAX
